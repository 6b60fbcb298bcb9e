"""Taking a decision back, as long as nothing was built on it."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from conversations.capture import locked, rewrite
from conversations.models import Conversation, Rating, Review
from conversations.review.claims import refuse_if_held
from conversations.review.deciding import State, move, state_of, texts_of, write_down
from core.errors import Conflict

COLUMNS = ("stage", "why", "reviewed_at", "reviewed_by_id", "confidence", "sampled")


@transaction.atomic
def undo(conversation: Conversation, *, by: User) -> Conversation:
    """Put the exchange back as it was before the last decision on it, which ``by`` took.

    Asked again it takes back the one before. Raises :class:`Conflict` when the last decision was
    another's, when something happened to the exchange since, while somebody else has it open, and
    where the earlier wording held a personal datum and was not kept.
    """
    row = locked(conversation)
    refuse_if_held(row, by=by)
    was, texts = state_of(row), texts_of(row)
    last = _last(row, state=was, by=by)
    _put_back(row, last.before, by=by)
    last.undone = True
    last.save(update_fields=["undone"])
    write_down(row, Review.Action.UNDO, was, texts, by=by.get_username())
    return row


def _last(row: Conversation, *, state: State, by: User) -> Review:
    decisions = row.reviews.filter(undone=False).exclude(action=Review.Action.UNDO)
    last = decisions.first()
    if last is None or last.by != by.get_username():
        raise Conflict(_("La última decisión no es suya."), id=row.pk)
    if last.before["made"] != state:
        raise Conflict(_("La conversación cambió después: ya no se puede deshacer."), id=row.pk)
    return last


def _put_back(row: Conversation, before: State, *, by: User) -> None:
    was = before["was"]
    if was["texts"] != before["made"]["texts"]:
        _put_texts_back(row, before, by=by)
    row.labels.filter(current=True).exclude(pk=was["label"]).update(current=False)
    row.labels.filter(pk=was["label"]).update(current=True)
    move(row, **{name: was[name] for name in COLUMNS})


def _put_texts_back(row: Conversation, before: State, *, by: User) -> None:
    """The wording of before, and the stars that its edit had taken back."""
    if not (texts := before.get("texts")):
        raise Conflict(_("No se deshace: se quitó un dato personal."), id=row.pk)
    rewrite(row, question=texts["question"], answer=texts["answer"], by=by)
    row.refresh_from_db()
    if stars := before["was"]["stars"]:
        verdict: dict[str, Any] = {"stars": stars, "feedback": texts["feedback"]}
        given = row.ratings.filter(reason=Rating.Reason.RATED).first()
        who = given.by if given else by.get_username()
        row.ratings.create(stars=stars, feedback=texts["feedback"] or "", by=who)
        move(row, **verdict)
