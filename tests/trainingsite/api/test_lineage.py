import pytest

from conversations.models import Conversation
from tests.factories import a_client, a_conversation, a_domain, a_person
from tests.finetune.fake_training import FakeTraining
from tests.finetune.makers import a_trained_model, examples

pytestmark = pytest.mark.django_db

URL = "/api/v1/ai/training/linaje"


@pytest.fixture
def domain():
    return a_domain(base_model="base-model")


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


def test_a_model_tells_what_it_comes_from(domain, model, row):
    body = a_client("auditor", domain=domain).get(URL, {"modelo": model.name}).json()
    assert body["modelo"]["nombre"] == model.name
    assert body["entrenamiento"]["id"] == model.job.openai_job_id
    assert body["conjunto"]["huella"] == model.job.dataset.sha256
    assert body["total"] == len(body["lineas"])
    assert row.pk in {it["conversacion"] for it in body["lineas"]}


def test_an_exchange_tells_where_it_has_gone(domain, model, row):
    body = a_client("rater", domain=domain).get(URL, {"conversacion": row.pk}).json()
    assert body["lineas"] == 1
    assert [it["nombre"] for it in body["modelos"]] == [model.name]
    assert [it["version"] for it in body["conjuntos"]] == [1]


def test_only_who_may_see_people_asks_about_one(domain, model, person):
    query = {"persona": person.pk}
    assert a_client("auditor", domain=domain).get(URL, query).json()["lineas"] == 1
    assert a_client("rater", domain=domain).get(URL, query).status_code == 403


@pytest.mark.parametrize("query", [{}, {"modelo": "a", "revisor": "b"}, {"persona": "ana"}])
def test_a_question_without_one_subject_is_refused(domain, query):
    answer = a_client("auditor", domain=domain).get(URL, query)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid")


def test_what_belongs_to_another_domain_is_not_found(model, person, row):
    stranger = a_client("auditor", domain=a_domain("tienda"))
    for query in ({"modelo": model.name}, {"persona": person.pk}, {"conversacion": row.pk}):
        assert stranger.get(URL, query | {"dominio": "tienda"}).status_code == 404
