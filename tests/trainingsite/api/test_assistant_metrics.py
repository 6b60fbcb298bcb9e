from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from rag import documents, indexing
from rag.models import Document, Turn
from tests.factories import a_client, a_domain, a_person, a_user
from tests.fakes import a_completion

pytestmark = pytest.mark.django_db

ROOT = "/api/v1/configuracion/ai"
CHAT = "POST /chat/completions"
HOURS = "La oficina abre de lunes a viernes a las nueve."


@pytest.fixture
def api():
    cache.clear()
    return a_client("admin")


def a_turn(milliseconds=100, hours_ago=1, domain=None, **fields):
    fields = {"channel": "chat", "source": "model", "model": "base-model", "tokens": 10} | fields
    return Turn.objects.create(
        domain=domain or a_domain(),
        milliseconds=milliseconds,
        at=timezone.now() - timedelta(hours=hours_ago),
        **fields,
    )


def test_documents_are_counted(api):
    for number, fields in enumerate(
        [{"processed": True}, {"active": False, "processed": True}, {"state": "failed"}]
    ):
        Document.objects.create(
            domain=a_domain(),
            title=f"Documento {number}",
            file_name="a.txt",
            file_type="txt",
            bytes=100,
            **fields,
        )
    found = api.get(f"{ROOT}/metricas").json()
    assert found.pop("ultima_actualizacion")
    assert found == {
        "total_documentos": 3,
        "documentos_activos": 2,
        "documentos_procesados": 2,
        "documentos_fallidos": 1,
        "documentos_con_embeddings": 0,
        "total_embeddings": 0,
        "bytes_totales": 300,
    }


def test_the_chat_of_nobody(api):
    assert api.get(f"{ROOT}/metricas/chat").json() == {
        "horas": 24,
        "total_solicitudes": 0,
        "solicitudes_exitosas": 0,
        "solicitudes_fallidas": 0,
        "tasa_exito": None,
        "tiempo_respuesta": {"promedio": None, "p50": None, "p95": None},
        "tokens": {"total": 0, "promedio": None},
        "usuarios_unicos": 0,
        "por_origen": {},
        "por_modelo": {},
    }


def test_the_chat_is_counted_from_the_tables(api):
    ana, someone = a_user(domain=a_domain()), a_person()
    for milliseconds in range(100, 2001, 100):
        a_turn(milliseconds, user=ana)
    a_turn(50, source="approved", model="", tokens=0, person=someone)
    a_turn(90_000, failed=True, person=someone)
    a_turn(hours_ago=30, user=a_user(domain=a_domain()))
    a_turn(domain=a_domain("tienda"))
    found = api.get(f"{ROOT}/metricas/chat?horas=24").json()
    assert (found["total_solicitudes"], found["solicitudes_fallidas"]) == (22, 1)
    assert (found["solicitudes_exitosas"], found["tasa_exito"]) == (21, 95.5)
    assert found["tiempo_respuesta"] == {"promedio": 1002, "p50": 1000, "p95": 1900}
    assert found["tokens"] == {"total": 210, "promedio": 10}
    assert found["usuarios_unicos"] == 2
    assert found["por_origen"] == {"model": 21, "approved": 1}
    assert found["por_modelo"] == {"base-model": 21}
    assert api.get(f"{ROOT}/metricas/chat?horas=48").json()["total_solicitudes"] == 23


@pytest.mark.parametrize("hours", ["0", "-1", "mucho", "100000"])
def test_a_period_that_cannot_be_is_422(api, hours):
    assert api.get(f"{ROOT}/metricas/chat?horas={hours}").status_code == 422


def test_a_try_answers_and_keeps_nothing(api, provider):
    provider.replies[CHAT] = 200, a_completion("Hola, soy el asistente.", tokens=12)
    answer = api.post(f"{ROOT}/probar", {})
    found = answer.json()
    assert answer.status_code == 200
    assert set(found) == {
        *("success", "pregunta", "respuesta", "origen"),
        *("modelo_usado", "tokens_usados", "tiempo_respuesta", "fuentes"),
    }
    assert (found["success"], bool(found["pregunta"])) == (True, True)
    assert not a_domain().conversations.exists()


def a_try_about_the_hours(api, provider, **fields):
    """What is told, and what the model was told, where a document tells the hours."""
    document = documents.add_text(a_domain(), title="Horario", text=HOURS, by="ana")
    indexing.index(document)
    provider.replies[CHAT] = 200, a_completion("A las nueve [1].")
    found = api.post(f"{ROOT}/probar", {"pregunta": "¿A qué hora abre la oficina?"} | fields)
    return found.json(), str(provider.sent(CHAT)[-1]["messages"])


def test_a_try_answers_from_documents_and_names_them(api, provider):
    found, asked = a_try_about_the_hours(api, provider)
    assert HOURS in asked
    assert found["respuesta"] == "A las nueve [1]."
    assert [(it["numero"], it["titulo"], it["citada"]) for it in found["fuentes"]] == [
        (1, "Horario", True)
    ]


def test_a_try_without_documents_leaves_them_out(api, provider):
    found, asked = a_try_about_the_hours(api, provider, usar_documentos=False)
    assert HOURS not in asked
    assert (found["respuesta"], found["fuentes"]) == ("A las nueve.", [])


def test_a_try_of_a_provider_that_is_down_says_so(api, provider):
    provider.replies[CHAT] = 503, {"error": {"message": "no"}}
    found = api.post(f"{ROOT}/probar", {}).json()
    assert (found["success"], found["origen"]) == (False, "sorry")


@pytest.mark.parametrize("role", ["rater", "reviewer", "trainer", "auditor", "bot"])
def test_only_administrators_get_in(role):
    client = a_client(role)
    assert client.get(f"{ROOT}/metricas").status_code == 403
    assert client.get(f"{ROOT}/metricas/chat").status_code == 403
    assert client.post(f"{ROOT}/probar", {}).status_code == 403
