"""Somebody talks with the business on WhatsApp, and the queue does its work."""

from datetime import timedelta

from django.db.models.functions import Now

from rag.models import Inbound, Outbound
from rag.whatsapp import answering, sending
from tests.rag.whatsapp.fake_graph import a_message, a_text, deliver

OTHER = "593988000111"
DAY = 24 * 60 * 60


def work():
    """What the queue does."""
    return answering.go_on(), sending.go_on()


def says(words, **how):
    """Somebody writes; all is done that follows."""
    deliver(a_text(words, **how))
    return work()


def taps(button, title):
    reply = {"id": button, "title": title}
    deliver(a_message("interactive", type="button_reply", button_reply=reply))
    return work()


def reacts(sign, to, **how):
    deliver(a_message("reaction", message_id=to, emoji=sign, **how))
    return work()


def the_lease_runs_out():
    for model in (Inbound, Outbound):
        past = Now() - timedelta(seconds=1)
        model.objects.exclude(lease_until=None).update(lease_until=past)


class Death(BaseException):
    """As if the process ended here: nothing after it runs, nothing catches it."""


def dies(*args, **how):
    raise Death
