"""Documents come, change and go; what was wrong with one leaves nothing behind."""

import os
import time

import pytest
from django.core.files.base import ContentFile

from conversations import consent, tasks
from core.errors import Invalid, Refusal
from core.models import AuditEvent, Setting
from rag import documents, indexing, originals
from rag import tasks as tasks_of_documents
from rag.models import Audience, Chunk, Document, DocumentKind, DocumentState, DocumentWork
from tests.factories import a_conversation, a_domain, a_person, a_user
from tests.rag import files

pytestmark = pytest.mark.django_db

TEXT = "Las devoluciones se aceptan durante treinta días."
FILE = TEXT.encode()


@pytest.fixture
def upload(storage):
    """Keeps bytes as a document of the usual domain."""
    domain = a_domain()
    by = a_user("admin", domain=domain)

    def uploading(content=FILE, name="politica.txt", **fields):
        fields = {"title": "Política", "by": by} | fields
        return documents.upload(domain, file=ContentFile(content, name=name), **fields)

    return uploading


def kept(storage):
    return [it for it in storage.rglob("*") if it.is_file()] if storage.exists() else []


def processed(document):
    indexing.process_waiting()
    document.refresh_from_db()
    return document


# --- uploads --------------------------------------------------------------------------------------


def test_an_upload_waits_to_be_read_under_a_name_that_nobody_can_guess(upload, storage):
    document = upload()
    assert (document.state, document.processed) == (DocumentState.WAITING, False)
    assert (document.file_name, document.file_type) == ("politica.txt", "txt")
    assert document.bytes == len(FILE)
    (file,) = kept(storage)
    assert str(file.relative_to(storage)) == document.path
    assert document.path.startswith("documentos_ai/")
    assert "politica" not in document.path


def originals_lie_in(folder):
    Setting.objects.update_or_create(key=originals.FOLDER_KEY, defaults={"value": folder})


def test_the_setting_says_where_originals_lie(upload):
    originals_lie_in("backend/uploads/documentos_ai/")
    assert upload().path.startswith("backend/uploads/documentos_ai/")


@pytest.mark.parametrize("value", ["../fuera", "/etc", "a/../../b", "a b"])
def test_a_folder_outside_of_the_storage_is_refused(upload, storage, value):
    originals_lie_in(value)
    with pytest.raises(Refusal) as refused:
        upload()
    assert refused.value.details == {"ajuste": originals.FOLDER_KEY}
    assert not kept(storage)


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (b"", "vacio.txt", "empty"),
        (b"\x89PNG\r\n\x1a\n", "foto.pdf", "not_a_document"),
        (b"a\0b", "binario.txt", "not_a_document"),
        (files.a_zip({"otra.zip": files.a_zip({"x": b"x"})}), "caja.docx", "not_a_document"),
        (b"Hola.", "../../etc/cron.d/hola.txt", "bad_name"),
        (b"Hola.", "..\\hola.txt", "bad_name"),
        (b"Hola.", "hola\u202etxt.exe", "bad_name"),
        (b"Hola.", " ", "bad_name"),
        (b"Hola.", "a" * 300, "bad_name"),
    ],
)
def test_what_is_no_document_is_refused_and_leaves_nothing(upload, storage, content, name, why):
    with pytest.raises(Invalid) as refused:
        upload(content, name)
    assert refused.value.details == {"archivo": why}
    assert not Document.objects.exists()
    assert not kept(storage)


def test_too_large_a_file_is_refused(upload, storage, settings):
    settings.DOCUMENT_MAX_MB = 1
    with pytest.raises(originals.TooLarge):
        upload(b"a" * (1024 * 1024 + 1))
    assert not kept(storage)


def test_a_document_without_a_title_is_refused_and_leaves_no_file(upload, storage):
    with pytest.raises(Invalid) as refused:
        upload(title=" \u200b ")
    assert refused.value.details == {"titulo": "required"}
    assert not kept(storage)


def test_a_row_that_cannot_be_written_leaves_no_file(upload, storage, monkeypatch):
    def breaks(document):
        raise RuntimeError

    monkeypatch.setattr(indexing, "queue", breaks)
    with pytest.raises(RuntimeError):
        upload()
    assert not kept(storage)
    assert not Document.objects.exists()


# --- what becomes of them -------------------------------------------------------------------------


def test_what_was_read_can_be_found(upload):
    document = processed(upload())
    assert (document.state, document.processed, document.error) == (DocumentState.READY, True, "")
    assert document.text == TEXT
    assert (document.chunks_done, document.chunks_total) == (1, 1)
    assert document.chunks.get().text == TEXT


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (files.a_locked_pdf("Hola", password="x"), "a.pdf", "contraseña"),
        (b"%PDF-1.7\n", "a.pdf", "dañado"),
        (files.a_long_pdf(1), "a.pdf", "escaneo"),
        (
            files.a_docx_of("&x;", before='<!DOCTYPE d [<!ENTITY x "y">]>'),
            "a.docx",
            "declaraciones",
        ),
    ],
)
def test_what_cannot_be_read_has_failed_with_its_reason_and_the_others_go_on(
    upload, content, name, why
):
    bad, good = upload(content, name), upload()
    indexing.process_waiting()
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, bad.processed) == (DocumentState.FAILED, False)
    assert why in bad.error
    assert good.state == DocumentState.READY
    assert not DocumentWork.objects.waiting().exists()


def test_an_original_that_is_gone_is_a_failure_with_its_reason(upload, storage):
    document = upload()
    kept(storage)[0].unlink()
    assert "ya no está" in processed(document).error


