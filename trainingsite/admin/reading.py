"""What a label says, ready to be shown: a field a line, how sure, and what is wrong with it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

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
    errors: list[str]


def label_of(row: Conversation) -> Label | None:
    """The current label of ``row``."""
    if hasattr(row, "current_labels"):
        return next(iter(row.current_labels), None)
    return row.labels.filter(current=True).first()


def lines(label: Label, *, told: bool) -> list[Line]:
    """The intent and the fields of ``label``; without their confidences unless ``told``."""
    read: dict[str, Any] = {"intent": label.intent.replace("_", " "), **label.fields}
    return [_line(label, key, read[key], told=told) for key in sorted(read, key=place_of)]


def errors(label: Label) -> list[str]:
    """What QA found, in words, each with the nearest value that would do."""
    return [_in_words(it) for it in label.qa_errors]


def compact(label: Label | None, *, told: bool) -> SafeString | str:
    """A label in a cell of a list: what was read, and how sure."""
    if label is None:
        return "–"
    read = [(it.name, it.value, it.bar or "") for it in lines(label, told=told) if it.value]
    inside = format_html_join("", '<div class="ts-read"><b>{}</b> {} {}</div>', read)
    return format_html("<div>{}</div>", inside)


def _line(label: Label, key: str, value: Any, *, told: bool) -> Line:
    sure = label.confidences.get(key) if told and value not in (None, "") else None
    wrong = [_in_words(it, named=False) for it in label.qa_errors if it.get("field") == key]
    return Line(key, kind_name(key), as_text(value), bar(sure) if sure is not None else None, wrong)


def as_text(value: Any) -> str:
    """A value of a field as staff read and write it."""
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _in_words(error: dict[str, Any], *, named: bool = True) -> str:
    missing = error.get("code") == "missing_field"
    said = _("falta.") if missing else str(error.get("message") or error.get("code") or "")
    nearest = as_text(error.get("nearest"))
    if nearest and nearest not in said:
        said += " " + _("Lo más cercano: %s.") % nearest
    return f"{kind_name(str(error['field']))}: {said}" if named and error.get("field") else said
