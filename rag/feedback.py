"""Thumbs of whoever asked, from the click to what was changed because of it."""

from contextlib import suppress
from dataclasses import dataclass
from math import isfinite
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.db import models, transaction
from django.utils.translation import gettext as _

from conversations import review
from conversations.capture import capture, masked, refuse_unfit
from conversations.keys import normalise, text_hash
from conversations.models import ChatRating, Conversation, Origin, Person, Stage, Thumb
from core import audit
from core.errors import Conflict, Invalid, NotFound
from core.models import Domain, PromptVersion
from rag import corrections, watch
from rag.models import Chunk, DictionaryTerm, FieldDefinition, Turn

LONGEST_NOTE = 2000  # characters of a reason, or of what staff write about a thumb
CUSTOMER = "cliente"  # who complained, where it is not of staff
UP_FROM = 3  # of a number (requirements, 2.4)
UP = {"arriba", "positivo", "positiva", "si", "bien", "bueno", "buena", "util", "up", "true"}
DOWN = {"abajo", "negativo", "negativa", "no", "mal", "malo", "mala", "inutil", "down", "false"}
SIGNS = {"👍": Thumb.UP, "👎": Thumb.DOWN}
CHANGES: dict[str, type[models.Model]] = {
    "palabra": DictionaryTerm,
    "campo": FieldDefinition,
    "prompt": PromptVersion,
}
"""What may have been mended because of a thumb, besides the answer."""

Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True)
class Rated:
    """The answer that is rated, as far as it is known, and who rates it: ``user`` or ``person``.

    The texts are those that a screen showed to staff, for an answer that is not stored.
    """

    domain: Domain
    user: User | None = None
    person: Person | None = None
    turn: Turn | None = None
    conversation: Conversation | None = None
    question: str = ""
    answer: str = ""


def value_of(said: object) -> Thumb:
    """The thumb that a word, a number or a sign stands for; a number is up from :data:`UP_FROM`.

    Raises :class:`Invalid`, naming ``calificacion``, for anything else.
    """
    if isinstance(said, bool):
        return Thumb.UP if said else Thumb.DOWN
    if (number := _number(said)) is not None:
        return Thumb.UP if number >= UP_FROM else Thumb.DOWN
    text = said.strip() if isinstance(said, str) else ""
    if text[:1] in SIGNS:  # a tone of skin may follow
        return SIGNS[text[:1]]
    word = normalise(text)
    if word in UP or word in DOWN:
        return Thumb.UP if word in UP else Thumb.DOWN
    wrong = _("«arriba», «abajo» o un número.")
    raise Invalid(_("Esa calificación no se entiende."), calificacion=[wrong])


def find(
    domain: Domain,
    *,
    user: User | None = None,
    person: Person | None = None,
    question: str = "",
    answer: str = "",
    turn: int | None = None,
    conversation: int | None = None,
) -> Rated:
    """The answer that ``person``, else ``user``, got: the named one, or their last one to that
    question.

    A person rates only what they got; staff any exchange of the domain. Raises :class:`NotFound`,
    naming the field, for one that is not there for them.
    """
    whose: dict[str, Any] = {"person": person} if person else {"user": user}
    turns = Turn.objects.filter(domain=domain, **whose).select_related("conversation")
    kept = Conversation.objects.filter(domain=domain).consented()
    if conversation:
        kept = kept.filter(person=person) if person else kept
        named = _there(kept.filter(pk=conversation).first(), conversacion_id=conversation)
        got = turns.filter(conversation=named).first()
        return Rated(domain, user, person, got, named, question, answer)
    if turn:
        got = _there(turns.filter(pk=turn).first(), respuesta_id=turn)
    else:
        asked = text_hash(masked(question, domain))
        got = turns.filter(conversation__question_hash=asked).first()
    row = kept.filter(turn=got).first() if got else None
    return Rated(domain, user, person, got, row, question, answer)


def thumb(rated: Rated, value: Thumb, *, reason: str = "") -> ChatRating:
    """Keep a thumb, and its ``reason``; a second one on the same answer replaces the first.

    A thumb down sends the exchange to review at once, and with it the one whose answer was served
    as it is: nobody gets it meanwhile. Where a person's words are not stored, none are here
    either: the thumb alone is. The model in service is judged by it (:mod:`rag.watch`). Raises
    :class:`Invalid` for texts that cannot be kept.
    """
    row = _keep(rated, value, reason)
    if value == Thumb.DOWN:
        _doubt_what_was_served(rated)
    watch.take_back_if_low(rated.domain)
    return row


