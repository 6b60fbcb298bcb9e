from tests.rag.shop import shop  # noqa: F401  (a fixture)
