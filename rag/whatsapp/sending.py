"""The replies that wait to be sent: each once, as far as WhatsApp lets one know.

It takes no key that would make a repetition harmless, but tells back ours with the news of a
message. So a reply whose answer was lost waits for its news before it is sent again
(docs/adr/0016).
"""

import logging
import time
from typing import Any

from core.sealing import Unreadable, unseal
from rag.models import DeliveryStatus, Outbound, Quote
from rag.proforma import printing
from rag.whatsapp import graph, writing
from rag.whatsapp.queue import SECONDS, work_off
from rag.whatsapp.receiving import print_of

logger = logging.getLogger(__name__)

PDF = "application/pdf"


def go_on(*, seconds: float = SECONDS) -> str:
    """Send what is due, begin nothing after ``seconds``; say what came of it."""
    sent, failed = work_off(Outbound, _handle, seconds=seconds)
    return f"{sent} sent, {failed} not"


def _handle(work: Outbound) -> bool:
    """Send one message, or write down why not; whether it was sent."""
    try:
        told = unseal(work.sealed)
        if time.time() > told["until"]:
            work.expire()
            return False
        _send(work, told)
    except graph.Later as error:
        logger.warning("Reply %s waits: %s", work.pk, error)
        work.wait(error.why, pause=error.pause)
    except graph.Unknown as error:
        logger.warning("Reply %s: it is not known whether it was sent (%s)", work.pk, error)
        work.doubt()
    except graph.Refused as error:
        logger.error("Reply %s is refused: %s", work.pk, error)
        work.give_up(error.why)
    except graph.Broken as error:
        work.fail(error.why)
    except (Unreadable, Quote.DoesNotExist) as error:
        work.give_up(type(error).__name__)
    except Exception as error:  # noqa: BLE001 (the worker's own loop: one reply stops no other)
        logger.error("Reply %s was not sent: %s", work.pk, type(error).__name__)
        work.fail(type(error).__name__)
    else:
        return True
    return False


def _send(work: Outbound, told: dict[str, Any]) -> None:
    body = writing.addressed(_body(told), told["sender"], key=work.key)
    name = graph.send(told["number"], body)
    work.finish(provider_id=print_of(name), status=DeliveryStatus.SENT)


def _body(told: dict[str, Any]) -> writing.Body:
    if told["kind"] == "text":
        return writing.text(told["text"])
    if told["kind"] == "buttons":
        return writing.buttons(told["text"])
    quote = Quote.objects.get(pk=told["quote"])
    name = f"{quote.number}.pdf"
    media = graph.upload(told["number"], name, printing.pdf(quote), PDF)
    return writing.document(media, name)
