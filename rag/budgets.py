"""The tokens that one person, or one of staff, may spend in a day, held before they are (Q48)."""

from django.contrib.auth.models import User
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations import consent
from conversations.models import Person
from core import llm
from core.errors import Refusal
from core.models import Domain
from rag import prompting
from rag.models import Turn

PROMPT = 2000  # characters of a prompt, roughly


class OverBudget(Refusal):
    """Whoever asks has spent their tokens of today."""

    code = "over_budget"
    status_code = 429


def refuse_over(domain: Domain, *, person: Person | None, user: User | None) -> None:
    """Raise :class:`OverBudget` when nothing is left of today's tokens of who asks.

    Until the transaction ends nobody else asks in their name: what is written in it as a turn
    counts for the next one. The last call let in may go over the limit, and no other.
    """
    if not domain.daily_tokens or not (person or user):
        return
    if person:
        consent.lock(person)
    elif user:
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if spent(domain, person=person, user=user) >= domain.daily_tokens:
        raise OverBudget(
            str(_("Ha llegado al límite de preguntas de hoy. Vuelva a escribir mañana.")),
            limite=domain.daily_tokens,
        )


def most(domain: Domain, question: str) -> int:
    """The tokens that an answer to ``question`` takes at most, about: what is held for it."""
    room = prompting.HISTORY_ROOM + prompting.WORDS_ROOM + prompting.EXAMPLES_ROOM
    shown = PROMPT + room + domain.chunks * domain.chunk_size + len(question.encode())
    tokens = shown // prompting.CHARACTERS_A_TOKEN + domain.max_tokens
    return min(tokens, llm.provider(domain.answer_provider).context)


def spent(domain: Domain, *, person: Person | None, user: User | None) -> int:
    """The tokens of today's answers to ``person``, else to ``user``, with those held for answers
    that are being made."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    rows = Turn.objects.filter(domain=domain, at__gte=today, person=person)
    rows = rows if person else rows.filter(user=user)
    return rows.aggregate(total=Sum("tokens"))["total"] or 0
