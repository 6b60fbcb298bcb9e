"""Every refusal has one shape."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, connection
from django.http import Http404

from conversations import stats
from core.errors import Invalid
from tests.factories import a_client, a_conversation
from trainingsite.api.errors import exception_handler

pytestmark = pytest.mark.django_db

LIST = "/api/v1/ai/training/conversaciones"


def shape(answer):
    body = answer.json()
    assert set(body) == {"success", "detail", "error"}
    assert body["success"] is False
    assert set(body["error"]) == {"code", "message", "details"}
    assert body["detail"] == body["error"]["message"]
    return answer.status_code, body["error"]["code"]


def test_every_refusal_has_one_shape():
    client, pk = a_client("reviewer"), a_conversation().pk
    auditor = a_client("auditor")
    found = [
        shape(client.post(LIST, {"pregunta": ""})),
        shape(client.get(f"{LIST}/999999999")),
        shape(client.patch(f"{LIST}/{pk}", {})),
        shape(client.post(LIST, data="{", content_type="application/json")),
        shape(client.post(LIST, data="a", content_type="text/plain")),
        shape(auditor.post(LIST, {})),
        shape(type(client)().get(LIST)),
    ]
    assert found == [
        (422, "invalid"),
        (404, "not_found"),
        (405, "method_not_allowed"),
        (400, "parse_error"),
        (415, "unsupported_media_type"),
        (403, "permission_denied"),
        (401, "not_authenticated"),
    ]


def test_details_name_each_field_with_its_reasons():
    details = a_client("reviewer").post(LIST, {"pregunta": ""}).json()["error"]["details"]
    assert set(details) == {"pregunta", "respuesta"}
    assert all(isinstance(reasons[0], str) for reasons in details.values())


def test_an_error_never_repeats_what_was_written():
    answer = a_client("reviewer").post(LIST, {"pregunta": 5, "respuesta": "Un secreto" * 9999})
    assert "secreto" not in answer.content.decode()


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (PermissionDenied(), 403, "permission_denied"),
        (Http404("No Row matches"), 404, "not_found"),
        (Invalid("Falta.", code="special", campo="x"), 422, "special"),
        (OperationalError("no connection to 10.0.0.1"), 503, "unavailable"),
    ],
)
def test_each_kind_of_exception_has_its_status_and_code(error, status, code):
    answer = exception_handler(error, {})
    assert (answer.status_code, answer.data["error"]["code"]) == (status, code)
    assert "10.0.0.1" not in str(answer.data)


def test_a_bug_is_left_to_django():
    assert exception_handler(ZeroDivisionError(), {}) is None


def test_a_missing_table_is_a_503():
    client = a_client("reviewer")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE conversaciones_ai RENAME TO elsewhere")
    assert shape(client.get(LIST)) == (503, "unavailable")


def test_a_bug_in_a_view_is_not_hidden(monkeypatch):
    monkeypatch.setattr(stats, "quality", lambda rows: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        a_client("reviewer").post("/api/v1/ai/training/analizar-calidad")


def test_unknown_address_of_the_api_answers_in_its_shape(client):
    reply = client.get("/api/v1/nada")
    assert (reply.status_code, reply.json()["error"]["code"]) == (404, "not_found")


def test_unknown_page_answers_as_a_page(client):
    assert "text/html" in client.get("/nada")["Content-Type"]


def test_bug_in_the_api_answers_in_its_shape(monkeypatch):
    def bug(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr("trainingsite.api.chat.ChatView.post", bug)
    client = a_client("admin")
    client.raise_request_exception = False
    reply = client.post("/api/v1/configuracion/ai/chat", {"pregunta": "¿?"})
    assert (reply.status_code, reply.json()["error"]["code"]) == (500, "server_error")
