"""Turns of a thread: histories, late answers, and what the customer says next."""

import pytest

from conversations import consent, rating, scoring
from conversations.capture import Exchange, NoQuestion, Reply, capture, capture_many, rewrite
from conversations.models import ChatMessage, ChatSession, Conversation, Origin, Stage, Why
from tests.factories import a_domain, a_person, a_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def score(monkeypatch):
    """A customer's message is worth a star, and another for each exclamation mark."""
    monkeypatch.setattr(
        scoring,
        "score",
        lambda text, *, lists: (1 + text.count("!"), "compro" in text),
        raising=False,
    )


def a_thread(person=None, key="1"):
    person = person or a_person(consents=True)
    return ChatSession(domain=person.domain, person=person, channel="test", outside_key=key)


def ask(session, question, answer="", **fields):
    return capture(
        domain=session.domain,
        question=question,
        answer=answer,
        origin=Origin.PERSON,
        person=session.person,
        session=session,
        **fields,
    )


def reply(session, text, **fields):
    fields = {"person": session.person, "session": session} | fields
    return capture_many(session.domain, [Reply(answer=text, **fields)])[0]


def again(row):
    return Conversation.objects.get(pk=row.pk)


def test_the_first_exchange_that_is_kept_makes_the_thread():
    session = a_thread()
    first, second = ask(session, "¿Hay 16/20?", "Sí."), ask(session, "¿Y 21/25?", "También.")
    assert first.session == second.session == ChatSession.objects.get()


def test_turns_are_kept_masked():
    ask(a_thread(), "Escríbame a ana@example.com", "Ya escribí a ana@example.com")
    said = ChatMessage.objects.values_list("role", "content")
    assert list(said) == [("user", "Escríbame a [EMAIL]"), ("assistant", "Ya escribí a [EMAIL]")]


def test_an_exchange_knows_the_last_twenty_turns_before_it():
    session = a_thread()
    for number in range(12):
        row = ask(session, f"Pregunta {number}", f"Respuesta {number}")
    assert len(row.history) == 20
    assert row.history[-1] == {"role": "assistant", "content": "Respuesta 10"}
    assert row.history[0] == {"role": "user", "content": "Pregunta 1"}


def test_a_batch_makes_the_same_history_as_one_by_one():
    one, many = a_thread(key="1"), a_thread(key="2")
    said = [(f"Pregunta {number}", f"Respuesta {number}!") for number in range(5)]
    for question, answer in said:
        ask(one, question, answer)
    capture_many(
        many.domain,
        [
            Exchange(question=q, answer=a, origin="person", person=many.person, session=many)
            for q, a in said
        ],
    )
    of_thread = Conversation.objects.order_by("pk").values("history", "score", "next_message")
    kept = [list(of_thread.filter(session__outside_key=key)) for key in "12"]
    assert kept[0] == kept[1]
    assert len(kept[0]) == 5


def test_a_history_that_the_bot_sends_is_masked_and_used():
    turns = [{"role": "user", "content": f"{n} ana@example.com"} for n in range(30)]
    row = ask(a_thread(), "¿Precio?", "Seis.", history=turns)
    assert len(row.history) == 20
    assert row.history[-1] == {"role": "user", "content": "29 [EMAIL]"}


def test_an_answer_that_comes_later_belongs_to_the_last_question():
    session = a_thread()
    first, second = ask(session, "¿Hola?"), ask(session, "¿Precio de 16/20?")
    before = second.token_count
    assert reply(session, "Seis, escriba a ana@example.com").conversation.pk == second.pk
    row = again(second)
    assert (row.answer, row.masks) == ("Seis, escriba a [EMAIL]", {"EMAIL": 1})
    assert row.token_count > before
    assert again(first).answer == ""


def test_a_second_answer_belongs_to_no_question():
    session = a_thread()
    ask(session, "¿Hola?")
    row = ask(session, "¿Precio?", "Seis.")
    assert isinstance(reply(session, "¿Algo más?").refusal, NoQuestion)
    assert again(row).answer == "Seis."
    assert Conversation.objects.filter(answer="").count() == 1


def test_an_answer_in_a_thread_without_questions_leaves_nothing():
    outcome = reply(a_thread(), "¡Oferta!")
    assert outcome.refusal.code == "no_question"
    assert not ChatMessage.objects.exists()


def test_the_same_answer_delivered_twice_is_one_turn():
    session = a_thread()
    row = ask(session, "¿Precio?")
    found = [reply(session, "Seis.", outside_id="r1") for _ in range(2)]
    assert [(it.conversation.pk, it.duplicate) for it in found] == [
        (row.pk, False),
        (row.pk, True),
    ]
    assert ChatMessage.objects.filter(role="assistant").count() == 1


def test_a_question_delivered_again_with_its_answer_gets_it():
    session = a_thread()
    row = ask(session, "¿Precio?", outside_id="m1")
    assert ask(session, "¿Precio?", "Seis.", outside_id="m1").pk == row.pk
    assert again(row).answer == "Seis."
    ask(session, "¿Precio?", "Siete.", outside_id="m1")
    assert again(row).answer == "Seis."


