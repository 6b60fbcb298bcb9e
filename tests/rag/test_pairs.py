"""Which approved answer is served: known by its question and answer, never by a near miss."""

import pytest
from django.db import connection

from conversations import embedding
from conversations.models import CatalogueEntry, Conversation
from core.errors import ModelUnavailable
from rag import assistant, pairs, tasks
from rag.assistant import answer
from rag.models import PairVector
from tests.factories import a_conversation, a_domain, a_user
from tests.fakes import a_completion, embeddings

pytestmark = pytest.mark.django_db

EMBEDDINGS = "POST /embeddings"


@pytest.fixture
def domain(provider):
    provider.replies["POST /chat/completions"] = 200, a_completion("Contesta el modelo.")
    return a_domain()


def approved(domain, question, reply, **fields):
    row = a_conversation(domain, stars=5, question=question, answer=reply, **fields)
    embedding.fill(limit=10)
    return row


def came(domain, question):
    return answer(domain, question, by=a_user(), keep=False).source


def test_the_answer_tells_which_of_two_like_questions_is_meant(domain):
    far = approved(domain, "horario de la agencia", "Atiende en Quito.")
    near = approved(domain, "horario de la oficina", "Abre a las nueve el sábado.")
    asked = "horario del sábado a las nueve"
    before = assistant.lookup(domain, asked)
    pairs.fill(limit=10)
    after = assistant.lookup(domain, asked)
    assert {it.conversation_id for it in before} == {far.pk, near.pk}
    assert after[0].conversation_id == near.pk
    assert after[0].similarity > before[0].similarity


def test_the_very_question_is_served_before_it_has_that_vector(domain):
    approved(domain, "horario de la oficina", "Abre a las nueve.")
    assert not PairVector.objects.exists()
    assert came(domain, "horario de la oficina") == "approved"


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("precio de la cola talla 16/20 hoy", "precio de la cola talla 21/25 hoy"),
        ("precio de la cola hoy", "precio de 3 toneladas de la cola hoy"),
        ("requisitos para tres meses de plazo", "requisitos para seis meses de plazo"),
        ("precio del envío a Miami hoy mismo", "precio del envío a Madrid hoy mismo"),
    ],
)
def test_other_numbers_or_things_of_the_catalogue_are_another_question(domain, question, asked):
    domain.reuse_similarity = 0.1
    domain.save()
    for code in ("Miami", "Madrid"):
        CatalogueEntry.objects.create(domain=domain, kind="destination", code=code, name=code)
    approved(domain, question, "Nueve dólares.")
    assert came(domain, question) == "approved"
    assert came(domain, asked) == "model"


@pytest.mark.parametrize(
    ("asked", "source"),
    [
        ("qué es un crédito puente", "model"),
        ("buenas tardes, qué es un crédito por favor", "approved"),
        ("qué es un crédito de dinero", "approved"),
    ],
)
def test_a_question_that_adds_something_is_another_unless_the_answer_says_it(domain, asked, source):
    domain.reuse_similarity = 0.1
    domain.save()
    approved(domain, "qué es un crédito", "dinero prestado")
    assert came(domain, asked) == source


def test_a_number_in_letters_is_the_same_number(domain):
    approved(domain, "requisitos para un crédito a tres meses de plazo", "La cédula.")
    domain.reuse_similarity = 0.5
    domain.save()
    assert came(domain, "requisitos para un crédito a 3 meses de plazo") == "approved"


def test_only_what_is_approved_gets_a_vector_and_once(domain, provider):
    kept = approved(domain, "horario de la oficina", "Abre a las nueve.")
    approved(domain, "horario de la tienda", "A las diez.", outside_id="low")
    Conversation.objects.filter(outside_id="low").update(stars=2)
    assert tasks.fill_pairs() == "1 embedded"
    assert list(PairVector.objects.values_list("pk", flat=True)) == [kept.pk]
    asked = len(provider.sent(EMBEDDINGS))
    assert tasks.fill_pairs() == "0 embedded"
    assert len(provider.sent(EMBEDDINGS)) == asked


def test_a_new_answer_gets_a_new_vector_and_a_new_star_none(domain):
    row = approved(domain, "horario de la oficina", "Abre a las nueve.")
    pairs.fill(limit=10)
    row.stars = 4
    row.save()
    assert pairs.fill(limit=10) == 0
    row.answer = "Abre a las diez."
    row.save()
    assert pairs.fill(limit=10) == 1
    assert pairs.fill(limit=10) == 0


def test_another_embedder_makes_them_anew(domain, settings):
    approved(domain, "horario de la oficina", "Abre a las nueve.")
    pairs.fill(limit=10)
    name = settings.LLM_EMBEDDER
    settings.LLM_PROVIDERS = {
        **settings.LLM_PROVIDERS,
        name: settings.LLM_PROVIDERS[name] | {"passage_model": "another"},
    }
    assert pairs.fill(limit=10) == 1
    assert PairVector.objects.get().model == "another"


def test_a_refused_text_does_not_hold_up_the_others(domain, provider):
    refused = approved(domain, "horario de la oficina", "Abre a las nueve.")
    approved(domain, "horario de la tienda", "A las diez.")

    def picky(sent):
        if any("nueve" in it for it in sent["input"]):
            return 400, {"error": {"message": "no"}}
        return embeddings(sent)

    provider.replies[EMBEDDINGS] = picky
    pairs.fill(limit=10)
    assert PairVector.objects.get(vector=None).pk == refused.pk
    asked = len(provider.sent(EMBEDDINGS))
    assert pairs.fill(limit=10) == 0
    assert len(provider.sent(EMBEDDINGS)) == asked


def test_without_an_embedder_they_wait(domain, provider):
    approved(domain, "horario de la oficina", "Abre a las nueve.")
    provider.replies[EMBEDDINGS] = 503, {"error": {"message": "busy"}}
    assert tasks.fill_pairs().startswith("later: ")
    with pytest.raises(ModelUnavailable):
        pairs.fill(limit=10)
    assert not PairVector.objects.exists()


def test_they_go_with_their_exchange(domain):
    row = approved(domain, "horario de la oficina", "Abre a las nueve.")
    pairs.fill(limit=10)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM rag_pairvector")
        assert cursor.fetchone() == (1,)
    row.delete()
    assert not PairVector.objects.exists()
