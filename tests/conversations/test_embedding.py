import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations import embedding, tasks
from conversations.models import Conversation
from core import llm
from tests.factories import a_conversation
from tests.fakes import embeddings

pytestmark = pytest.mark.django_db


def waiting():
    return Conversation.objects.filter(embedding=None).count()


def test_the_task_gives_each_question_its_vector_once(provider):
    for _ in range(3):
        a_conversation()
    assert tasks.embed_waiting() == "3 embedded"
    assert tasks.embed_waiting() == "0 embedded"
    assert len(provider.sent("POST /embeddings")) == 1
    row = Conversation.objects.first()
    assert (len(row.embedding), row.embedding_model) == (384, "test-embedder")


def test_more_than_a_batch_is_asked_in_turns(provider, monkeypatch):
    monkeypatch.setattr(embedding, "BATCH", 2)
    for _ in range(5):
        a_conversation()
    assert embedding.fill(limit=2000) == 5
    assert [len(it["input"]) for it in provider.sent("POST /embeddings")] == [2, 2, 1]


def test_only_masked_text_leaves_the_house(provider):
    a_conversation(question="¿Y la cuota de ana@example.com?")
    tasks.embed_waiting()
    assert provider.sent("POST /embeddings")[0]["input"] == ["¿Y la cuota de [EMAIL]?"]


def test_nothing_is_lost_while_the_provider_is_down(provider):
    a_conversation()
    provider.replies["POST /embeddings"] = 503, {"error": {"message": "loading"}}
    assert tasks.embed_waiting().startswith("later")
    assert waiting() == 1

    provider.replies["POST /embeddings"] = embeddings
    assert tasks.embed_waiting() == "1 embedded"
    assert waiting() == 0


def test_a_question_edited_meanwhile_gets_no_vector_of_its_old_words(provider, monkeypatch):
    row = a_conversation()

    asked = llm.embed

    def edited(texts, **how):
        Conversation.objects.filter(pk=row.pk).update(question="Otra", question_hash="other")
        return asked(texts, **how)

    monkeypatch.setattr(llm, "embed", edited)
    assert embedding.fill(limit=1) == 0
    assert embedding.fill(limit=1) == 1
    assert provider.sent("POST /embeddings")[-1]["input"] == ["Otra"]


def test_nearest_puts_the_most_alike_first():
    near = a_conversation(question="requisitos del crédito para una moto")
    a_conversation(question="horario de la agencia de Loja")
    tasks.embed_waiting()
    vector = llm.embed(["requisitos para el crédito de moto"])[0]
    (first, best), (_, second) = embedding.nearest(Conversation.objects.all(), vector, limit=2)
    assert first == near
    assert best > second


def test_vectors_of_another_model_are_not_compared():
    a_conversation()
    tasks.embed_waiting()
    Conversation.objects.update(embedding_model="another")
    assert embedding.nearest(Conversation.objects.all(), [0.1] * 384, limit=5) == []


def test_a_question_the_embedder_refuses_stops_no_other(provider):
    def picky(sent):
        bad = any("rara" in text for text in sent["input"])
        return (400, {"error": {"message": "too long"}}) if bad else embeddings(sent)

    provider.replies["POST /embeddings"] = picky
    a_conversation(question="¿Una pregunta rara?")
    a_conversation(question="¿Una pregunta normal?")
    assert tasks.embed_waiting() == "1 embedded"
    assert waiting() == 1


def test_an_embedder_is_not_asked_again_what_it_refused_and_another_one_is(provider, settings):
    provider.replies["POST /embeddings"] = 400, {"error": {"message": "too long"}}
    a_conversation(question="¿Una pregunta rara?")
    assert tasks.embed_waiting() == "0 embedded"
    assert tasks.embed_waiting() == "0 embedded"
    assert len(provider.sent("POST /embeddings")) == 1

    provider.replies["POST /embeddings"] = embeddings
    known = settings.LLM_PROVIDERS[settings.LLM_EMBEDDER]
    another = known | {"embedding_model": "another-embedder"}
    settings.LLM_PROVIDERS = settings.LLM_PROVIDERS | {settings.LLM_EMBEDDER: another}
    assert tasks.embed_waiting() == "1 embedded"


def test_a_wrong_key_is_asked_about_once(provider):
    provider.replies["POST /embeddings"] = 401, {"error": {"message": "no"}}
    for _ in range(3):
        a_conversation()
    assert tasks.embed_waiting().startswith("later")
    assert len(provider.sent("POST /embeddings")) == 1


def shorter(sent):
    """An embedder whose vectors have three numbers."""
    status, body = embeddings(sent)
    for it in body["data"]:
        it["embedding"] = [*it["embedding"][:2], 1.0]
    return status, body


def test_another_embedder_makes_every_vector_anew_whatever_its_length(provider, settings):
    rows = [a_conversation() for _ in range(3)]
    embedding.fill(limit=10)
    name = settings.LLM_EMBEDDER
    settings.LLM_PROVIDERS = settings.LLM_PROVIDERS | {
        name: settings.LLM_PROVIDERS[name] | {"embedding_model": "another"}
    }
    provider.replies["POST /embeddings"] = shorter
    assert embedding.nearest(Conversation.objects.all(), [0.0, 0.0, 1.0], limit=5) == []
    assert tasks.embed_waiting() == "3 embedded"
    assert tasks.embed_waiting() == "0 embedded"
    rows[0].refresh_from_db()
    assert (len(rows[0].embedding), rows[0].embedding_model) == (3, "another")
    assert len(embedding.nearest(Conversation.objects.all(), [0.0, 0.0, 1.0], limit=5)) == 3


@pytest.mark.parametrize(("model", "is_indexed"), [("e5-query", True), ("another", False)])
def test_the_bundled_embedders_vectors_are_found_by_an_index(model, is_indexed, settings):
    name = settings.LLM_EMBEDDER
    settings.LLM_PROVIDERS = settings.LLM_PROVIDERS | {
        name: settings.LLM_PROVIDERS[name] | {"embedding_model": model}
    }
    with connection.cursor() as cursor, CaptureQueriesContext(connection) as asked:
        embedding.nearest(Conversation.objects.all(), [0.1] * 384, limit=5)
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {asked[0]['sql']}")
        plan = " ".join(line for (line,) in cursor.fetchall())
    assert ("conv_embedding" in plan) is is_indexed
