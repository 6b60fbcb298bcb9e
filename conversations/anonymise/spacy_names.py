"""Names as a spaCy model finds them: what ``NAME_RECOGNISER`` may name.

spaCy and a model are no requirements of the product: they find a few names that the rules do not
know and cost some hundred times more. Install both where this is wanted::

    NAME_RECOGNISER=conversations.anonymise.spacy_names.recognise
    SPACY_MODEL=es_core_news_md
"""

import os
from functools import cache
from importlib import import_module
from typing import Any

_PEOPLE = frozenset({"PER", "PERSON"})  # models of other corpora call them so


def recognise(text: str) -> list[tuple[int, int]]:
    """Return where the names of people stand. Raises ImportError or OSError without the model."""
    return [
        (entity.start_char, entity.end_char)
        for entity in _model()(text).ents
        if entity.label_ in _PEOPLE
    ]


@cache
def _model() -> Any:
    return import_module("spacy").load(os.environ.get("SPACY_MODEL", "es_core_news_sm"))
