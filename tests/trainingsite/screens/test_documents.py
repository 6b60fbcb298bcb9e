"""Documents in the admin: uploading, following, reading, switching off, deleting."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from rag import documents, indexing
from rag.models import Audience, Document, DocumentState
from tests.factories import a_domain
from tests.rag import files

LIST = reverse("admin:rag_document_changelist")
ADD = reverse("admin:rag_document_add")
TEXT = "Las devoluciones se aceptan durante treinta días."


@pytest.fixture(autouse=True)
def storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def admin(sign_in):
    return sign_in("admin")


def send(client, domain, content=TEXT.encode(), name="politica.txt", **fields):  # noqa: B008
    usual = {"domain": domain.pk, "title": "Política", "kind": "policy", "audience": "public"}
    body = usual | {"file": SimpleUploadedFile(name, content)} | fields
    return client.post(ADD, body, follow=True)


def page_of(document, name="change"):
    return reverse(f"admin:rag_document_{name}", args=[document.pk])


def test_an_upload_is_followed_on_its_page_until_it_is_ready(admin, domain):
    send(admin, domain, description="Para todos")
    document = Document.objects.get()
    assert (document.owner, document.kind) == (admin.user, "policy")
    assert "En espera" in admin.get(page_of(document)).content.decode()
    indexing.process_waiting()
    page = admin.get(page_of(document)).content.decode()
    assert "1 de 1 trozos listos" in page
    assert "Listo" in admin.get(LIST).content.decode()


def test_a_wrong_file_is_explained_beside_its_field(admin, domain):
    answer = send(admin, domain, b"\x89PNG\r\n\x1a\n", "a.pdf")
    assert "No es un documento que se pueda leer" in answer.content.decode()
    assert not Document.objects.exists()


def test_a_title_of_nothing_that_is_seen_is_explained(admin, domain):
    assert "Falta el título." in send(admin, domain, title="\u200b").content.decode()


def test_a_failed_document_says_why(admin, domain):
    send(admin, domain, files.a_locked_pdf("Hola", password="x"))
    indexing.process_waiting()
    page = admin.get(page_of(Document.objects.get())).content.decode()
    assert "Está protegido con contraseña." in page


def test_its_text_and_chunks_are_shown_as_text(admin, domain):
    send(admin, domain, b"# Plazo\n<script>alert(1)</script>", "a.md")
    indexing.process_waiting()
    page = admin.get(page_of(Document.objects.get(), "text")).content.decode()
    assert "Plazo" in page
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_original_is_saved_and_never_shown(admin, domain):
    send(admin, domain)
    answer = admin.get(page_of(Document.objects.get(), "original"))
    assert b"".join(answer.streaming_content) == TEXT.encode()
    assert answer["Content-Disposition"] == 'attachment; filename="politica.txt"'
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_text_without_a_file_has_none_to_save(admin, domain):
    document = documents.add_text(domain, title="t", text="Hola.", by="ana")
    assert admin.get(page_of(document, "original")).status_code == 404


def test_what_people_say_of_it_is_edited(admin, domain):
    document = documents.add_text(domain, title="t", text="Hola.", by="ana")
    body = {"title": "Otro", "description": "", "kind": "faq", "audience": "staff"}
    assert admin.post(page_of(document), body).status_code == 302
    document.refresh_from_db()
    shown = (document.title, document.kind, document.audience, document.active)
    assert shown == ("Otro", "faq", "staff", False)


@pytest.mark.parametrize(("name", "active"), [("activate", True), ("deactivate", False)])
def test_chosen_documents_are_switched(admin, domain, name, active):
    document = documents.add_text(domain, title="t", text="Hola.", by="ana")
    Document.objects.update(active=not active)
    admin.post(LIST, {"action": name, "_selected_action": [document.pk]})
    document.refresh_from_db()
    assert document.active is active


def test_chosen_documents_are_read_again(admin, domain):
    document = documents.add_text(domain, title="t", text="Hola.", by="ana")
    indexing.process_waiting()
    admin.post(LIST, {"action": "reprocess", "_selected_action": [document.pk]})
    document.refresh_from_db()
    assert document.state == DocumentState.WAITING


def test_a_document_is_deleted_with_its_chunks(admin, domain):
    document = documents.add_text(domain, title="t", text="Hola.", by="ana")
    indexing.process_waiting()
    assert admin.post(page_of(document, "delete"), {"post": "yes"}).status_code == 302
    assert not Document.objects.exists()


def test_reviewers_read_documents_and_change_none(sign_in, domain):
    document = documents.add_text(domain, title="t", text="Hola.", by="ana")
    reviewer = sign_in("reviewer")
    assert reviewer.get(page_of(document)).status_code == 200
    assert reviewer.get(page_of(document, "text")).status_code == 200
    assert reviewer.get(ADD).status_code == 403


def test_documents_of_others_are_not_there(admin, domain):
    other = documents.add_text(a_domain("tienda"), title="Ajeno", text="Hola.", by="ana")
    owned = documents.add_text(
        domain, title="Reservado", text="Hola.", by="ana", audience=Audience.OWNER
    )
    page = admin.get(LIST).content.decode()
    assert "Ajeno" not in page
    assert "Reservado" not in page
    for document in (other, owned):
        assert admin.get(page_of(document, "text")).status_code == 404
        assert admin.get(page_of(document, "original")).status_code == 404


def test_a_document_of_another_domain_cannot_be_uploaded(admin, domain):
    send(admin, a_domain("tienda"))
    assert not Document.objects.exists()


def test_the_list_asks_the_database_no_more_for_more_documents(
    admin, domain, django_assert_max_num_queries
):
    for number in range(10):
        documents.add_text(domain, title=f"t{number}", text="Hola.", by="ana")
    with django_assert_max_num_queries(12):
        admin.get(LIST)