def test_pairs_never_cross_persons():
    ana, luis = a_person(consents=True), a_person(consents=True)
    asked = ask(a_thread(ana, "a"), "Soy Ana Pérez, ¿precio?")
    other = ask(a_thread(luis, "b"), "Soy Luis Mora, ¿envío?")
    reply(a_thread(ana, "a"), "Seis.")
    assert (again(asked).answer, again(other).answer) == ("Seis.", "")


def test_a_new_answer_to_what_a_person_rated_is_reviewed_again():
    session, user = a_thread(), a_user()
    row = ask(session, "¿Precio?")
    rating.rate(row, stars=5, by=user)
    reply(session, "Seis.")
    row = again(row)
    assert (row.stage, row.why) == (Stage.NEEDS_REVIEW, Why.NEW_ANSWER)
    assert (row.stars, row.reviewed_at, row.reviewed_by) == (None, None, None)
    assert list(row.ratings.order_by("pk").values_list("stars", "reason")) == [
        (5, "rated"),
        (None, "edited"),
    ]


def test_a_new_answer_to_what_nobody_judged_goes_its_way():
    session = a_thread()
    row = ask(session, "¿Precio?")
    reply(session, "Seis.")
    assert (again(row).stage, again(row).why) == (Stage.CAPTURED, "")


def test_the_next_message_rates_the_exchange_before_it():
    session = a_thread()
    row = ask(session, "¿Precio?", "Seis.")
    ask(session, "Soy Ana Pérez, lo compro!!!", "Gracias.")
    row = again(row)
    assert (row.score, row.successful) == (4, True)
    assert row.next_message == "Soy [NAME], lo compro!!!"
    assert row.scored_at


def test_an_exchange_without_an_answer_is_not_rated():
    session = a_thread()
    row = ask(session, "¿Precio?")
    ask(session, "¿Hola!?", "Sí.")
    assert again(row).scored_at is None


def test_an_exchange_is_rated_once():
    session = a_thread()
    row = ask(session, "¿Precio?", "Seis.", outside_id="m1")
    ask(session, "Bien!!!")
    ask(session, "¿Precio?", "Seis.", outside_id="m1")
    ask(session, "Mal!")
    assert again(row).score == 4


def test_rules_that_fail_stop_no_capture(monkeypatch, caplog):
    def broken(text, *, lists):
        raise TypeError(text)

    monkeypatch.setattr(scoring, "score", broken)
    session = a_thread()
    ask(session, "¿Precio?", "Seis.")
    row = ask(session, "Un secreto mío", "Gracias.")
    assert row.pk
    assert "[Training] an exchange was not scored: TypeError" in caplog.text
    assert "secreto" not in caplog.text


def test_what_is_hidden_later_is_hidden_wherever_the_thread_repeats_it():
    session = a_thread()
    before = ask(session, "¿Precio?", "Seis.")
    row = ask(session, "Mi clave es zanahoria!", "Anoto zanahoria.")
    after = ask(session, "Gracias!", "De nada.")
    rewrite(row, question="Mi clave es [NAME]!", answer="Anoto [NAME].", by=a_user())
    everywhere = [
        str(list(Conversation.objects.values())),
        str(list(ChatMessage.objects.values())),
    ]
    assert "zanahoria" not in "".join(everywhere)
    assert again(before).next_message == "Mi clave es [NAME]!"
    assert again(after).history[-1]["content"] == "Anoto [NAME]."


def test_only_the_beginning_of_a_long_message_rates_the_exchange_before_it():
    session = a_thread()
    row = ask(session, "¿Hay 16/20?", "Sí.")
    ask(session, f"Lo compro. {'¿y la otra? ' * 200}!!!")
    assert again(row).score == 1


def test_an_answer_that_somebody_writes_where_none_was_is_nothing_that_followed():
    session = a_thread()
    row, later = ask(session, "¿Hay 16/20?"), ask(session, "¿Y 21/25?")
    rewrite(row, question=row.question, answer="Sí.", by=a_user())
    assert again(later).next_message is None


def test_a_thread_of_a_source_is_nobodys():
    domain = a_domain()
    session = ChatSession(domain=domain, channel="importación", outside_key="1")
    rows = capture_many(
        domain,
        [
            Exchange(question=f"¿{n}?", answer="Sí.", origin="source", basis="CC0", session=session)
            for n in range(2)
        ],
    )
    assert [it.conversation.person for it in rows] == [None, None]
    assert rows[1].conversation.history[0] == {"role": "user", "content": "¿0?"}


def test_what_a_person_took_back_is_no_part_of_what_they_say_under_a_later_yes():
    session = a_thread()
    ask(session, "¿Hay 16/20?", "Sí.")
    consent.withdraw(session.person, channel="test")
    consent.grant(session.person, channel="test")
    assert isinstance(reply(session, "¿Le interesa?").refusal, NoQuestion)
    assert ask(session, "¿Y 21/25?").history == []