def test_reading_again_keeps_what_was_read_when_it_fails(upload, storage):
    document = processed(upload())
    kept(storage)[0].unlink()
    documents.reprocess(document, by="ana")
    again = processed(document)
    assert again.state == DocumentState.FAILED
    assert (again.processed, again.text, again.chunks.count()) == (True, TEXT, 1)


def test_a_deleted_document_takes_its_chunks_and_its_file_along(
    upload, storage, django_capture_on_commit_callbacks
):
    document = processed(upload())
    with django_capture_on_commit_callbacks(execute=True):
        documents.delete(document, by="ana")
        assert kept(storage), "the file goes only when nothing can bring the row back"
    assert not kept(storage)
    assert not Chunk.objects.exists()
    assert not DocumentWork.objects.exists()
    assert AuditEvent.objects.filter(action="document_deleted", actor="ana").exists()


def hours_old(file, hours=2):
    os.utime(file, (time.time() - hours * 3600,) * 2)


def test_a_file_that_outlived_its_document_is_swept_and_no_other(upload, storage):
    document, _ = upload(), upload(FILE * 2)
    for file in kept(storage):
        hours_old(file)
    others = storage / "documentos_ai" / "leame.txt"
    others.write_text("De otros.")
    hours_old(others)
    Document.objects.filter(pk=document.pk).delete()  # its process died before the file went
    assert tasks_of_documents.sweep_originals() == "1 files without a document deleted"
    assert document.path not in {str(it.relative_to(storage)) for it in kept(storage)}
    assert len(kept(storage)) == 2


def test_a_file_whose_row_may_be_on_its_way_is_not_swept(upload, storage):
    Document.objects.filter(pk=upload().pk).delete()
    assert originals.sweep() == 0
    assert len(kept(storage)) == 1


def test_where_nothing_was_stored_there_is_nothing_to_sweep(storage):
    assert originals.sweep() == 0


def test_a_folder_out_of_the_storage_is_swept_by_nobody(storage):
    originals_lie_in("../otra")
    assert tasks_of_documents.sweep_originals().startswith("later: ")


def test_a_document_is_taken_out_of_use_and_back_once(upload):
    document = processed(upload())
    assert documents.deactivate(document, by="ana")
    assert not documents.deactivate(document, by="ana")
    assert not Document.objects.in_use().exists()
    assert documents.activate(document, by="ana")
    assert Document.objects.in_use().get() == document


# --- texts ----------------------------------------------------------------------------------------


def test_a_text_is_a_document_without_a_file(storage):
    document = documents.add_text(
        a_domain(), title="Envíos", text="# Plazo\nDos días.", kind=DocumentKind.FAQ, by="ana"
    )
    assert (document.path, document.processed, document.kind) == ("", True, "faq")
    assert processed(document).state == DocumentState.READY
    chunk = document.chunks.get()
    assert (chunk.heading, chunk.text) == ("Plazo", "Dos días.")


def test_the_same_text_again_changes_nothing(provider):
    domain = a_domain()
    told = {"title": "Envíos", "text": "Dos días.", "outside_id": "7", "metadata": {"a": 1}}
    first = documents.add_text(domain, by="ana", **told)
    indexing.process_waiting()
    before = len(provider.sent("POST /embeddings"))
    again = documents.add_text(domain, by="ana", **told)
    assert again.pk == first.pk
    assert not DocumentWork.objects.waiting().exists()
    assert len(provider.sent("POST /embeddings")) == before
    assert AuditEvent.objects.filter(action="document_written").count() == 1


def test_another_text_of_the_same_id_takes_its_place(storage):
    domain = a_domain()
    document = documents.add_text(domain, title="t", text="Dos días.", outside_id="7", by="ana")
    processed(document)
    documents.add_text(domain, title="t", text="Tres días.", outside_id="7", by="ana")
    assert [it.text for it in processed(document).chunks.all()] == ["Tres días."]


def test_another_title_needs_no_other_vectors():
    domain = a_domain()
    told = {"text": "Dos días.", "outside_id": "7", "by": "ana"}
    indexing.index(documents.add_text(domain, title="t", **told))
    document = documents.add_text(domain, title="Otro", **told)
    assert document.title == "Otro"
    assert not DocumentWork.objects.waiting().exists()


def test_ids_of_two_domains_are_two_documents():
    told = {"title": "t", "text": "Dos días.", "outside_id": "7", "by": "ana"}
    first = documents.add_text(a_domain(), **told)
    assert documents.add_text(a_domain("tienda"), **told).pk != first.pk


@pytest.mark.parametrize(("field", "fields"), [("texto", {"text": " "}), ("titulo", {"title": ""})])
def test_a_text_with_nothing_in_it_is_refused(field, fields):
    with pytest.raises(Invalid) as refused:
        documents.add_text(a_domain(), by="ana", **({"title": "t", "text": "Hola."} | fields))
    assert list(refused.value.details) == [field]


# --- people ---------------------------------------------------------------------------------------


def test_what_a_person_takes_back_leaves_the_search(storage):
    person = a_person(consents=True)
    said = a_conversation(origin="person", person=person)
    document = documents.add_text(
        said.domain, title="t", text=said.answer, kind="conversation", conversation=said, by="ana"
    )
    indexing.index(document)
    consent.withdraw(person, channel="test")
    assert tasks.erase_person(person.pk) == "1 forgotten, 0 failed"
    assert not Document.objects.exists()
    assert not Chunk.objects.exists()


def test_a_document_for_its_owner_is_shown_to_nobody_else_of_staff(upload):
    document = upload(audience=Audience.OWNER)
    other, boss = a_user("admin"), a_user(is_superuser=True)
    shown = [Document.objects.shown_to(it).exists() for it in (document.owner, other, boss)]
    assert shown == [True, False, True]
