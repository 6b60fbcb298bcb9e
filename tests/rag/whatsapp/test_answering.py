"""From a message on WhatsApp to its answer there: in order, whatever it is."""

import pytest
from django.db.models.functions import Now

from core.work import WorkState
from rag import configuration, tasks
from rag.assistant import LONGEST_QUESTION
from rag.models import Inbound, Outbound, Turn
from rag.whatsapp import answering, sending
from tests.core.test_work import together
from tests.fakes import a_completion
from tests.rag.whatsapp.fake_graph import PHONE, a_message, a_text, deliver
from tests.rag.whatsapp.talk import DAY, OTHER, says, work

pytestmark = pytest.mark.django_db


def test_a_message_gets_its_answer(domain, graph):
    assert deliver(a_text("¿Qué tallas hay?")).json() == {"success": True}
    assert work() == ("1 answered, 0 not", "1 sent, 0 not")
    (sent,) = graph.sent
    assert (sent["to"], sent["type"]) == (PHONE, "text")
    assert sent["text"] == {"body": "Sobre «¿Qué tallas hay?» le cuento.", "preview_url": False}
    assert Inbound.objects.get().sealed == Outbound.objects.get().sealed == ""


def test_the_greeting_stands_before_the_first_answer(domain, graph):
    domain.texts["welcome"] = "Bienvenido a Camarones del Golfo."
    domain.save(update_fields=["texts"])
    says("¿precio?")
    says("¿talla?")
    first, second = graph.texts
    assert first.startswith("Bienvenido a Camarones del Golfo.\n\nSobre")
    assert second.startswith("Sobre")


def test_messages_of_one_delivery_are_answered_in_their_order(domain, graph):
    deliver(a_text("¿uno?"), a_text("¿dos?"), a_text("¿tres?"))
    work()
    assert [it.split("»")[0] for it in graph.texts] == [
        "Sobre «¿uno?",
        "Sobre «¿dos?",
        "Sobre «¿tres?",
    ]


def test_an_answer_goes_out_before_the_next_message_is_thought_about(domain, graph, provider):
    """What the queue runs: nobody waits for an answer that is there already."""
    sent_by_then = []

    def think(sent):
        sent_by_then.append(len(graph.sent))
        return 200, a_completion("Sí.")

    provider.replies["POST /chat/completions"] = think
    deliver(a_text("¿uno?"), a_text("¿otro?", sender=OTHER))
    assert tasks.answer_messages() == "2 answered, 0 not"
    assert sent_by_then == [0, 1]
    assert tasks.deliver_replies() == "0 sent, 0 not"
    assert len(graph.sent) == 2


@pytest.mark.django_db(transaction=True)
def test_messages_of_one_person_are_never_answered_at_once(domain, graph, provider):
    """Four workers at the same moment: of each person one message is under way, in order."""
    deliver(
        a_text("¿a1?"), a_text("¿b1?", sender=OTHER), a_text("¿a2?"), a_text("¿b2?", sender=OTHER)
    )
    together(4, answering.go_on)
    answering.go_on()  # what a worker passed over because the one before was in hand
    together(4, sending.go_on)
    sending.go_on()
    for phone, letter in ((PHONE, "a"), (OTHER, "b")):
        mine = [it["text"]["body"] for it in graph.sent if it["to"] == phone]
        assert [f"{letter}{number}" in it for number, it in enumerate(mine, 1)] == [True, True]
    assert len(graph.sent) == Turn.objects.count() == 4


def test_while_a_message_is_in_hand_the_next_of_that_person_waits_and_others_do_not(domain, graph):
    deliver(a_text("¿uno?"), a_text("¿dos?"), a_text("¿otro?", sender=OTHER))
    first = Inbound.objects.order_by("pk").first()
    assert Inbound.objects.filter(pk=first.pk).claim(limit=1, seconds=600)
    assert answering.go_on() == "1 answered, 0 not"
    sending.go_on()
    assert [it["to"] for it in graph.sent] == [OTHER]


def test_a_message_that_cannot_be_answered_keeps_the_next_one_waiting_no_longer_than_its_tries(
    domain, graph, monkeypatch
):
    real = answering.answer

    def breaks(domain, words, **how):
        if words == "¿uno?":
            raise RuntimeError
        return real(domain, words, **how)

    monkeypatch.setattr(answering, "answer", breaks)
    deliver(a_text("¿uno?"), a_text("¿dos?"))
    for _ in range(4):
        assert answering.go_on() == "0 answered, 1 not"
        Inbound.objects.update(next_at=Now())
    assert work() == ("1 answered, 1 not", "1 sent, 0 not")
    states = Inbound.objects.order_by("pk").values_list("state", "error")
    assert list(states) == [(WorkState.DEAD, "RuntimeError"), (WorkState.DONE, "")]


@pytest.mark.parametrize(
    "kind",
    ["audio", "image", "video", "sticker", "document", "location", "contacts", "unsupported"],
)
def test_what_is_no_text_gets_one_polite_reply(domain, graph, provider, kind):
    message = a_message(kind, id="media1")
    for _ in range(2):
        deliver(message)
        work()
    assert graph.texts == [
        "Por ahora solo puedo leer texto. Escríbame, por favor, lo que necesita."
    ]
    assert provider.sent("POST /chat/completions") == []


def test_a_blank_text_and_signs_that_nothing_can_keep(domain, graph):
    says(" \n")
    says("¿Qu\0é\ud800?")
    assert graph.texts[0].startswith("Por ahora")
    assert graph.texts[1] == "Sobre «¿Qué?» le cuento."


def test_a_text_longer_than_a_question_may_be_is_told_so(domain, graph, provider):
    says("x" * (LONGEST_QUESTION + 1))
    assert "menos de 2000 caracteres" in graph.texts[0]
    assert provider.sent("POST /chat/completions") == []


@pytest.mark.parametrize("age", [DAY + 60, 40 * DAY])
def test_what_is_older_than_a_day_is_told_as_such_and_not_answered(domain, graph, provider, age):
    says("¿Qué tallas hay?", age=age)
    row = Inbound.objects.get()
    assert (row.state, row.error, row.sealed) == (WorkState.DEAD, "too_late", "")
    assert graph.asked == 0
    assert provider.sent("POST /chat/completions") == []


def test_who_spent_their_day_is_told_so(domain, graph):
    domain.daily_tokens = 1
    domain.save(update_fields=["daily_tokens"])
    says("¿uno?")
    says("¿dos?")
    assert graph.texts[1].startswith("Ha llegado al límite de preguntas de hoy.")


def test_an_assistant_that_is_off_says_nothing_until_staff_try_again(domain, graph):
    configuration.write(domain, {"activo": False}, by="ana")
    says("¿Qué tallas hay?")
    row = Inbound.objects.get()
    assert (row.state, row.error, graph.asked) == (WorkState.DEAD, "assistant_off", 0)
    configuration.write(domain, {"activo": True}, by="ana")
    Inbound.objects.retry()
    work()
    assert len(graph.sent) == 1


def test_what_was_sealed_with_another_key_is_given_up(domain, settings):
    deliver(a_text("¿Qué tallas hay?"))
    settings.SEALING_KEY = "otra" * 20
    work()
    assert Inbound.objects.values_list("state", "error").get() == (WorkState.DEAD, "unreadable")
