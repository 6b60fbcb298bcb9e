"""From text to vectors: a part at a time, none made twice, whatever dies meanwhile."""

from datetime import timedelta
from itertools import count

import pytest
from django.core.files.base import ContentFile
from django.db.models.functions import Now
from django_q.models import OrmQ

from core.models import Domain
from core.work import MOST_CLAIMS
from rag import documents, embedding, indexing, tasks
from rag.models import Chunk, Document, DocumentState, DocumentWork
from tests.factories import a_domain, a_user
from tests.fakes import embeddings

pytestmark = pytest.mark.django_db

ROUTE = "POST /embeddings"
LONG = "\n\n".join(f"# Apartado {it}\nEl apartado {it} trata de algo." for it in range(100))


def a_text(text="Dos días.", **fields):
    return documents.add_text(a_domain(), title="t", text=text, by="ana", **fields)


def asked(provider):
    """The passages that the provider was asked to give vectors to, in order."""
    return [text for body in provider.sent(ROUTE) for text in body["input"]]


def now(document):
    return Document.objects.get(pk=document.pk)


def test_a_new_document_rings_the_queue(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        document = a_text()
    assert OrmQ.objects.get().func() == "rag.tasks.process_documents"
    assert tasks.process_documents() == "1 worked on"
    assert now(document).state == DocumentState.READY
    assert tasks.process_documents() == "0 worked on"


def test_each_chunk_knows_its_place(provider):
    document = a_text(LONG)
    indexing.process_waiting()
    found = list(document.chunks.order_by("position"))
    assert [it.position for it in found] == list(range(100))
    assert (found[7].heading, found[7].text) == ("Apartado 7", "El apartado 7 trata de algo.")
    assert {(it.embedding_model, it.dimensions) for it in found} == {("test-embedder", 384)}
    assert asked(provider)[-100:] == [it.passage for it in found]


def test_pieces_are_as_long_as_the_domain_says():
    document = a_text("Una frase de prueba. " * 100)
    Domain.objects.update(chunk_size=300, chunk_overlap=0)
    indexing.process_waiting()
    assert [len(it.text) for it in document.chunks.order_by("position")] == [293] * 7 + [41]


def test_work_goes_on_where_its_time_ended(provider):
    document = a_text(LONG)
    progress = []
    for _ in range(4):
        indexing.process_waiting(seconds=0)
        progress.append((now(document).chunks_done, now(document).chunks_total))
    assert progress == [(32, 100), (64, 100), (96, 100), (100, 100)]
    assert len(asked(provider)) == len(set(asked(provider)))


def test_a_worker_that_dies_loses_no_vector_that_was_stored(provider, monkeypatch):
    document = a_text(LONG)
    dies(monkeypatch, at=3)
    with pytest.raises(KeyboardInterrupt):
        indexing.process_waiting()
    assert document.chunks.count() == 64
    monkeypatch.undo()
    provider.requests.clear()
    let_leases_end()
    indexing.process_waiting()
    assert now(document).state == DocumentState.READY
    assert len(asked(provider)) == 36


def dies(monkeypatch, *, at):
    """The worker is killed as it asks for vectors for the ``at``-th time."""
    real, calls = embedding.embed_passages, count(1)

    def embed(*args, **kwargs):
        if next(calls) == at:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    monkeypatch.setattr(embedding, "embed_passages", embed)


def let_leases_end():
    DocumentWork.objects.exclude(lease_until=None).update(lease_until=Now() - timedelta(seconds=1))


def test_a_document_that_kills_every_worker_is_given_up(monkeypatch):
    document = a_text()
    for _ in range(MOST_CLAIMS):
        dies(monkeypatch, at=1)
        with pytest.raises(KeyboardInterrupt):
            indexing.process_waiting()
        monkeypatch.undo()
        let_leases_end()
    indexing.process_waiting()
    assert now(document).state == DocumentState.FAILED
    assert now(document).error == "No se pudo preparar: killed"


@pytest.mark.parametrize("status", [503, 401])
def test_without_an_embedder_it_waits_and_says_for_what(provider, status):
    document = a_text()
    provider.replies[ROUTE] = status, {"error": {"message": "no"}}
    assert indexing.process_waiting() == "1 worked on"
    assert now(document).state == DocumentState.INDEXING
    assert f"contestó {status}" in now(document).error
    assert now(document).work.attempts == 0
    provider.replies[ROUTE] = embeddings
    DocumentWork.objects.update(next_at=Now())
    indexing.process_waiting()
    assert (now(document).state, now(document).error) == (DocumentState.READY, "")


def test_a_document_whose_vectors_are_refused_fails_in_the_end_and_stops_no_other(provider):
    bad = a_text("Texto que el proveedor no quiere.")
    good = a_text("Otro.")
    provider.replies[ROUTE] = lambda sent: (
        (400, {"error": {"message": "no"}}) if "quiere" in str(sent) else embeddings(sent)
    )
    for _ in range(MOST_CLAIMS):
        indexing.process_waiting()
        DocumentWork.objects.update(next_at=Now())
    assert now(good).state == DocumentState.READY
    assert now(bad).state == DocumentState.FAILED
    assert "contestó 400" in now(bad).error


def test_the_same_text_in_another_document_needs_no_other_vector(provider):
    indexing.index(a_text("Dos días."))
    provider.requests.clear()
    assert indexing.index(a_text("Dos días.")) == 1
    assert asked(provider) == []


def test_a_text_that_only_moved_keeps_its_vectors(provider):
    document = a_text(LONG, outside_id="7")
    indexing.index(document)
    provider.requests.clear()
    a_text("# Nuevo\nEs nuevo.\n" + LONG, outside_id="7")
    indexing.process_waiting()
    assert asked(provider) == ["Nuevo\nEs nuevo."]
    assert document.chunks.get(position=100).heading == "Apartado 99"


def test_of_a_shorter_text_nothing_older_is_left():
    document = a_text(LONG, outside_id="7")
    indexing.index(document)
    a_text("# Apartado 0\nEl apartado 0 trata de algo.", outside_id="7")
    indexing.process_waiting()
    assert document.chunks.get().heading == "Apartado 0"
    assert (now(document).chunks_done, now(document).chunks_total) == (1, 1)


def test_older_words_leave_the_index_of_another_model_too():
    document = a_text(outside_id="7")
    indexing.index(document)
    chunk = document.chunks.get()
    chunk.pk, chunk.embedding_model = None, "another-embedder"
    chunk.save(force_insert=True)
    a_text("Tres días.", outside_id="7")
    indexing.process_waiting()
    assert document.chunks.get().text == "Tres días."


def test_who_lost_the_work_stores_nothing(monkeypatch):
    document = a_text("Dos días.", outside_id="7")
    meanwhile(monkeypatch, lambda: a_text("Tres días.", outside_id="7"))
    indexing.process_waiting()
    assert [it.text for it in document.chunks.all()] == ["Tres días."]
    assert now(document).state == DocumentState.READY


def test_a_document_deleted_meanwhile_is_nobodys_fault(monkeypatch, caplog):
    document = a_text()
    meanwhile(monkeypatch, lambda: documents.delete(now(document), by="ana"))
    indexing.process_waiting()
    assert not Chunk.objects.exists()
    assert not [it for it in caplog.records if it.levelname == "ERROR"]


def meanwhile(monkeypatch, act):
    """``act`` happens once, while vectors are being made."""
    real, times = embedding.embed_passages, count(1)

    def embed(*args, **kwargs):
        if next(times) == 1:
            act()
        return real(*args, **kwargs)

    monkeypatch.setattr(embedding, "embed_passages", embed)


def test_an_original_is_read_and_indexed_in_one_go(storage):
    domain = a_domain()
    document = documents.upload(
        domain, file=ContentFile(b"Hola.", name="a.txt"), title="t", by=a_user(domain=domain)
    )
    indexing.process_waiting()
    assert (now(document).state, now(document).chunks_done) == (DocumentState.READY, 1)


def test_nothing_of_a_document_is_logged(provider, caplog):
    provider.replies[ROUTE] = lambda sent: (400, {"error": {"message": sent["input"][0]}})
    a_text("Palabra secreta.")
    indexing.process_waiting()
    assert "secreta" not in caplog.text
