"""``manage.py consent``: for the person who asks staff instead of the bot."""

import io

import pytest
from django.core.management import CommandError, call_command

from conversations import consent
from conversations.models import Erasure, Person
from tests.factories import a_domain

pytestmark = pytest.mark.django_db

NUMBER = "whatsapp:+593999999999"


@pytest.fixture
def person():
    domain = a_domain()
    text = consent.write_text(domain, "¿Autoriza?", by="ana")
    someone = consent.person_known_as(NUMBER, domain=domain)
    consent.grant(someone, channel="web", text=text)
    return someone


def run(*args):
    out = io.StringIO()
    call_command("consent", *args, "--domain", "prestamos", stdout=out)
    return out.getvalue()


def test_show_tells_each_word_and_no_id(person):
    told = run("show", "593999999999")
    assert "training: yes (web, text v1)" in told
    assert "0 conversations kept" in told
    assert "593" not in told


def test_withdraw_takes_it_back_and_queues_the_erasure(person):
    assert "training: no (command, no text)" in run("withdraw", NUMBER)
    assert Erasure.objects.get().person == person


def test_the_id_may_come_by_the_standard_input(person, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{NUMBER}\n"))
    assert "training: yes" in run("show", "-")


@pytest.mark.parametrize("who", ["+593999999998", "+"])
def test_who_is_not_known_is_said_without_the_id(person, who):
    with pytest.raises(CommandError) as refusal:
        run("show", who)
    assert who not in str(refusal.value)
    assert Person.objects.count() == 1


def test_a_domain_that_does_not_exist_is_said():
    with pytest.raises(CommandError):
        run("show", NUMBER)
