import pytest
from django.core.cache import cache

from core.models import AuditEvent, Domain, Setting
from tests.factories import a_client, a_domain

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/configuracion/ai/configuracion"


@pytest.fixture
def api():
    cache.clear()
    return a_client("admin")


def test_it_tells_what_the_domain_answers_with(api):
    Domain.objects.filter(pk=a_domain().pk).update(temperature=0.5, max_tokens=900)
    answer = api.get(ADDRESS)
    assert answer.status_code == 200
    assert answer.json() == {
        "proveedor": "local",
        "model": "base-model",
        "temperature": 0.5,
        "top_p": 0.9,
        "max_tokens": 900,
        "activo": True,
        "recoleccion_automatica_activa": True,
        "configurado": True,
    }


def test_what_is_given_changes_and_the_rest_stays(api):
    sent = {"temperature": 0.7, "max_tokens": "1000", "activo": False, "model": "otro"}
    answer = api.put(ADDRESS, sent)
    assert (answer.status_code, bool(answer.json()["mensaje"])) == (200, True)
    found = api.get(ADDRESS).json()
    assert {key: found[key] for key in sent} == sent | {"max_tokens": 1000}
    assert found["top_p"] == 0.9
    domain = Domain.objects.get(slug="prestamos")
    assert (domain.temperature, domain.max_tokens, domain.answer_model) == (0.7, 1000, "otro")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("temperature", 2.1),
        ("temperature", "nan"),
        ("temperature", True),
        ("temperature", None),
        ("temperature", [0.5]),
        ("max_tokens", 0),
        ("max_tokens", 1.5),
        ("max_tokens", 10**12),
        ("model", "x" * 201),
        ("model", "a\0b"),
        ("proveedor", "ninguno"),
        ("activo", "sí"),
        ("no_existe", "1"),
        ("code", "1"),
        ("message", "1"),
    ],
)
def test_what_cannot_be_is_422_and_named_and_nothing_is_kept(api, key, value):
    answer = api.put(ADDRESS, {"top_p": 0.5, key: value})
    assert answer.status_code == 422
    assert list(answer.json()["error"]["details"]) == [key]
    assert Domain.objects.get(slug="prestamos").top_p == 0.9


@pytest.mark.parametrize("key", ["openai_api_key", "api_key", "clave", "OPENAI_API_KEY", "token"])
def test_a_providers_key_is_refused_with_where_it_goes(api, key):
    before = Setting.objects.count()
    answer = api.put(ADDRESS, {"temperature": 0.7, key: "sk-secreta"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "key_in_environment")
    assert "LLM_LOCAL_API_KEY" in answer.json()["detail"]
    assert "sk-secreta" not in answer.text
    assert Setting.objects.count() == before
    assert Domain.objects.get(slug="prestamos").temperature == 0.2


def test_no_key_is_ever_shown(api, settings):
    settings.LLM_PROVIDERS["local"]["api_key"] = "sk-secreta"
    assert "sk-secreta" not in api.get(ADDRESS).text


@pytest.mark.parametrize(
    ("key", "url", "ready"),
    [
        ("", "https://proveedor.example/v1", False),
        ("sk-1", "https://proveedor.example/v1", True),
        ("", "http://127.0.0.1:9/v1", True),
    ],
)
def test_it_says_whether_the_provider_can_be_asked(api, settings, key, url, ready):
    settings.LLM_PROVIDERS["local"] |= {"api_key": key, "base_url": url}
    assert api.get(ADDRESS).json()["configurado"] is ready


def test_a_provider_that_the_environment_lost_is_no_error(api):
    Domain.objects.filter(pk=a_domain().pk).update(answer_provider="perdido")
    assert api.get(ADDRESS).json()["configurado"] is False


def test_settings_of_the_domain_keep_to_their_rows(api):
    own = {"category": "AI", "subcategory": "prestamos"}
    Setting.objects.create(**own, key="tono", value="cercano", choices=["cercano", "formal"])
    Setting.objects.create(**own, key="modelo", value="ft:bot", read_only=True)
    Setting.objects.create(**own, key="oculto", value="x", visible=False)
    Setting.objects.create(category="AI", subcategory="tienda", key="ajeno", value="x")
    found = api.get(ADDRESS).json()
    assert (found["tono"], found["modelo"]) == ("cercano", "ft:bot")
    assert not {"oculto", "ajeno"} & set(found)
    assert api.put(ADDRESS, {"tono": "formal"}).json()["tono"] == "formal"
    cache.clear()
    assert api.put(ADDRESS, {"tono": "brusco"}).status_code == 422
    assert api.put(ADDRESS, {"modelo": "otro"}).status_code == 422
    assert Setting.objects.get(key="modelo").value == "ft:bot"


@pytest.mark.parametrize("body", [{}, {"dominio": "prestamos"}, [1]])
def test_nothing_to_change_is_422(api, body):
    assert api.put(ADDRESS, body).status_code == 422


def test_five_changes_a_minute_and_reading_as_often_as_one_likes(api):
    answers = [api.put(ADDRESS, {"top_p": 0.8}).status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]
    assert api.get(ADDRESS).status_code == 200


def test_a_change_is_written_down_without_its_values(api):
    api.put(ADDRESS, {"model": "secreto", "activo": False})
    event = AuditEvent.objects.get(action="configuration_edited")
    assert event.details == {"fields": ["activo", "model"]}


@pytest.mark.parametrize("role", ["rater", "reviewer", "trainer", "auditor", "bot"])
def test_only_administrators_get_in(role):
    client = a_client(role)
    assert client.get(ADDRESS).status_code == client.put(ADDRESS, {}).status_code == 403


def test_an_assistant_that_is_off_does_not_answer(api):
    api.put(ADDRESS, {"activo": False})
    answer = api.post("/api/v1/configuracion/ai/chat", {"pregunta": "¿Cuándo vence mi cuota?"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "assistant_off")
    api.put(ADDRESS, {"activo": True})
    assert (
        api.post("/api/v1/configuracion/ai/chat", {"pregunta": "¿Cuándo vence?"}).status_code != 503
    )


def test_without_automatic_collection_an_answer_is_given_and_not_kept(api):
    api.put(ADDRESS, {"recoleccion_automatica_activa": False})
    answer = api.post("/api/v1/configuracion/ai/chat", {"pregunta": "¿Cuándo vence mi cuota?"})
    assert answer.status_code == 200
    assert answer.json()["metricas"]["conversacion_id"] is None
