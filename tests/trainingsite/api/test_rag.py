"""``/rag`` of the lending family: vectors, their state, and searching (requirements, 2.3)."""

import pytest

from rag import documents, indexing
from rag.models import Chunk, Document
from tests.factories import a_client, a_domain

pytestmark = pytest.mark.django_db

PREFIX = "/api/v1/ai/training/rag/"
TEXT = "El préstamo personal se paga en doce cuotas."


def a_document(text=TEXT, *, indexed=True, **fields):
    document = documents.add_text(a_domain(), title=text[:30], text=text, by="test", **fields)
    if indexed:
        indexing.index(document)
    return document


def post(client, path, body=None):
    return client.post(f"{PREFIX}{path}", body or {}, format="json")


def test_the_state_counts_what_can_be_searched():
    client = a_client("admin")
    a_document()
    a_document("Otro texto, aún sin vectores.", indexed=False)
    told = client.get(f"{PREFIX}estado").json()
    assert told["total_documentos"] == 2
    assert told["documentos_con_embeddings"] == 1
    assert told["total_embeddings"] == 1
    assert told["ultima_actualizacion"]
    assert (told["modelo"], told["dimensiones"]) == ("test-embedder", 384)
    assert told["en_preparacion"] is None


def test_before_anything_is_indexed_the_state_says_so():
    told = a_client("admin").get(f"{PREFIX}estado").json()
    assert (told["total_embeddings"], told["modelo"]) == (0, None)


def test_vectors_are_made_for_all_that_have_a_text_or_for_the_ones_named():
    client = a_client("admin")
    first, second = a_document(indexed=False), a_document("Otro texto.", indexed=False)
    told = post(client, "generar-embeddings", {"documento_ids": [first.pk]}).json()
    assert told == {"documentos_procesados": 1, "total_embeddings": 1, "en_cola": 0}
    assert set(Chunk.objects.values_list("document", flat=True)) == {first.pk}
    assert post(client, "generar-embeddings").json()["documentos_procesados"] == 2
    assert Chunk.objects.filter(document=second).exists()


def test_an_unknown_document_makes_no_vectors_at_all():
    client = a_client("admin")
    known = a_document(indexed=False)
    answer = post(client, "generar-embeddings", {"documento_ids": [known.pk, 999_999]})
    assert answer.status_code == 404
    assert not Chunk.objects.exists()


def test_one_documents_vectors_are_made():
    client = a_client("admin")
    document = a_document(indexed=False)
    answer = post(client, f"documentos/{document.pk}/embeddings")
    assert answer.json() == {"embeddings_generados": 1}


def test_a_document_without_text_is_told_apart_from_none():
    client = a_client("admin")
    document = a_document(indexed=False)
    Document.objects.filter(pk=document.pk).update(processed=False)
    assert post(client, f"documentos/{document.pk}/embeddings").status_code == 400
    assert post(client, "documentos/999999/embeddings").status_code == 404


def test_searching_gives_chunks_with_their_cosine_and_the_questions_vector():
    client = a_client("rater")
    document = a_document()
    a_document("La oficina abre a las nueve.")
    told = post(client, "buscar", {"pregunta": "¿En cuántas cuotas se paga?", "top_k": 1}).json()
    (found,) = told["documentos"]
    assert (found["documento_id"], found["chunk_index"]) == (document.pk, 0)
    assert found["texto_chunk"] == TEXT
    assert 0 < found["similitud"] <= 1
    assert found["motivo"].startswith("Por el sentido (1.º)")
    assert len(told["query_embedding"]) == 384


def test_with_the_embedder_away_words_are_searched_and_no_vector_is_told(provider):
    client = a_client("rater")
    a_document()
    provider.replies["POST /embeddings"] = 503, {"error": {"message": "busy"}}
    told = post(client, "buscar", {"pregunta": "cuotas"}).json()
    assert [it["similitud"] for it in told["documentos"]] == [None]
    assert told["query_embedding"] == []


@pytest.mark.parametrize(
    "body",
    [{}, {"pregunta": ""}, {"pregunta": 5}, {"pregunta": "x", "top_k": 0},
     {"pregunta": "x", "top_k": 11}, {"pregunta": "x" * 2001}],
)  # fmt: skip
def test_what_cannot_be_searched_is_refused_by_field(body):
    answer = post(a_client("rater"), "buscar", body)
    assert answer.status_code == 422
    assert set(answer.json()["error"]["details"]) <= {"pregunta", "top_k"}


def test_documents_of_another_domain_are_neither_found_nor_made():
    a_document()
    stranger = a_client("admin", domain=a_domain("camaron"))
    told = stranger.post(f"{PREFIX}buscar?dominio=camaron", {"pregunta": "cuotas"}, format="json")
    assert told.json()["documentos"] == []
    assert post(stranger, "buscar", {"pregunta": "cuotas"}).status_code == 404
