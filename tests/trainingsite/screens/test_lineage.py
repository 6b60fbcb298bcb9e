"""From a model to what it learnt from, and from what somebody said to every model, on screen."""

import pytest
from django.urls import reverse

from conversations.models import Conversation
from conversations.rating import rate
from tests.factories import a_conversation, a_domain, a_person, a_user
from tests.finetune.fake_training import FakeTraining
from tests.finetune.makers import a_trained_model, examples

SCREEN = reverse("admin:lineage")


@pytest.fixture
def person(domain):
    return a_person(domain, consents=True)


@pytest.fixture
def row(domain, person):
    found = a_conversation(domain, stars=5, origin="person", person=person)
    Conversation.objects.filter(pk=found.pk).update(stage="approved")
    return found


@pytest.fixture
def model(domain, row, provider):
    examples(domain, 12)
    return a_trained_model(domain, FakeTraining(provider))


def of(model):
    return reverse("admin:lineage_model", args=[model.pk])


def text(answer):
    return answer.content.decode()


def test_a_model_shows_its_lines_with_their_consents(sign_in, row, model):
    page = text(sign_in("rater").get(of(model)))

    assert reverse("admin:conversations_conversation_change", args=[row.pk]) in page
    assert reverse("admin:finetune_dataset_change", args=[model.job.dataset_id]) in page
    assert ", test</td>" in page


def test_lines_come_in_pages(sign_in, model, monkeypatch):
    monkeypatch.setattr("trainingsite.admin.lineage.LINES", 5)
    rater = sign_in("rater")

    first = rater.get(of(model), {"pagina": "x"}).context
    last = rater.get(of(model), {"pagina": "3"}).context

    assert (first["number"], first["pages"], len(first["found"].lines)) == (1, 3, 5)
    assert len(last["found"].lines) == 3


def test_the_page_of_a_model_asks_the_database_as_often_for_more_lines(
    sign_in, model, monkeypatch, django_assert_max_num_queries, django_assert_num_queries
):
    rater = sign_in("rater")
    rater.get(of(model))
    monkeypatch.setattr("trainingsite.admin.lineage.LINES", 2)
    with django_assert_max_num_queries(20) as few:
        rater.get(of(model))
    monkeypatch.setattr("trainingsite.admin.lineage.LINES", 50)
    with django_assert_num_queries(len(few)):
        rater.get(of(model))


def test_a_model_of_others_is_not_found(sign_in, model):
    assert sign_in("rater", where=a_domain("ajeno")).get(of(model)).status_code == 404


@pytest.mark.parametrize("start", ["conversacion", "persona"])
def test_what_was_said_leads_to_every_model(sign_in, person, row, model, start):
    value = {"conversacion": row.pk, "persona": str(person)}[start]

    page = text(sign_in("auditor").get(SCREEN, {"desde": start, "valor": value}))

    assert "Está en 1 línea de 1 versión." in page
    assert model.name in page


def test_a_reviewer_leads_to_every_model(sign_in, domain, row, model):
    rater, auditor = a_user("rater", domain=domain), sign_in("auditor")
    rate(row, stars=5, by=rater)

    hers = auditor.get(SCREEN, {"desde": "revisor", "valor": rater.username}).context["found"]
    nobodys = auditor.get(SCREEN, {"desde": "revisor", "valor": "nadie"}).context["found"]

    assert (hers.lines, hers.models) == (1, [model])
    assert (nobodys.lines, nobodys.models) == (0, [])


@pytest.mark.parametrize(
    ("start", "value"),
    [
        ("conversacion", "x"),
        ("conversacion", "9" * 40),
        ("persona", "a"),
        ("persona", "zzzzzzzzzz"),
    ],
)
def test_what_is_not_there_is_told_so(sign_in, start, value):
    page = text(sign_in("auditor").get(SCREEN, {"desde": start, "valor": value}))

    assert "No se encontró." in page


def test_whoever_may_not_see_people_does_not_ask_for_one(sign_in, person):
    asked = {"desde": "persona", "valor": str(person)}

    assert sign_in("rater").get(SCREEN, asked).status_code == 403


def test_the_lineage_of_others_is_not_told(sign_in, row, model):
    stranger = sign_in("auditor", where=a_domain("ajeno"))

    page = text(stranger.get(SCREEN, {"desde": "conversacion", "valor": row.pk}))

    assert "No se encontró." in page


def test_pages_of_people_exchanges_and_reviews_lead_there(sign_in, person, row, model):
    admin = sign_in("admin")
    starts = {"persona": person.pseudonym, "conversacion": row.pk}
    pages = {
        reverse("admin:conversations_person_change", args=[person.pk]): "persona",
        reverse("admin:conversations_conversation_change", args=[row.pk]): "conversacion",
        reverse("admin:review_one", args=[row.pk]): "conversacion",
    }

    for page, start in pages.items():
        asked = f"?dominio={row.domain.slug}&amp;desde={start}&amp;valor={starts[start]}"
        assert f"{SCREEN}{asked}" in text(admin.get(page))
        assert admin.get(SCREEN + asked.replace("&amp;", "&")).context["found"].models == [model]
