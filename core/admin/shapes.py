"""Whether JSON typed by hand has the shape that the site reads. Values in, a fault out. Pure."""

import json
from typing import Any

from django.utils.translation import gettext as _

WORD_LISTS = (
    "greetings",
    "keywords",
    "success_words",
    "positive_words",
    "negative_words",
    "irony_words",
    "negative_feedback_words",
    "whitelist",
    "quote_terms",
    "links",  # hosts whose addresses an answer may hold
)

SENTENCES = ("welcome", "unknown", "sorry")  # what the bot says; an empty one is not said

SWITCHES = ("approved_as_documents", "demonstration_answers")

MEASURES = ("chrf", "similarity", "exact")  # what the gate of a domain's models may compare


def is_word_list(value: Any) -> bool:
    """
    >>> [is_word_list(it) for it in (["precio"], [], "precio", [1], None)]
    [True, True, False, False, False]
    """
    return isinstance(value, list) and all(isinstance(it, str) for it in value)


def is_part(value: Any) -> bool:
    """
    >>> [is_part(it) for it in (1, 0.5, 0, 1.1, "0.5", True, None)]
    [True, True, False, False, False, False, False]
    """
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 1


def is_days(value: Any) -> bool:
    """
    >>> [is_days(it) for it in (7, 365, 0, 366, 1.5, "7", True)]
    [True, True, False, False, False, False, False]
    """
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 365


def is_storable(value: Any) -> bool:
    """Whether the database takes ``value``: it knows no NUL, no half of a pair and no NaN.

    >>> [is_storable(it) for it in ({"a": "ñ"}, ["\\0"], ["\\ud800"], float("nan"))]
    [True, False, False, False]
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        text.encode()
    except ValueError:
        return False
    return r"\u0000" not in text


def fault_of_texts(texts: Any) -> str | None:
    """What is wrong with a domain's texts, naming the key; ``None`` when nothing is.

    Keys that the site does not read may hold anything.
    """
    if not isinstance(texts, dict):
        return _('Escriba un objeto JSON: {"clave": …}.')
    if not is_storable(texts):
        return _("Hay un carácter o un número que no se puede guardar.")
    if fault := _fault_of_words(texts):
        return fault
    if texts.get("medida", MEASURES[0]) not in MEASURES:
        return _("«medida» debe ser una de estas: %s.") % ", ".join(MEASURES)
    if not is_days(texts.get("quote_days", 1)):
        return _("«quote_days» debe ser un número entero de días, de 1 a 365.")
    for key in SWITCHES:
        if not isinstance(texts.get(key, False), bool):
            return _("«%s» debe ser true o false.") % key
    if not is_part(texts.get("category_share", 1)):
        return _("«category_share» debe ser un número mayor que 0 y hasta 1: 0.5 es la mitad.")
    return _fault_of_score_words(texts.get("score_words", {})) or _fault_of_categories(
        texts.get("categories", [])
    )


def _fault_of_words(texts: dict[str, Any]) -> str | None:
    for key in WORD_LISTS:
        if key in texts and not is_word_list(texts[key]):
            return _('«%s» debe ser una lista de palabras: ["una", "otra"].') % key
    for key in SENTENCES:
        if not isinstance(texts.get(key, ""), str):
            return _("«%s» debe ser un texto.") % key
    if not isinstance(texts.get("business", ""), str):
        return _("«business» debe ser un texto: el nombre del negocio.")
    return None


def _fault_of_score_words(by_stars: Any) -> str | None:
    stars = isinstance(by_stars, dict) and all(it in "12345" and len(it) == 1 for it in by_stars)
    if stars and all(map(is_word_list, by_stars.values())):
        return None
    return _('«score_words» debe ser un objeto de "1" a "5": {"5": ["una", "otra"]}.')


def _fault_of_categories(categories: Any) -> str | None:
    if not isinstance(categories, list):
        return _('«categories» debe ser una lista de {"name": …, "words": […]}.')
    for number, it in enumerate(categories, 1):
        named = isinstance(it, dict) and isinstance(it.get("name"), str) and it["name"].strip()
        if not (named and is_word_list(it.get("words"))):
            shape = _('«categories», la n.º %d: debe ser {"name": "texto", "words": ["una"]}.')
            return shape % number
    return None
