"""The messages that wait for an answer: each once, and those of one person in their order.

What is answered is written down with the end of the message's work, so a worker that dies in
between leaves a message that waits; the next one answers it from the start.
"""

import logging
import time
from collections.abc import Callable

from django.db import transaction

from conversations.models import Person
from core.errors import Invalid, ModelUnavailable, NotFound, Refusal
from core.sealing import Unreadable, unseal
from rag import commands, feedback
from rag.assistant import LONGEST_QUESTION, answer
from rag.budgets import OverBudget
from rag.models import Inbound, Outbound, Quote, Turn
from rag.whatsapp import CHANNEL, replying, wording
from rag.whatsapp.queue import LEASE, work_off
from rag.whatsapp.reading import Message
from rag.whatsapp.receiving import print_of

logger = logging.getLogger(__name__)


def go_on(*, then: Callable[[], object] = lambda: None) -> str:
    """Answer what is due; say what came of it.

    ``then`` is done after each: what sends an answer must not wait until all are thought of.
    """

    def handle(work: Inbound) -> bool:
        ended = _handle(work)
        then()
        return ended

    handled, failed = work_off(Inbound, handle)
    return f"{handled} answered, {failed} not"


def _handle(work: Inbound) -> bool:
    """Bring one message to its end; whether it came to one. One failure stops no other."""
    try:
        _answer(work, Message(**unseal(work.sealed)))
    except ModelUnavailable as error:
        work.wait(error.code)
    except Refusal as error:
        work.give_up(error.code)
    except Unreadable:
        work.give_up("unreadable")
    except Exception as error:  # noqa: BLE001 (the worker's own loop: one message stops no other)
        logger.error("Message %s was not answered: %s", work.pk, type(error).__name__)
        work.fail(type(error).__name__)
    else:
        return True
    return False


def _answer(work: Inbound, message: Message) -> None:
    if work.person is None or time.time() > message.at + replying.WINDOW:
        work.expire()
    elif message.kind == "reaction":
        _rate(work.person, message)
        work.finish()
    elif message.kind == "other":
        replying.reply(work, message, replying.plain(str(wording.ONLY_TEXT)))
    elif len(message.text) > LONGEST_QUESTION:
        replying.reply(work, message, replying.plain(str(wording.TOO_LONG % LONGEST_QUESTION)))
    elif not _heard(work, work.person, message):
        _ask(work, work.person, message)


@transaction.atomic
def _heard(work: Inbound, person: Person, message: Message) -> bool:
    """Whether it was about the person's data: heard and answered at one stroke, so that a yes
    which is heard is never asked about again."""
    if not work.renew(LEASE):
        return True  # whoever has it now hears it
    said = commands.reply(person, message.text, channel=CHANNEL)
    if said is None:
        return False
    asks = replying.question(said.question.text.text) if said.question else []
    return replying.reply(work, message, [*replying.plain(said.text), *asks])


def _ask(work: Inbound, person: Person, message: Message) -> None:
    if left := _left_untold(work, person):
        quote, turn = left
        replying.reply(work, message, replying.of_quote(quote), turn=turn)
        return
    try:
        found = answer(work.domain, message.text, person=person, channel=CHANNEL)
    except OverBudget as limit:  # its words are for whoever asked
        replying.reply(work, message, replying.plain(str(limit)))
        return
    replying.reply(work, message, replying.of_answer(found), turn=found.turn)


def _left_untold(work: Inbound, person: Person) -> tuple[Quote, Turn] | None:
    """The quote that a worker made for this message before it died: a second "sí" makes none."""
    turn = person.turns.filter(channel=CHANNEL).first()
    if work.attempts < 2 or turn is None or turn.deliveries.exists():
        return None
    quote = person.quotes.filter(created_at__gte=turn.at).first()
    return (quote, turn) if quote else None


def _rate(person: Person, message: Message) -> None:
    """A thumb on what we said; another sign, one taken back or on something else is none."""
    rated = Outbound.objects.filter(
        channel=CHANNEL, person=person, provider_id=print_of(message.about), turn__isnull=False
    )
    turn = rated.values_list("turn", flat=True).first()
    if not (turn and message.text):
        return
    try:
        value = feedback.value_of(message.text)
        feedback.thumb(feedback.find(person.domain, person=person, turn=turn), value)
    except (Invalid, NotFound):
        logger.info("A reaction that is no thumb")
