from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations import batch, consent, rating
from conversations.capture import (
    ConsentMissing,
    Exchange,
    capture,
    capture_many,
    remove,
    rewrite,
)
from conversations.fingerprints import bands, token_count
from conversations.keys import text_hash
from conversations.models import ChatSession, Conversation, Origin, Processing, Rating, Stage
from core.errors import Invalid, NotFound
from core.models import AuditEvent
from tests.factories import a_conversation, a_domain, a_person, a_user

pytestmark = pytest.mark.django_db

SAID = {"question": "¿Cuándo vence mi cuota?", "answer": "Vence el día 5 de cada mes."}


def captured(**fields):
    return capture(**{"domain": a_domain(), "origin": Origin.STAFF, **SAID} | fields)


@pytest.mark.parametrize("word", [None, False])
def test_a_person_who_did_not_say_yes_is_not_captured(word):
    with pytest.raises(ConsentMissing):
        captured(origin=Origin.PERSON, person=a_person(consents=word))
    assert not Conversation.objects.exists()


def test_a_person_must_be_named():
    with pytest.raises(ConsentMissing):
        captured(origin=Origin.PERSON)


def test_a_persons_exchange_waits_as_captured():
    row = captured(origin=Origin.PERSON, person=a_person(consents=True))
    assert (row.stage, row.reviewed_at) == (Stage.CAPTURED, None)


@pytest.mark.parametrize(("origin", "basis"), [("staff", ""), ("source", "CC BY 4.0")])
def test_exchanges_of_staff_and_sources_can_be_rated_at_once(origin, basis):
    assert captured(origin=origin, basis=basis).stage == Stage.APPROVED


def test_a_source_names_its_basis():
    with pytest.raises(IntegrityError), transaction.atomic():
        captured(origin=Origin.SOURCE)


@pytest.mark.parametrize("blank", ["", "  \n"])
def test_an_empty_text_is_refused_by_its_field(blank):
    with pytest.raises(Invalid) as refused:
        captured(question=blank, answer=blank)
    assert set(refused.value.details) == {"pregunta", "respuesta"}


def test_both_sides_are_masked_and_the_masks_counted():
    row = captured(
        question="Mi correo es ana@example.com, ¿y mi cuota?",
        answer="Escribimos a ana@example.com y a luis@example.com.",
    )
    assert "@" not in row.question + row.answer
    assert row.masks == {"EMAIL": 3}
    assert row.anonymiser


def test_the_domains_own_terms_are_not_masked():
    domain = a_domain(texts={"whitelist": ["ayuda@creditoamigo.ec"]})
    row = captured(domain=domain, answer="Escriba a ayuda@creditoamigo.ec hoy.")
    assert row.answer == "Escriba a ayuda@creditoamigo.ec hoy."


def test_the_same_delivery_twice_is_one_row():
    first, second = captured(outside_id="abc"), captured(outside_id="abc")
    assert first.pk == second.pk
    assert captured(outside_id="abc", domain=a_domain("tienda")).pk != first.pk


@pytest.mark.django_db(transaction=True)
def test_the_same_delivery_at_the_same_moment_is_one_row():
    a_domain()
    found, start = [], Barrier(4)

    def deliver():
        start.wait()
        found.append(captured(outside_id="abc").pk)
        connection.close()

    together(deliver, times=4)
    assert len(found) == 4
    assert len(set(found)) == 1


def test_context_is_kept_without_personal_data():
    row = captured(context="Juan Pérez, tel 0991234567")
    assert "0991234567" not in row.context
    rewrite(row, question="¿Y ahora?", answer="Ahora sí.", by=a_user(), context="su tel 0991234567")
    row.refresh_from_db()
    assert "0991234567" not in row.context


