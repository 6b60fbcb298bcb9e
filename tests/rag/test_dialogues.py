"""What is open with a person: sealed, theirs alone, and gone when its time is over."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conversations import consent
from core.sealing import seal
from rag import dialogues, turns
from rag.assistant import answer
from rag.models import Dialogue, Turn
from tests.factories import a_domain, a_person, a_user
from tests.fakes import a_completion

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(provider):
    provider.replies["POST /chat/completions"] = 200, a_completion("Cuesta diez.")
    return a_person(a_domain(thread_hours=2))


def later(dialogue, **ago):
    Dialogue.objects.filter(pk=dialogue.pk).update(expires_at=timezone.now() - timedelta(**ago))


def test_it_is_open_for_the_domains_hours_from_the_last_word(person):
    dialogue = dialogues.opened(person, "chat")
    later(dialogue, hours=-1)
    dialogues.save(dialogue, {"a": 1})
    dialogue.refresh_from_db()
    left = dialogue.expires_at - timezone.now()
    assert timedelta(minutes=119) < left <= timedelta(hours=2)


def test_an_expired_one_is_not_opened_again(person):
    dialogue = dialogues.opened(person, "chat")
    dialogues.save(dialogue, {"a": 1})
    later(dialogue, seconds=1)
    assert dialogues.load(dialogues.opened(person, "chat")) == {}


def test_the_schedule_forgets_what_expired_and_nothing_else(person):
    old, new = dialogues.opened(person, "chat"), dialogues.opened(person, "web")
    later(old, seconds=1)
    assert dialogues.forget_expired() == 1
    assert list(Dialogue.objects.all()) == [new]


def test_two_parts_of_it_do_not_overwrite_each_other(person):
    dialogue = dialogues.opened(person, "chat")
    stale = Dialogue.objects.get(pk=dialogue.pk)
    with dialogues.changing(dialogue) as state:
        state["quote"] = {"size": "16/20"}
    dialogues.said(stale, "¿cuánto?", "diez")
    assert dialogues.load(stale)["quote"] == {"size": "16/20"}


def test_a_state_sealed_with_another_key_counts_as_empty(person, settings):
    dialogue = dialogues.opened(person, "chat")
    dialogues.save(dialogue, {"a": 1})
    settings.SEALING_KEY = "another " * 10
    assert dialogues.load(Dialogue.objects.get()) == {}
    assert seal({"a": 1}) != dialogue.sealed


def test_one_that_was_erased_while_it_was_answered_is_not_written_again(person):
    dialogue = dialogues.opened(person, "chat")
    Dialogue.objects.all().delete()
    dialogues.said(dialogue, "¿cuánto?", "diez")
    assert not Dialogue.objects.exists()


def test_a_person_is_welcomed_once_in_a_dialogue_with_the_question_of_consent(person):
    person.domain.texts = {"welcome": "Bienvenida a la tienda."}
    consent.write_text(person.domain, "¿Autoriza?", by="ana")
    said = [answer(person.domain, "¿cuánto cuesta?", person=person) for _ in range(2)]
    assert [(it.welcome, it.consent) for it in said] == [
        ("Bienvenida a la tienda.", "¿Autoriza?"),
        (None, None),
    ]
    later(Dialogue.objects.get(), seconds=1)
    again = answer(person.domain, "¿cuánto cuesta?", person=person)
    assert (again.welcome, again.consent) == ("Bienvenida a la tienda.", None)


# --- turns ----------------------------------------------------------------------------------------


def test_a_turn_tells_what_happened_and_no_word_of_it(person, provider):
    consent.grant(person, channel="test")
    reply = answer(person.domain, "soy ana@example.com, ¿cuánto?", person=person, channel="web")
    turn = Turn.objects.get()
    assert turn == reply.turn
    assert [it["step"] for it in turn.steps] == ["consent", "masks", "looked_up", "reply", "saved"]
    assert turn.steps[0]["granted"] is True
    assert sum(turn.steps[1]["kinds"].values()) == 1
    assert (turn.channel, turn.source, turn.model, turn.tokens) == ("web", "model", "base-model", 7)
    assert (turn.conversation, turn.failed) == (reply.conversation, False)
    assert turn.prompt == person.domain.prompt
    assert "cuánto" not in str(turn.steps)


def test_who_asked_is_forgotten_with_the_dialogue_and_the_figures_stay(person):
    answer(person.domain, "¿cuánto cuesta?", person=person)
    answer(person.domain, "¿cuánto cuesta?", by=a_user())
    assert turns.unlink_old() == 0
    Turn.objects.update(at=timezone.now() - timedelta(hours=25))
    assert turns.unlink_old() == 1
    assert Turn.objects.filter(person=None).count() == 2
