"""The only writer of what was said: consent, anonymise, hash, store, queue."""

from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from conversations import categories
from conversations.anonymise import VERSION, anonymise
from conversations.keys import text_hash
from conversations.models import ChatSession, Conversation, Origin, Person, Purpose, Rating, Stage
from core import audit
from core.errors import Invalid, NotFound, Refusal
from core.models import Domain

LONGEST = 20_000  # characters of a text: a message, not a book; looking for names takes time


class ConsentMissing(Refusal):
    """The person has not agreed to training, or took it back."""

    code = "no_consent"
    status_code = 403


class Facts(TypedDict, total=False):
    """What else may be known about an exchange; ``None`` and absent are the same."""

    context: str | None
    documents: str | None
    model: str | None
    tokens: int | None
    milliseconds: int | None
    client_id: int | None
    loan_id: int | None
    payment_id: int | None
    instalment_id: int | None
    product: str
    category: str


def capture(
    *,
    domain: Domain,
    question: str,
    answer: str,
    origin: str,
    person: Person | None = None,
    user: User | None = None,
    basis: str = "",
    session: ChatSession | None = None,
    outside_id: str | None = None,
    created_at: datetime | None = None,
    **facts: Unpack[Facts],
) -> Conversation:
    """Keep one exchange, anonymised on both sides.

    A person's exchange (``origin`` person) waits as *captured*; one of staff or of a source is
    approved at once (requirements, head). ``outside_id`` makes a second delivery find the first.
    The question's vector is filled by the next minute's task.

    Raises :class:`Invalid` for a text that is empty or too long, and :class:`ConsentMissing` when
    the person's latest word on training is not a yes; then nothing is kept.
    """
    refuse_unfit(question=question, answer=answer)
    _mask_context(domain, facts)
    if origin == Origin.PERSON:
        _refuse_without_consent(person)
    fields: dict[str, Any] = {
        **facts,
        **_texts(domain, question, answer),
        "origin": origin,
        "person": person if origin == Origin.PERSON else None,
        "user": user,
        "basis": basis,
        "session": session,
        "created_at": created_at or timezone.now(),
        "stage": Stage.CAPTURED if origin == Origin.PERSON else Stage.APPROVED,
    }
    fields["category"] = fields.get("category") or categories.detect(fields["question"], domain)
    if outside_id and (known := _delivered(domain, outside_id)):
        return known
    return _store(domain, outside_id, fields)


def rewrite(
    conversation: Conversation, *, question: str, answer: str, by: User, **facts: Unpack[Facts]
) -> Conversation:
    """Replace an exchange's texts (and the ``facts`` given).

    What was rated is what is trained: when a text really changes, the stars go back to none and
    the old ones stay in the history (requirements, X12). Raises like :func:`capture`.
    """
    refuse_unfit(question=question, answer=answer)
    _mask_context(conversation.domain, facts)
    with transaction.atomic():
        row = locked(conversation)
        if row.origin == Origin.PERSON:
            _refuse_without_consent(row.person)
        fields: dict[str, Any] = {**facts, **_texts(row.domain, question, answer)}
        changed = (row.question, row.answer) != (fields["question"], fields["answer"])
        if row.question != fields["question"]:
            fields |= {"embedding": None, "embedding_model": ""}
            fields.setdefault("category", categories.detect(fields["question"], row.domain))
        if changed and row.stars is not None:
            row.ratings.create(reason=Rating.Reason.EDITED, by=by.get_username())
            fields |= {"stars": None, "feedback": None}
        for name, value in fields.items():
            setattr(row, name, value)
        row.save(update_fields=[*fields, "updated_at"])
        audit.record("conversation_edited", row, by=by.get_username(), changed=changed)
    return row


def locked(conversation: Conversation) -> Conversation:
    """The row, locked and read again; :class:`NotFound` when someone deleted it meanwhile."""
    row = Conversation.objects.select_for_update(no_key=True).filter(pk=conversation.pk).first()
    if row is None:
        raise NotFound("La conversación ya no existe.", id=conversation.pk)
    return row


@transaction.atomic
def remove(conversation: Conversation, *, by: User) -> None:
    """Delete an exchange and its ratings; what was trained with it keeps its own copy.

    Raises :class:`NotFound` when someone else deleted it first.
    """
    row = locked(conversation)
    audit.record("conversation_deleted", row, by=by.get_username())
    row.delete()


def masked(text: str, domain: Domain) -> str:
    """``text`` without personal data: a comment, a context, whatever else is kept."""
    return anonymise(text.strip(), keep=categories.whitelist(domain))[0]


def refuse_unfit(**texts: str) -> None:
    """Raise :class:`Invalid`, naming each of ``texts`` that holds nothing to read, or too much."""
    names = {"question": "pregunta", "answer": "respuesta"}
    unfit: dict[str, Any] = {}
    for name, text in texts.items():
        if not text.strip():
            unfit[names.get(name, name)] = ["Escriba algo."]
        elif len(text) > LONGEST:
            unfit[names.get(name, name)] = [f"Son más de {LONGEST} caracteres."]
    if unfit:
        raise Invalid("Falta texto, o sobra.", **unfit)


def _refuse_without_consent(person: Person | None) -> None:
    if not (person and person.consents_to(Purpose.TRAINING)):
        raise ConsentMissing("La persona no ha aceptado que sus mensajes se usen para entrenar.")


def _mask_context(domain: Domain, facts: Facts) -> None:
    if context := facts.get("context"):
        facts["context"] = masked(context, domain)


def _texts(domain: Domain, question: str, answer: str) -> dict[str, Any]:
    keep = categories.whitelist(domain)
    safe_question, in_question = anonymise(question.strip(), keep=keep)
    safe_answer, in_answer = anonymise(answer.strip(), keep=keep)
    found = [span.label for span in (*in_question, *in_answer)]
    return {
        "question": safe_question,
        "answer": safe_answer,
        "masks": {label: found.count(label) for label in sorted(set(found))},
        "anonymiser": VERSION,
        "question_hash": text_hash(safe_question),
    }


def _delivered(domain: Domain, outside_id: str) -> Conversation | None:
    return Conversation.objects.filter(domain=domain, outside_id=outside_id).first()


def _store(domain: Domain, outside_id: str | None, fields: dict[str, Any]) -> Conversation:
    try:
        with transaction.atomic():
            return Conversation.objects.create(domain=domain, outside_id=outside_id, **fields)
    except IntegrityError:
        # Delivered twice at the same moment: the other one won, and is the same exchange.
        if outside_id and (known := _delivered(domain, outside_id)):
            return known
        if fields["origin"] == Origin.PERSON:  # or the consent went while we were at it
            _refuse_without_consent(fields["person"])
        raise
