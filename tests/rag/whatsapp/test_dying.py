"""Whoever dies between a message and its reply: it is answered once."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as site_settings
from django.db import connection

from conversations.models import Person, Purpose
from rag.models import Outbound
from rag.whatsapp import answering
from tests.rag.whatsapp.fake_graph import a_text, deliver
from tests.rag.whatsapp.talk import (
    Death,
    dies,
    says,
    the_lease_runs_out,
    work,
)

pytestmark = pytest.mark.django_db


KILLED = """
import os, signal, sys
import django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from rag import tasks
from rag.whatsapp import answering
answering.answer = lambda *args, **how: os.kill(os.getpid(), signal.SIGKILL)
tasks.answer_messages()
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_between_the_message_and_its_reply_leaves_it_to_the_next(domain, graph):
    deliver(a_text("¿Qué tallas hay?"))
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "trainingsite.settings",
        "POSTGRES_DATA": site_settings.DATABASES["default"]["PGDATA"],
        "POSTGRES_FSYNC": "0",
    }
    died = subprocess.run(
        [sys.executable, "-c", KILLED, connection.settings_dict["NAME"]],
        cwd=Path(site_settings.BASE_DIR),
        env=environment,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL
    assert work() == ("0 answered, 0 not", "0 sent, 0 not")  # the dead one still holds it
    the_lease_runs_out()
    assert work() == ("1 answered, 0 not", "1 sent, 0 not")
    assert len(graph.sent) == 1


@pytest.mark.django_db(transaction=True)
def test_an_answer_and_the_end_of_its_message_are_written_together_or_not_at_all(
    domain, graph, monkeypatch
):
    deliver(a_text("¿Qué tallas hay?"))
    with monkeypatch.context() as broken:
        broken.setattr("rag.whatsapp.replying.async_task", dies)
        with pytest.raises(Death):
            answering.go_on()
    assert not Outbound.objects.exists()
    the_lease_runs_out()
    assert work() == ("1 answered, 0 not", "1 sent, 0 not")


@pytest.mark.django_db(transaction=True)
def test_a_yes_whose_worker_died_is_heard_by_the_next(asking, graph, monkeypatch):
    says("¿Qué tallas hay?")
    deliver(a_text("Sí"))
    with monkeypatch.context() as broken:
        broken.setattr("rag.whatsapp.replying.async_task", dies)
        with pytest.raises(Death):
            answering.go_on()
    assert not Person.objects.get().consents_to(Purpose.TRAINING)
    the_lease_runs_out()
    work()
    assert Person.objects.get().consents_to(Purpose.TRAINING)
    assert graph.texts[-1].startswith("Gracias.")


def test_a_late_worker_writes_no_second_answer(domain, graph, monkeypatch):
    """Its lease ran out while it asked the model; another answered meanwhile."""
    deliver(a_text("¿Qué tallas hay?"))
    slow = answering.answer

    def overtaken(*args, **how):
        monkeypatch.setattr(answering, "answer", slow)
        the_lease_runs_out()
        assert answering.go_on() == "1 answered, 0 not"
        return slow(*args, **how)

    monkeypatch.setattr(answering, "answer", overtaken)
    work()
    assert len(graph.sent) == Outbound.objects.count() == 1
