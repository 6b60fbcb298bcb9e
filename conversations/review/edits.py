"""A reviewer's corrections: of what was said, and of what was read in it."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from conversations import labelling
from conversations.capture import masked, rewrite
from conversations.catalogue import Catalogue
from conversations.entities import Value
from conversations.keys import is_storable
from conversations.models import Conversation, Label, Review
from conversations.review.deciding import deciding, move, refuse_unless_standing
from core.errors import Invalid

LONGEST_VALUE = 80


def edit(
    conversation: Conversation,
    *,
    by: User,
    question: str | None = None,
    answer: str | None = None,
    intent: str | None = None,
    fields: Mapping[str, Value] | None = None,
) -> Conversation:
    """Correct the texts, the intent or some ``fields``; what is ``None`` stays as it is.

    The exchange keeps its stage. Changed texts lose their stars (requirements, X12), and the
    first original stays with the decision. A corrected label is a new one, sure and by a person;
    QA checks it like any other. Raises :class:`Invalid` for a value that cannot be, and
    :class:`Conflict` for an exchange that was thrown out or is still to be processed.
    """
    if question is None and answer is None and intent is None and fields is None:
        raise Invalid(_("No hay nada que corregir."), question=[_("Escriba algo.")])
    with deciding(conversation, Review.Action.EDIT, by=by) as row:
        refuse_unless_standing(row)
        if question is not None or answer is not None:
            _reword(row, question, answer, by=by)
        if intent is not None or fields is not None:
            _relabel(row, intent, fields or {}, by=by)
    return row


def _reword(row: Conversation, question: str | None, answer: str | None, *, by: User) -> None:
    """Write the texts; what was read in the old ones is checked against the new."""
    rewrite(
        row,
        question=row.question if question is None else question,
        answer=row.answer if answer is None else answer,
        by=by,
    )
    row.refresh_from_db()


def _relabel(
    row: Conversation, intent: str | None, fields: Mapping[str, Value], *, by: User
) -> None:
    catalogue = _catalogue(row)
    _refuse_unknown(intent, fields, catalogue)
    old = row.labels.filter(current=True).first() or Label()
    safe = {name: _safe(value, row) for name, value in fields.items()}
    reading = labelling.by_hand(
        row,
        intent=old.intent if intent is None else intent,
        fields=old.fields | safe,
        catalogue=catalogue,
    )
    labelling.write(row, reading, by=by.get_username())
    move(row, confidence=reading.confidence)


def _catalogue(row: Conversation) -> Catalogue:
    return Catalogue.of(row.domain)


def _refuse_unknown(intent: str | None, fields: Mapping[str, Value], catalogue: Catalogue) -> None:
    wrong: dict[str, Any] = {
        name: [_("El dominio no tiene este campo.")]
        for name in fields
        if catalogue.field(name) is None
    }
    wrong |= {
        name: [_("Un número, o un texto de hasta %(n)s caracteres.") % {"n": LONGEST_VALUE}]
        for name, value in fields.items()
        if not _is_value(value)
    }
    if intent and catalogue.intent(intent) is None:
        wrong["intent"] = [_("El dominio no tiene esta intención.")]
    if wrong:
        raise Invalid(_("La etiqueta no es válida."), **wrong)


def _is_value(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= LONGEST_VALUE and is_storable(value)
    if isinstance(value, int | float):
        return isfinite(value) and not isinstance(value, bool)
    return value is None


def _safe(value: Value, row: Conversation) -> Value:
    """The value without personal data, which staff may type by mistake; no text is no value."""
    return masked(value, row.domain) or None if isinstance(value, str) else value
