"""What a label says, ready to be shown: a field a line, how sure, and what is wrong with it."""

from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from conversations.catalogue import Catalogue
from conversations.models import Conversation, Label
from trainingsite.admin.bands import bar
from trainingsite.admin.marked import kind_name, place_of

CURRENT = Prefetch("labels", Label.objects.filter(current=True), to_attr="current_labels")
"""For lists: :func:`label_of` then asks nothing more of the database."""


@dataclass(frozen=True)
class Line:
    """One field of a label; ``bar`` is empty where the confidence is not told."""

    key: str
    name: str
    value: str
    bar: SafeString | None


def label_of(row: Conversation) -> Label | None:
    """The current label of ``row``."""
    if hasattr(row, "current_labels"):
        return next(iter(row.current_labels), None)
    return row.labels.filter(current=True).first()


def lines(label: Label, *, told: bool) -> list[Line]:
    """The intent and the fields of ``label``; without their confidences unless ``told``."""
    read: dict[str, Any] = {"intent": intent_of(label), **label.fields}
    return [_line(label, key, read[key], told=told) for key in sorted(read, key=place_of)]


def intent_of(label: Label) -> str:
    """What the message wants, as its domain calls it for staff."""
    known = Catalogue.read((), label.conversation.domain.texts).intent(label.intent)
    return known.title if known else label.intent or _("sin reconocer")


def errors(label: Label, *, beside: Container[str] = ()) -> list[str]:
    """What QA found, in words, with the nearest value that would do; what is missing, at once.

    Without those of the fields ``beside``, which say it themselves.
    """
    told = [it for it in label.qa_errors if it.get("field") not in beside]
    missing = [kind_name(str(it["field"])) for it in told if _is_missing(it)]
    said = [_("Falta: %s.") % ", ".join(missing)] if missing else []
    return said + [f"{_of(it)}{_in_words(it)}" for it in told if not _is_missing(it)]


def errors_of(label: Label, field: str) -> list[str]:
    """What QA found in one field, to stand beside it."""
    return [_in_words(it) for it in label.qa_errors if it.get("field") == field]


def compact(label: Label | None, *, told: bool) -> SafeString | str:
    """A label in a cell of a list: what was read, and how sure."""
    if label is None:
        return "–"
    read = [(it.name, it.value, it.bar or "") for it in lines(label, told=told) if it.value]
    inside = format_html_join("", '<div class="ts-read"><b>{}</b> {} {}</div>', read)
    return format_html("<div>{}</div>", inside)


def _line(label: Label, key: str, value: Any, *, told: bool) -> Line:
    sure = label.confidences.get(key) if told and value not in (None, "") else None
    return Line(key, kind_name(key), as_text(value), bar(sure) if sure is not None else None)


def as_text(value: Any) -> str:
    """A value of a field as staff read and write it."""
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _is_missing(error: dict[str, Any]) -> bool:
    return error.get("code") == "missing_field"


def _of(error: dict[str, Any]) -> str:
    return f"{kind_name(str(error['field']))}: " if error.get("field") else ""


def _in_words(error: dict[str, Any]) -> str:
    if _is_missing(error):
        return _("Falta.")
    said = str(error.get("message") or error.get("code") or "")
    nearest = as_text(error.get("nearest"))
    if nearest and nearest not in said:
        said += " " + _("Lo más cercano: %s.") % nearest
    return said
