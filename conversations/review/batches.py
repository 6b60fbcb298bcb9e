"""Many decisions at once: each is one of its own, and one that is refused stops no other."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from conversations.models import Conversation, ConversationQuerySet, Stage
from conversations.review.deciding import PERSON_ASKED
from conversations.review.decisions import approve
from core.errors import NotFound, Refusal

AT_ONCE = 1000  # decisions of one order


@dataclass
class Batch:
    """Which exchanges were decided, and why the others were not."""

    done: list[int] = field(default_factory=list)
    refused: dict[int, Refusal] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return len(self.done) + len(self.refused)


def in_turn(
    rows: ConversationQuerySet, ids: Iterable[int], decide: Callable[[Conversation], object]
) -> Batch:
    """Call ``decide`` with each of ``rows`` named by ``ids``, in their order, each once."""
    batch, asked = Batch(), dict.fromkeys(ids)
    found = rows.select_related("domain").in_bulk(list(asked))
    for pk in asked:
        try:
            decide(_among(found, pk))
        except Refusal as refusal:
            batch.refused[pk] = refusal
        else:
            batch.done.append(pk)
    return batch


def auto_approve(rows: ConversationQuerySet, *, min_confidence: float, by: User) -> Batch:
    """Approve those of ``rows`` that passed QA with at least ``min_confidence``, at one order.

    The oldest :data:`AT_ONCE` of them: whoever waits for the answer gets one, and may ask again.
    Never the blind sample, nor what somebody asked a person to look at: what was flagged or sent
    back, and answers that came after a review.
    """
    sure = rows.filter(
        stage=Stage.NEEDS_REVIEW,
        confidence__gte=min_confidence,
        labels__current=True,
        labels__qa_passed=True,
    ).exclude(why__in=PERSON_ASKED)
    ids = sure.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]
    return in_turn(rows, ids, lambda row: approve(row, by=by))


def _among(found: dict[int, Conversation], pk: int) -> Conversation:
    if pk not in found:
        raise NotFound(_("No existe la conversación %(pk)s.") % {"pk": pk}, id=pk)
    return found[pk]
