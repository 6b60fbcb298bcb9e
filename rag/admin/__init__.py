"""The pages of what can be looked up; one module for each noun."""

from rag.admin import deliveries, documents, prices, quotes, searching, turns, vocabulary  # noqa: F401  (each registers its pages)
