"""The vectors of two embedders in one table: one is searched, the other made beside it."""

import math

import pytest
from django.db import connection

from core.errors import Invalid, ModelUnavailable
from rag import documents, indexing, retrieval, spaces
from rag.models import Chunk, VectorSpace
from tests.factories import a_domain
from tests.fakes import embeddings

pytestmark = pytest.mark.django_db

TEXTS = ("La oficina abre a las nueve.", "El pago vence el día quince.", "Hay envío gratis.")


def by_length(sent):
    """Another embedder's vectors: shorter, and near are texts of about the same length."""
    status, body = embeddings(sent)
    for item, text in zip(body["data"], sent["input"], strict=True):
        angle = len(text) / 100
        item["embedding"] = [math.cos(angle), math.sin(angle)] + [0.0] * 298
    return status, body


def either(sent):
    return by_length(sent) if sent["model"].startswith("new") else embeddings(sent)


@pytest.fixture
def indexed(provider):
    provider.replies["POST /embeddings"] = either
    for text in TEXTS:
        indexing.index(documents.add_text(a_domain(), title=text, text=text, by="test"))


@pytest.fixture
def changed(settings, provider):
    """The setting names another embedder from now on."""

    def change(**fields):
        settings.LLM_PROVIDERS["other"] = provider.as_provider(
            embedding_model="new-embedder", **fields
        )
        settings.DOCUMENT_EMBEDDER = "other"

    return change


def models():
    return sorted(Chunk.objects.values_list("embedding_model", flat=True))


def indexes():
    query = "SELECT indexdef FROM pg_indexes WHERE indexname LIKE 'chunk_hnsw_%' ORDER BY indexname"
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [row[0] for row in cursor.fetchall()]


def best(question):
    found = retrieval.look(a_domain(), question, threshold=-1, weight=1).found
    return [it.chunk.text for it in found]


def test_the_first_document_opens_a_space_with_an_index_of_its_own(indexed):
    space = spaces.active()
    assert (space.model, space.dimensions, space.provider) == ("test-embedder", 384, "local")
    (index,) = indexes()
    assert "hnsw" in index
    assert "vector(384)" in index
    assert "'test-embedder'" in index


def test_with_two_models_in_one_table_a_search_uses_one(indexed, changed):
    before = best("La oficina abre")
    changed()
    new = spaces.build("new-embedder", "other")
    spaces._copy(new)
    assert models() == ["new-embedder"] * 3 + ["test-embedder"] * 3
    assert best("La oficina abre") == before
    assert (len(before), before[0]) == (3, TEXTS[0])
    spaces.switch(new)
    after = best("La oficina abre")
    assert (len(after), after[0]) == (3, TEXTS[2])


def test_a_change_is_prepared_beside_and_takes_over_when_it_is_complete(indexed, changed):
    changed()
    assert spaces.go_on() == "new-embedder is in use"
    assert spaces.active().model == "new-embedder"
    assert spaces.active().dimensions == 300
    assert spaces.go_on() == "3 of other models removed"
    assert models() == ["new-embedder"] * 3
    assert spaces.go_on() == "0 of other models removed"
    assert [it.model for it in VectorSpace.objects.all()] == ["new-embedder"]
    assert len(indexes()) == 1


@pytest.mark.django_db(transaction=True)
def test_indexes_are_made_beside_who_writes(indexed, changed):
    changed()
    assert spaces.go_on() == "new-embedder is in use"
    assert ["vector(300)" in it for it in indexes()] == [False, True]


def test_what_is_not_complete_does_not_take_over(indexed, changed, monkeypatch):
    changed()
    monkeypatch.setattr(spaces, "BATCH", 2)
    monkeypatch.setattr(spaces, "SECONDS", -1)
    assert spaces.go_on() == "new-embedder: 2 more"
    assert spaces.active().model == "test-embedder"
    building = VectorSpace.objects.get(model="new-embedder")
    assert building.state == VectorSpace.State.BUILDING
    assert spaces.progress(building) == (2, 3)


def test_a_document_that_comes_while_another_space_is_built_is_in_both(indexed, changed):
    changed()
    spaces._copy(spaces.build("new-embedder", "other"))
    late = "Los sábados está cerrado."
    indexing.index(documents.add_text(a_domain(), title=late, text=late, by="test"))
    assert spaces.go_on() == "new-embedder is in use"
    assert late in best("Los sábados")


def test_a_chunk_written_for_the_old_model_after_the_switch_is_not_lost(indexed, changed):
    changed()
    spaces.go_on()
    straggler = Chunk.objects.filter(embedding_model="test-embedder").first()
    Chunk.objects.filter(document=straggler.document, embedding_model="new-embedder").delete()
    spaces.go_on()
    assert straggler.text in best(straggler.text)


def test_going_back_before_the_end_leaves_nothing_behind(indexed, changed, settings):
    changed()
    spaces._copy(spaces.build("new-embedder", "other"))
    settings.DOCUMENT_EMBEDDER = "local"
    spaces.go_on()
    spaces.go_on()
    assert models() == ["test-embedder"] * 3
    assert [it.model for it in VectorSpace.objects.all()] == ["test-embedder"]


def test_an_embedder_that_does_not_answer_changes_nothing(indexed, changed, provider):
    changed()
    provider.replies["POST /embeddings"] = 503, {"error": {"message": "busy"}}
    with pytest.raises(ModelUnavailable):
        spaces.go_on()
    assert spaces.active().model == "test-embedder"


def test_a_provider_that_tells_questions_from_passages_is_asked_by_both_names(
    indexed, changed, provider
):
    changed(passage_model="new-passages")
    spaces.go_on()
    provider.requests.clear()
    best("¿Cuándo vence?")
    assert [it["model"] for it in provider.sent("POST /embeddings")] == ["new-embedder"]
    assert spaces.active().model == "new-passages"


def test_the_same_model_at_another_provider_makes_nothing_anew(indexed, settings, provider):
    settings.LLM_PROVIDERS["other"] = provider.as_provider()
    settings.DOCUMENT_EMBEDDER = "other"
    provider.requests.clear()
    assert spaces.go_on() == "0 of other models removed"
    assert (spaces.active().provider, provider.requests) == ("other", [])


def test_a_provider_without_vectors_is_refused_by_name(settings, provider):
    settings.LLM_PROVIDERS["other"] = provider.as_provider(embedding_model="")
    settings.DOCUMENT_EMBEDDER = "other"
    with pytest.raises(Invalid) as refused:
        spaces.current()
    assert refused.value.details == {"DOCUMENT_EMBEDDER": "no_model"}


def test_nothing_is_embedded_twice(indexed, provider):
    provider.requests.clear()
    indexing.index(documents.add_text(a_domain(), title="Otra vez", text=TEXTS[0], by="test"))
    assert provider.sent("POST /embeddings") == []