@pytest.mark.parametrize("word", [None, False])
def test_the_database_itself_refuses_a_person_without_consent(word):
    person, now = a_person(consents=word), timezone.now()
    row = {
        "domain_id": person.domain_id,
        "origin": "person",
        "person_id": person.pk,
        "pregunta": "¿Hola?",
        "respuesta": "Hola.",
        "stage": "captured",
        "basis": "",
        "category": "",
        "product": "",
        "masks": "{}",
        "anonymiser": "",
        "question_hash": "",
        "embedding_model": "",
        "creado_en": now,
        "actualizado_en": now,
    }
    values = ", ".join(["%s"] * len(row))
    with (
        pytest.raises(IntegrityError, match="no live consent"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            f"INSERT INTO conversaciones_ai ({', '.join(row)}) VALUES ({values})",  # noqa: S608
            list(row.values()),
        )


def test_the_database_refuses_to_turn_a_row_into_that_of_a_person_who_said_no():
    row, person = a_conversation(), a_person(consents=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        Conversation.objects.filter(pk=row.pk).update(origin="person", person=person)


def test_rewriting_clears_the_stars_and_keeps_the_history():
    user, row = a_user(), captured()
    rating.rate(row, stars=5, feedback="Muy bien", by=user)

    rewrite(row, question=SAID["question"], answer="Vence el día 10 de cada mes.", by=user)

    row.refresh_from_db()
    assert (row.stars, row.feedback, row.answer) == (None, None, "Vence el día 10 de cada mes.")
    history = row.ratings.order_by("pk").values_list("stars", "feedback", "reason")
    assert list(history) == [
        (5, "Muy bien", Rating.Reason.RATED),
        (None, "", Rating.Reason.EDITED),
    ]


def test_rewriting_with_the_same_words_keeps_the_stars():
    user, row = a_user(), captured()
    rating.rate(row, stars=4, by=user)
    rewrite(row, **SAID, by=user, context="La tabla de cuotas")
    row.refresh_from_db()
    assert (row.stars, row.context, row.ratings.count()) == (4, "La tabla de cuotas", 1)


def test_rewriting_masks_again_and_forgets_what_the_old_question_was():
    domain = a_domain(texts={"categories": [{"name": "mora", "words": ["mora"]}]})
    row = captured(domain=domain)
    Conversation.objects.update(embedding=[0.1] * 384, embedding_model="test")
    rewrite(row, question="¿La mora de ana@example.com?", answer=SAID["answer"], by=a_user())
    row.refresh_from_db()
    assert (row.question, row.category) == ("¿La mora de [EMAIL]?", "mora")
    assert (row.embedding, row.embedding_model) == (None, "")


def test_rewriting_the_words_of_someone_who_took_consent_back_is_refused():
    person = a_person(consents=True)
    row = captured(origin=Origin.PERSON, person=person)
    consent.withdraw(person, channel="web")
    with pytest.raises(ConsentMissing):
        rewrite(row, question="¿Otra?", answer="Otra.", by=a_user())


def test_removing_is_audited_and_leaves_nothing():
    row = captured()
    pk = row.pk
    remove(row, by=a_user())
    assert not Conversation.objects.exists()
    assert AuditEvent.objects.get(action="conversation_deleted").subject_id == str(pk)


def test_what_someone_just_deleted_cannot_be_rewritten():
    row = captured()
    Conversation.objects.filter(pk=row.pk).delete()
    with pytest.raises(NotFound):
        rewrite(row, **SAID, by=a_user())


def together(work, *, times):
    threads = [Thread(target=work) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_of_two_deletions_one_finds_nothing_left():
    row, user = captured(), a_user()
    stale = Conversation.objects.get(pk=row.pk)
    remove(row, by=user)
    with pytest.raises(NotFound):
        remove(stale, by=user)
    assert AuditEvent.objects.filter(action="conversation_deleted").count() == 1


def test_what_is_computed_of_the_texts_is_kept_with_them():
    row = captured(question="¿Precio de 16/20 para ana@example.com?")
    assert row.question_hash == text_hash("¿Precio de 16/20 para [EMAIL]?")
    assert row.bands == bands("¿Precio de 16/20 para [EMAIL]?")
    assert row.token_count == token_count([row.question, row.answer])


def test_rewriting_computes_them_again():
    row = captured()
    rewrite(row, question="¿Otra cosa muy distinta?", answer="Sí.", by=a_user())
    row.refresh_from_db()
    assert row.bands == bands("¿Otra cosa muy distinta?")
    assert row.token_count == token_count(["¿Otra cosa muy distinta?", "Sí."])


def test_a_persons_exchange_is_queued_in_the_same_breath_and_nobody_elses():
    mine = captured(origin=Origin.PERSON, person=a_person(consents=True))
    captured()
    assert [work.conversation_id for work in Processing.objects.due()] == [mine.pk]


def test_the_bot_of_a_person_may_answer_later():
    row = captured(origin=Origin.PERSON, person=a_person(consents=True), answer="")
    assert row.answer == ""


@pytest.mark.parametrize("odd", ["a\0b", "a\ud800b"])
def test_what_cannot_be_stored_is_refused_by_its_field(odd):
    with pytest.raises(Invalid) as refused:
        captured(answer=odd)
    assert set(refused.value.details) == {"respuesta"}


def test_whatever_the_channel_says_of_it_is_masked_too():
    row = captured(
        product="Camarón de ana@example.com",
        product_code="ana@example.com",
        metadata={"state": "ana@example.com", "has_quote": True},
    )
    assert (row.product, row.product_code) == ("Camarón de [EMAIL]", "[EMAIL]")
    assert row.metadata == {"state": "[EMAIL]", "has_quote": True}


def test_what_a_reviewer_knows_to_be_harmless_is_left_in_its_exchange():
    row = captured(question="¿Llama Juan Pérez?")
    assert "[NAME]" in row.question
    Conversation.objects.update(unmasked=["Juan Pérez"])
    rewrite(row, question="¿Llama Juan Pérez?", answer=row.answer, by=a_user())
    row.refresh_from_db()
    assert row.question == "¿Llama Juan Pérez?"


def exchanges(*questions, **fields):
    fields = {"answer": "Sí.", "origin": Origin.STAFF} | fields
    return [Exchange(question=question, **fields) for question in questions]


def test_a_bad_item_stops_no_other():
    person = a_person(consents=False)
    items = [
        *exchanges("¿Uno?", " "),
        *exchanges("¿Dos?", origin=Origin.PERSON, person=person),
        *exchanges("¿Tres?"),
    ]
    outcomes = capture_many(a_domain(), items)
    assert [it.refusal.code if it.refusal else None for it in outcomes] == [
        None,
        "invalid",
        "no_consent",
        None,
    ]
    assert list(Conversation.objects.order_by("pk").values_list("question", flat=True)) == [
        "¿Uno?",
        "¿Tres?",
    ]


def test_a_batch_of_many_asks_the_database_as_often_as_one_of_few(django_assert_num_queries):
    domain = a_domain()
    people = [a_person(consents=True) for _ in range(30)]

    def delivered(people, mark):
        return [
            Exchange(
                question=f"¿{mark} {number}?",
                answer="Sí.",
                origin=Origin.PERSON,
                person=person,
                session=ChatSession(
                    domain=domain, person=person, channel="test", outside_key=str(person.pk)
                ),
                outside_id=f"{mark}{number}",
            )
            for number, person in enumerate(people)
        ]

    capture_many(domain, delivered(people, "a"))
    with CaptureQueriesContext(connection) as few:
        capture_many(domain, delivered(people[:2], "b"))
    with django_assert_num_queries(len(few)):
        capture_many(domain, delivered(people, "c"))
    assert Conversation.objects.count() == 62


def test_one_delivered_twice_within_a_batch_is_one_row():
    first, second = capture_many(a_domain(), exchanges("¿Uno?", "¿Uno?", outside_id="a"))
    assert first.conversation.pk == second.conversation.pk
    assert (first.duplicate, second.duplicate) == (False, True)


@pytest.mark.django_db(transaction=True)
def test_batches_of_the_same_at_the_same_moment_are_one():
    domain, found, start = a_domain(), [], Barrier(3)

    def deliver():
        start.wait()
        items = [it for n in range(5) for it in exchanges(f"¿{n}?", outside_id=str(n))]
        found.append([it.conversation.pk for it in capture_many(domain, items)])
        connection.close()

    together(deliver, times=3)
    assert found[0] == found[1] == found[2]
    assert Conversation.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_a_consent_that_goes_meanwhile_is_found_when_storing(monkeypatch):
    """The look at the consents came before the withdrawal; the database has the last word."""
    person, other = a_person(consents=True), a_person(consents=True)
    look = batch.with_consent

    def withdrawn():
        consent.withdraw(person, channel="web")
        connection.close()

    def then_withdrawn(people):
        found = look(people)
        if person.pk in found:
            together(withdrawn, times=1)
        return found

    monkeypatch.setattr(batch, "with_consent", then_withdrawn)
    items = exchanges("¿Uno?", origin=Origin.PERSON, person=person)
    items += exchanges("¿Dos?", origin=Origin.PERSON, person=other)
    outcomes = capture_many(a_domain(), items)
    assert isinstance(outcomes[0].refusal, ConsentMissing)
    assert Conversation.objects.get().person == other


def test_the_log_says_what_was_done_and_nothing_that_was_said(caplog):
    caplog.set_level("INFO")
    capture_many(a_domain(), exchanges("Un secreto", " "))
    assert "[Training] prestamos: 1 captured, 1 refused" in caplog.text
    assert "secreto" not in caplog.text


def test_what_was_masked_counts_on_in_other_words():
    row = a_conversation(
        question="Soy la señora Zutano Pérez, ¿me llama al 0991234567 o al 0991234568?"
    )
    assert row.masks == {"NAME": 1, "PHONE": 2}
    kept = rewrite(
        row,
        question="¿Me llama al [PHONE] o a ana@example.com?",
        answer="Sí, al [PHONE], que no es el [ACCOUNT].",
        by=a_user(),
    )
    assert kept.masks == {"EMAIL": 1, "PHONE": 2}
