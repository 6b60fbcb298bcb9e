"""A text with what was found in it marked. Its words are escaped like any other value."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from conversations.masking import PLACEHOLDER
from conversations.models import Conversation, Label

NO_ANSWER = _("(sin respuesta todavía)")
KINDS: dict[str, Any] = {
    "intent": _("intención"),
    "product": _("producto"),
    "size": _("talla"),
    "glaseo_percentage": _("glaseo"),
    "destination": _("destino"),
    "quantity": _("cantidad"),
    "price": _("precio"),
    "PHONE": _("teléfono"),
    "EMAIL": _("correo"),
    "ADDRESS": _("dirección"),
    "ID": _("documento"),
    "ACCOUNT": _("cuenta"),
    "NAME": _("nombre"),
}
"""Fields and kinds of personal data as staff read them; another shows its own word."""


class Mark(NamedTuple):
    """A part of a text, what it is, and what it was read as."""

    start: int
    end: int
    kind: str
    value: str = ""


def kind_name(kind: str) -> str:
    return str(KINDS.get(kind, kind.replace("_", " ")))


def place_of(kind: str) -> tuple[int, str]:
    """Where a field stands among others, to sort by."""
    known = list(KINDS)
    return (known.index(kind) if kind in KINDS else len(known), kind)


def marked(text: str, marks: Iterable[Mark]) -> SafeString:
    """``text`` with ``marks``; one that overlaps an earlier one, or ends beyond it, is left out."""
    return format_html_join("", "{}", ((piece,) for piece in _pieces(text, marks)))


def placeholders(text: str) -> list[Mark]:
    """What is masked in ``text``."""
    return [Mark(it.start(), it.end(), it[1]) for it in PLACEHOLDER.finditer(text)]


def question_of(row: Conversation, label: Label | None) -> SafeString:
    """The question of ``row`` with its masks and what ``label`` found in it."""
    found = label.entities if label else []
    entities = [Mark(start, end, kind, _said(value)) for start, end, kind, value in found]
    return marked(row.question, [*placeholders(row.question), *entities])


def answer_of(row: Conversation) -> SafeString:
    """The answer of ``row`` with its masks, or that there is none yet."""
    if not row.answer:
        return format_html('<span class="ts-muted">{}</span>', NO_ANSWER)
    return marked(row.answer, placeholders(row.answer))


def _said(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value or "")


def _pieces(text: str, marks: Iterable[Mark]) -> Iterator[str]:
    done = 0
    for mark in sorted(marks):
        if not done <= mark.start < mark.end <= len(text):
            continue
        yield text[done : mark.start]
        yield _mark(text[mark.start : mark.end], mark)
        done = mark.end
    yield text[done:]


def _mark(words: str, mark: Mark) -> SafeString:
    title = f"{kind_name(mark.kind)}: {mark.value}" if mark.value else kind_name(mark.kind)
    css = f"ts-is-{mark.kind.lower()}" if mark.kind in KINDS else "ts-is-other"
    return format_html('<mark class="ts-mark {}" title="{}">{}</mark>', css, title, words)
