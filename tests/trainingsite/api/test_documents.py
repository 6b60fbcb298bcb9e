"""``/api/v1/configuracion/ai/documentos``: the keys of the contract, and who may do what."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from rag import documents, indexing
from rag.models import Audience, Document, DocumentState
from tests.factories import a_client, a_domain
from tests.rag import files

pytestmark = pytest.mark.django_db

URL = "/api/v1/configuracion/ai/documentos"
KEYS = {
    *("id", "titulo", "descripcion", "nombre_archivo", "tipo_archivo", "tamaño_bytes"),
    *("contenido_procesado", "activo", "creado_en", "actualizado_en"),
}
TEXT = "Las devoluciones se aceptan durante treinta días."


@pytest.fixture(autouse=True)
def storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def client():
    return a_client("admin")


def upload(client, content=TEXT.encode(), name="política.txt", **fields):  # noqa: B008
    body = {"titulo": "Política", "archivo": SimpleUploadedFile(name, content)} | fields
    return client.post(URL, body, format="multipart")


def test_an_upload_answers_with_the_document_and_is_read_by_the_queue(client):
    answer = upload(client, descripcion="Para clientes")
    assert answer.status_code == 200
    told = answer.json()
    assert set(told) == {"mensaje", "documento"}
    assert set(told["documento"]) >= KEYS
    assert told["documento"]["tamaño_bytes"] == len(TEXT.encode())
    assert told["documento"]["nombre_archivo"] == "política.txt"
    assert told["documento"]["descripcion"] == "Para clientes"
    assert told["documento"]["contenido_procesado"] is False
    indexing.process_waiting()
    (shown,) = client.get(URL).json()["documentos"]
    assert (shown["contenido_procesado"], shown["estado"]) == (True, "ready")
    assert (shown["trozos_listos"], shown["trozos"]) == (1, 1)


def test_the_list_says_how_many_and_only_those_asked_for(client):
    upload(client)
    pk = upload(client).json()["documento"]["id"]
    client.patch(f"{URL}/{pk}/activar", {"activo": False})
    assert client.get(URL).json()["total"] == 2
    assert [it["id"] for it in client.get(f"{URL}?activo=false").json()["documentos"]] == [pk]
    assert client.get(f"{URL}?activo=true").json()["total"] == 1


def test_processing_reads_the_text_at_once_and_again_changes_nothing(client):
    pk = upload(client).json()["documento"]["id"]
    told = client.post(f"{URL}/{pk}/procesar").json()
    assert told["caracteres_extraidos"] == len(TEXT)
    assert told["contenido_en_bd"] is True
    assert told["documento"]["contenido_procesado"] is True
    again = client.post(f"{URL}/{pk}/procesar").json()
    assert again["mensaje"] == "El documento ya estaba procesado."
    assert again["caracteres_extraidos"] == len(TEXT)
    indexing.process_waiting()
    assert Document.objects.get().state == DocumentState.READY


def test_what_cannot_be_read_is_422_with_the_reason_and_stays_failed(client):
    pk = upload(client, files.a_locked_pdf("Hola", password="x")).json()["documento"]["id"]
    answer = client.post(f"{URL}/{pk}/procesar")
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "unreadable_file"
    indexing.process_waiting()
    shown = client.get(f"{URL}/{pk}").json()["documento"]
    assert (shown["estado"], shown["contenido_procesado"]) == ("failed", False)
    assert "contraseña" in shown["error"]


def test_one_document_comes_with_its_text(client):
    pk = upload(client).json()["documento"]["id"]
    client.post(f"{URL}/{pk}/procesar")
    assert client.get(f"{URL}/{pk}").json()["documento"]["contenido_texto"] == TEXT


def test_an_edit_changes_what_is_given(client):
    pk = upload(client, descripcion="Vieja").json()["documento"]["id"]
    told = client.put(f"{URL}/{pk}", {"titulo": "Otro", "activo": False}).json()
    shown = told["documento"]
    assert (shown["titulo"], shown["descripcion"], shown["activo"]) == ("Otro", "Vieja", False)


def test_a_deleted_document_is_gone_with_its_file(
    client, storage, django_capture_on_commit_callbacks
):
    pk = upload(client).json()["documento"]["id"]
    with django_capture_on_commit_callbacks(execute=True):
        assert client.delete(f"{URL}/{pk}").json() == {"mensaje": "Documento eliminado."}
    assert client.get(f"{URL}/{pk}").status_code == 404
    assert not [it for it in storage.rglob("*") if it.is_file()]


def test_an_original_is_saved_and_never_shown(client):
    page = b"<html><script>alert(1)</script></html>"
    pk = upload(client, page, "pagina.txt").json()["documento"]["id"]
    answer = client.get(f"{URL}/{pk}/archivo")
    assert b"".join(answer.streaming_content) == page
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("titulo", {"titulo": ""}),
        ("titulo", {"titulo": "a" * 256}),
        ("archivo", {"archivo": SimpleUploadedFile("a.txt", b"")}),
        ("archivo", {"archivo": SimpleUploadedFile("a.pdf", b"\x89PNG\r\n\x1a\n")}),
        ("archivo", {"archivo": "no es un archivo"}),
        ("clase", {"clase": "otra"}),
        ("para_quien", {"para_quien": "nadie"}),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(client, storage, field, fields):
    answer = upload(client, **fields)
    assert answer.status_code == 422
    assert list(answer.json()["error"]["details"]) == [field]
    assert not Document.objects.exists()
    assert not [it for it in storage.rglob("*") if it.is_file()]


@pytest.mark.parametrize("over", [1, 3_000_000])
def test_a_file_over_the_limit_is_413(client, settings, over):
    settings.DOCUMENT_MAX_MB = 1
    assert upload(client, b"a" * (1024 * 1024 + over)).status_code == 413
    assert not Document.objects.exists()


def test_a_file_over_the_limit_of_other_bodies_is_taken(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000
    assert upload(client, b"a " * 10_000).status_code == 200


def test_documents_of_others_are_not_there(client):
    other = documents.add_text(a_domain("tienda"), title="t", text="Hola.", by="ana")
    owned = documents.add_text(
        a_domain(), title="t", text="Hola.", by="ana", audience=Audience.OWNER
    )
    assert client.get(URL).json()["total"] == 0
    for pk in (other.pk, owned.pk):
        assert client.get(f"{URL}/{pk}").status_code == 404
        assert client.delete(f"{URL}/{pk}").status_code == 404


@pytest.mark.parametrize("role", ["rater", "trainer", "bot"])
def test_documents_are_for_who_administers_them(role):
    pk = documents.add_text(a_domain(), title="t", text="Hola.", by="ana").pk
    client = a_client(role)
    assert client.get(URL).status_code == 403
    assert upload(client).status_code == 403
    assert client.delete(f"{URL}/{pk}").status_code == 403
