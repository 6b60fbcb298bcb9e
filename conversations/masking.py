"""A reviewer's hand on the masks of one exchange: something personal is left, or was not personal.

What was masked stays masked in every later rewrite, since a placeholder is text like any other;
what was lifted is remembered with the exchange (``unmasked``), or by its domain.
"""

import re
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from conversations import labelling
from conversations.anonymise import LABELS
from conversations.anonymise.spans import PLACEHOLDER
from conversations.capture import locked, rewrite
from conversations.models import Conversation
from conversations.review import forget_texts
from core import audit
from core.errors import Conflict, Invalid
from core.models import Domain

LONGEST = 200  # characters of a personal datum
LONGEST_UNMASKED = 80
TEXTS = ("question", "answer")
ABOUT = ("context", "feedback", "next_message", "history")
"""What else is kept with an exchange and holds people's words."""


@transaction.atomic
def add_mask(conversation: Conversation, *, words: str, label: str, by: User) -> int:
    """Mask ``words`` as ``label`` wherever they stand in the exchange; return in how many places.

    Case and the blanks between them do not matter. They go from its messages, its context, what
    was written about it and its labels too, and no earlier wording is kept. Stars stay: the text
    says nothing new. Raises :class:`Invalid` for words that are not in the question or the
    answer, or that hold a placeholder.
    """
    pattern, instead = _pattern(words, label), f"[{label}]"
    row = locked(conversation)
    told = {name: pattern.subn(instead, getattr(row, name)) for name in TEXTS}
    times = sum(found for _text, found in told.values())
    if not times:
        why = _("Esas palabras no están en la conversación.")
        raise Invalid(why, words=[why])
    masks = row.masks | {label: row.masks.get(label, 0) + times}
    texts = {name: text for name, (text, _times) in told.items()}
    kept = _write(row, texts, masks, by=by, keeps_stars=True)
    _hide_in_labels(kept, pattern)
    _hide_elsewhere(kept, pattern, instead)
    audit.record("mask_added", row, by=by.get_username(), label=label, times=times)
    return times


@transaction.atomic
def lift_mask(
    conversation: Conversation, *, place: int, words: str, by: User, always: bool = False
) -> None:
    """Put ``words`` where the mask number ``place`` stands (from 0, through question and answer).

    With ``always`` the domain never masks them again. The stars go: nobody rated this text.
    Raises :class:`Conflict` when there is no such mask, and :class:`Invalid` for words that the
    rules would mask even so.
    """
    words = _fit(words, longest=LONGEST_UNMASKED)
    row = locked(conversation)
    label, texts = _lifted(row, place, words)
    if always:
        _never_again(row.domain_id, words, by=by)
        row.domain.refresh_from_db()
    row.unmasked = list(dict.fromkeys([*row.unmasked, words]))
    row.save(update_fields=["unmasked"])
    masks = row.masks | {label: max(0, row.masks.get(label, 0) - 1)}
    kept = _write(row, texts, masks, by=by)
    if any(getattr(kept, name) != text for name, text in texts.items()):
        why = _("Junto a lo que hay al lado, esas palabras se vuelven a ocultar.")
        raise Invalid(why, words=[why])
    audit.record("mask_lifted", row, by=by.get_username(), label=label, always=always)


def _pattern(words: str, label: str) -> re.Pattern[str]:
    """Finds ``words`` as whole words, whatever their case and the blanks between them."""
    if label not in LABELS:
        raise Invalid(_("No se oculta como eso."), label=[", ".join(LABELS)])
    said = r"\s+".join(map(re.escape, _fit(words, longest=LONGEST).split()))
    return re.compile(rf"(?<!\w){said}(?!\w)", re.IGNORECASE)


def _fit(words: str, *, longest: int) -> str:
    """``words`` with single blanks, if they can be a part of a text."""
    tidy = " ".join(words.split())
    sayable = any(it.isalnum() for it in tidy) and "\0" not in tidy
    if len(tidy) < 2 or len(tidy) > longest or not sayable or PLACEHOLDER.search(tidy):
        why = _("De 2 a %d caracteres, y sin lo que ya está oculto.") % longest
        raise Invalid(why, words=[why])
    return tidy


def _lifted(row: Conversation, place: int, words: str) -> tuple[str, dict[str, str]]:
    """The kind of the mask at ``place``, and the texts with ``words`` instead of it."""
    found = [(name, it) for name in TEXTS for it in PLACEHOLDER.finditer(getattr(row, name))]
    if not 0 <= place < len(found):
        raise Conflict(_("Eso ya no está oculto: vuelva a cargar la página."), id=row.pk)
    name, mask = found[place]
    text = getattr(row, name)
    texts = {it: getattr(row, it) for it in TEXTS}
    return mask[1], texts | {name: text[: mask.start()] + words + text[mask.end() :]}


def _write(
    row: Conversation,
    texts: dict[str, str],
    masks: dict[str, int],
    *,
    by: User,
    keeps_stars: bool = False,
) -> Conversation:
    """The texts of ``row``, and how much is masked in them."""
    kept = rewrite(row, **texts, by=by, keeps_stars=keeps_stars)  # type: ignore[arg-type]
    Conversation.objects.filter(pk=row.pk).update(masks={it: n for it, n in masks.items() if n})
    kept.refresh_from_db()
    return kept


def _hide_in_labels(row: Conversation, pattern: re.Pattern[str]) -> None:
    """What was read stays, without the words; labels are never changed, so those with them go."""
    current = row.labels.filter(current=True).first()
    fields = current.fields if current else {}
    safe = {key: None if pattern.search(str(value)) else value for key, value in fields.items()}
    if safe != fields:
        labelling.carry_over(row, fields=safe)
    for label in row.labels.all():
        if pattern.search(f"{label.fields} {label.entities} {label.qa_errors}"):
            label.delete()


def _hide_elsewhere(row: Conversation, pattern: re.Pattern[str], instead: str) -> None:
    """The same words in whatever else is kept with the exchange; a label with them goes."""
    for name in ABOUT:
        setattr(row, name, _hidden(getattr(row, name), pattern, instead))
    row.save(update_fields=ABOUT)
    for kept, text in (
        (row.messages, "content"),
        (row.ratings, "feedback"),
        (row.reviews, "notes"),
    ):
        for it in kept.all():
            if pattern.search(getattr(it, text)):
                setattr(it, text, pattern.sub(instead, getattr(it, text)))
                it.save(update_fields=[text])
    forget_texts(row)


def _hidden(value: Any, pattern: re.Pattern[str], instead: str) -> Any:
    if isinstance(value, str):
        return pattern.sub(instead, value)
    if isinstance(value, list):
        return [_hidden(it, pattern, instead) for it in value]
    if isinstance(value, dict):
        return {key: _hidden(it, pattern, instead) for key, it in value.items()}
    return value


def _never_again(domain: int, words: str, *, by: User) -> None:
    """Add ``words`` to what the domain never masks."""
    row = Domain.objects.select_for_update(no_key=True).get(pk=domain)
    known = row.texts.get("whitelist") or []
    if words.casefold() not in map(str.casefold, known):
        row.texts = row.texts | {"whitelist": [*known, words]}
        row.save(update_fields=["texts"])
        audit.record("domain_edited", row, by=by.get_username(), fields=["whitelist"])