def process(
    thumb: ChatRating,
    *,
    by: User,
    notes: str = "",
    correction: str = "",
    chunk: Chunk | None = None,
    change: models.Model | None = None,
) -> ChatRating:
    """Say that a thumb was looked at, with notes and what was changed because of it.

    ``correction`` is the right answer (:func:`rag.corrections.correct`; ``chunk`` misled);
    ``change`` is another thing that was mended instead (:data:`CHANGES`). With either, the bot
    counts as improved, with its link. Raises :class:`Invalid` for both at once and for a passage
    without the right answer, :class:`Conflict` where there is no question to answer, and what a
    correction is refused with.
    """
    if correction and change:
        wrong = _("Lo que se arregló es la respuesta u otra cosa, no las dos.")
        raise Invalid(wrong, mejora=[wrong])
    if chunk and not correction:
        wrong = _("Un trozo se señala junto con la respuesta correcta.")
        raise Invalid(wrong, trozo_id=[wrong])
    if correction:
        row = _exchange_of(thumb, correction, by=by)
        change = corrections.correct(row, correction, by=by, thumb=thumb, chunk=chunk)
    with transaction.atomic():
        thumb = ChatRating.objects.select_for_update(no_key=True).get(pk=thumb.pk)
        thumb.processed = True
        thumb.notes = masked(notes, thumb.domain) if notes else thumb.notes
        if change:
            thumb.improved, thumb.change = True, f"{change._meta.model_name}:{change.pk}"
        thumb.save()
        who = by.get_username()
        audit.record("thumb_processed", thumb, by=who, cambio=thumb.change)
    return thumb


@transaction.atomic
def _keep(rated: Rated, value: Thumb, reason: str) -> ChatRating:
    told = _told(rated)
    unsaid = rated.person and not rated.conversation
    told["reason"] = "" if unsaid or not reason else masked(reason, rated.domain)
    if value == Thumb.DOWN and rated.conversation:
        review.complain(rated.conversation, by=_who(rated), reason=told["reason"])
    turn = _locked(rated.turn) if rated.turn else None
    row = turn.thumb if turn and turn.thumb else ChatRating(domain=rated.domain)
    fresh = {"thumb": value, "conversation": rated.conversation, "processed": False}
    for name, it in (told | fresh | {"improved": False, "change": ""}).items():
        setattr(row, name, it)
    row.save()
    if turn and turn.thumb_id != row.pk:
        turn.thumb = row
        turn.save(update_fields=["thumb"])
    return row


def _doubt_what_was_served(rated: Rated) -> None:
    """Have the exchange reviewed, once, whose answer was served word for word.

    In a transaction of its own: it locks another exchange. It may be somebody else's, so the words
    of who complains are not written there.
    """
    if not (rated.turn and rated.turn.served):
        return
    still = Conversation.objects.filter(pk=rated.turn.served, stage=Stage.APPROVED)
    if row := still.first():
        with suppress(NotFound):  # deleted at this moment: nobody is served with it
            reason = _("Su respuesta se sirvió tal cual, y no ayudó.")
            review.complain(row, by=_who(rated), reason=reason)


def _who(rated: Rated) -> str:
    return rated.user.get_username() if rated.user else CUSTOMER


def _told(rated: Rated) -> dict[str, Any]:
    """What is kept of the words, and of who rated: an e-mail of staff, a customer's pseudonym."""
    if rated.person:
        name, note = rated.person.pseudonym, _("Sin consentimiento: sus palabras no se guardan.")
    else:
        assert rated.user  # noqa: S101  (one of both rates)
        name, note = rated.user.email or rated.user.get_username(), None
    if row := rated.conversation:
        return {"user_email": name, "question": row.question, "answer": row.answer}
    if rated.person:
        return {"user_email": name, "question": "", "answer": "", "notes": note}
    refuse_unfit(pregunta=rated.question, respuesta=rated.answer)
    texts = {"question": rated.question, "answer": rated.answer}
    return {"user_email": name} | {key: masked(it, rated.domain) for key, it in texts.items()}


def _exchange_of(thumb: ChatRating, answer: str, *, by: User) -> Conversation:
    """The exchange that a correction belongs to; of what staff rated elsewhere, a new one."""
    if thumb.conversation:
        return thumb.conversation
    if not thumb.question:
        raise Conflict(_("De este pulgar no se guardó la pregunta: no hay qué corregir."))
    row = capture(
        domain=thumb.domain,
        question=thumb.question,
        answer=answer,
        origin=Origin.STAFF,
        user=by,
        outside_id=f"thumb-{thumb.pk}",
    )
    ChatRating.objects.filter(pk=thumb.pk).update(conversation=row)
    return row


def _locked(turn: Turn) -> Turn:
    rows = Turn.objects.select_for_update(no_key=True, of=("self",)).select_related("thumb")
    return rows.get(pk=turn.pk)


def _there(row: Row | None, **asked: Any) -> Row:
    if row is None:
        raise NotFound(_("No existe esa respuesta."), **asked)
    return row


def _number(said: object) -> float | None:
    try:
        number = float(said) if isinstance(said, int | float | str) else None
    except (ValueError, OverflowError):
        return None
    return number if number is None or isfinite(number) else None
