"""The anonymiser of the documents (requirements, 6.3): four substitutions, in their order."""

import re

RULES = [
    (re.compile(r"\+?\d[\d\-\s]{6,}\d"), "[PHONE]"),
    (re.compile(r"[\w\.-]+@[\w\.-]+\.\w+"), "[EMAIL]"),
    (re.compile(r"\b\d{6,}\b"), "[ID]"),
    (re.compile(r"\b(av|avenida|calle|cra|cl|transv)\.? [^\n,]+", re.IGNORECASE), "[ADDRESS]"),
]


def anonymise(text: str) -> str:
    """The text as those rules leave it."""
    for pattern, label in RULES:
        text = pattern.sub(label, text)
    return text


def masked(text: str) -> set[int]:
    """The places of ``text`` that :func:`anonymise` replaces, each rule on what the last left."""
    gone: set[int] = set()
    origin = list(range(len(text)))  # where each character of the text so far comes from
    for pattern, label in RULES:
        for match in reversed(list(pattern.finditer(text))):
            start, end = match.span()
            gone.update(place for place in origin[start:end] if place >= 0)
            text = text[:start] + label + text[end:]
            origin[start:end] = [-1] * len(label)
    return gone
