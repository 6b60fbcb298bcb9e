"""A reviewer's hand on the masks: one more, one less, and what goes with them."""

import json

import pytest

from conversations import capture, review
from conversations.masking import add_mask, lift_mask
from conversations.models import Conversation, Origin
from core.errors import Conflict, Invalid
from core.models import AuditEvent
from tests.factories import a_conversation, a_domain, a_label, a_person, a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana():
    return a_user()


def said(row):
    row.refresh_from_db()
    return row.question, row.answer


def test_the_words_are_masked_wherever_they_stand_whatever_their_case(ana):
    row = a_conversation(
        question="Lo pidió la pocha  roja, y la Pocha roja paga", answer="Gracias a la POCHA ROJA."
    )
    times = add_mask(row, words=" pocha  Roja ", label="NAME", by=ana)

    assert times == 3
    assert said(row) == ("Lo pidió la [NAME], y la [NAME] paga", "Gracias a la [NAME].")
    assert row.masks == {"NAME": 3}


def test_only_whole_words_are_masked(ana):
    row = a_conversation(question="El señor Cama pide camarón en la camaronera")
    add_mask(row, words="Cama", label="NAME", by=ana)

    assert said(row)[0] == "El señor [NAME] pide camarón en la camaronera"


def test_stars_stay_when_words_only_go(ana):
    row = a_conversation(question="¿Qué dijo Zutanito ayer?", stars=5)
    add_mask(row, words="zutanito", label="NAME", by=ana)

    row.refresh_from_db()
    assert row.stars == 5


def test_the_words_go_from_all_that_is_kept_with_the_exchange(ana):
    person = a_person(consents=True)
    row = a_conversation(
        origin=Origin.PERSON, person=person, question="Envíelo a Zutanito, por favor"
    )
    Conversation.objects.filter(pk=row.pk).update(
        stage="needs_review",
        context="Zutanito compró antes",
        next_message="soy zutanito",
        feedback="de Zutanito",
        history=[{"role": "user", "content": "hola, Zutanito"}],
    )
    row.refresh_from_db()
    row.ratings.create(stars=3, feedback="Zutanito otra vez", by="luis")
    a_label(row, fields={"destination": "Zutanito", "product": "HLSO"})
    review.edit(row, question="Mándelo a Zutanito, por favor", by=ana)
    review.reject(row, reason="Por Zutanito", by=ana)
    add_mask(row, words="Zutanito", label="NAME", by=ana)

    row.refresh_from_db()
    kept = [
        *Conversation.objects.filter(pk=row.pk).values(),
        *row.messages.values("content"),
        *row.ratings.values(),
        *row.reviews.values(),
        *row.labels.values(),
    ]
    assert "zutanito" not in json.dumps(kept, default=str).casefold()
    assert row.labels.get(current=True).conversation_id == row.pk


def test_the_label_says_the_same_about_the_new_text(ana):
    domain = a_domain(texts={"fields": [{"name": "size", "kinds": ["size"]}]})
    domain.catalogue.create(kind="size", code="16/20", name="16/20")
    row = a_conversation(domain, question="Zutanito pide 16/20")
    a_label(row, fields={"size": "16/20"}, entities=[[14, 19, "size", "16/20"]], confidence=0.6)
    add_mask(row, words="Zutanito", label="NAME", by=ana)

    label = row.labels.get(current=True)
    assert (label.fields, label.confidence, label.by) == ({"size": "16/20"}, 0.6, "")
    assert label.entities == [[12, 17, "size", "16/20"]]


@pytest.mark.parametrize("words", ["", "x", "...", "a" * 201, "a [NAME]", "no\0sirve", "ausente"])
def test_words_that_cannot_be_masked_change_nothing(ana, words):
    row = a_conversation(question="¿Qué dijo Zutanito ayer?")
    with pytest.raises(Invalid) as refused:
        add_mask(row, words=words, label="NAME", by=ana)

    assert list(refused.value.details) == ["words"]
    assert said(row)[0] == "¿Qué dijo Zutanito ayer?"


def test_an_unknown_kind_is_refused(ana):
    with pytest.raises(Invalid):
        add_mask(a_conversation(question="Zutanito"), words="Zutanito", label="COLOUR", by=ana)


def test_neither_change_writes_the_words_into_the_audit(ana):
    row = a_conversation(question="¿Qué dijo Zutanito de mi cel 0991234567?")
    add_mask(row, words="Zutanito", label="NAME", by=ana)
    lift_mask(row, place=1, words="lote 16/20", by=ana)

    events = AuditEvent.objects.filter(subject_id=str(row.pk), action__startswith="mask_")
    assert [it.details for it in events.order_by("pk")] == [
        {"label": "NAME", "times": 1},
        {"label": "PHONE", "always": False},
    ]


def test_a_mask_stays_through_later_rewrites(ana):
    row = a_conversation(question="¿Qué dijo Zutanito ayer?")
    add_mask(row, words="Zutanito", label="NAME", by=ana)
    question, answer = said(row)
    capture.rewrite(row, question=question + " ¿Y hoy?", answer=answer, by=ana)

    assert said(row)[0] == "¿Qué dijo [NAME] ayer? ¿Y hoy?"


WRONG = "Llámenme por la talla al 0991234567"


def test_words_that_were_not_personal_come_back_and_stay(ana):
    row = a_conversation(question=WRONG, answer="Bien.", stars=4)
    lift_mask(row, place=0, words="0991234567", by=ana)
    capture.rewrite(row, question=said(row)[0], answer="Muy bien.", by=ana)

    assert said(row) == (WRONG, "Muy bien.")
    assert row.masks == {}
    assert row.stars is None
    assert "[PHONE]" in a_conversation(question=WRONG).question


def test_always_teaches_the_domain(ana):
    row = a_conversation(question=WRONG)
    lift_mask(row, place=0, words="0991234567", by=ana, always=True)

    row.domain.refresh_from_db()
    assert row.domain.texts["whitelist"] == ["0991234567"]
    assert a_conversation(question=WRONG).question == WRONG


def test_masks_are_counted_through_question_and_answer(ana):
    row = a_conversation(question="Mi correo: ana@example.com", answer="Anotado: 0991234567")
    lift_mask(row, place=1, words="pedido 77", by=ana)

    assert said(row) == ("Mi correo: [EMAIL]", "Anotado: pedido 77")


def test_a_mask_that_is_not_there_is_a_conflict(ana):
    with pytest.raises(Conflict):
        lift_mask(a_conversation(question="Nada oculto"), place=0, words="16/20", by=ana)


def test_the_masks_of_an_unanswered_question_can_be_put_right(ana):
    person = a_person(consents=True)
    row = a_conversation(origin=Origin.PERSON, person=person, question="Soy Zutanito", answer="")
    question = said(row)[0]
    times = add_mask(row, words=question.split()[0], label="NAME", by=ana)

    assert times == 1
    assert said(row)[1] == ""
