import json

import pytest

from core.models import AuditEvent
from rag.models import DictionaryTerm
from tests.factories import a_client, a_domain
from tests.fakes import a_completion, a_model

pytestmark = pytest.mark.django_db

ROOT = "/api/v1/configuracion/ai/diccionario-semantico"
CHAT = "POST /chat/completions"
MORA = {"palabra": "mora", "definicion": "Una cuota vencida."}


@pytest.fixture
def api():
    return a_client("admin")


def test_a_word_comes_back_with_every_key_of_the_contract(api):
    sent = MORA | {
        "categoria": "pagos",
        "campo_relacionado": "estado",
        "tabla_relacionada": "cuotas",
        "sinonimos": ["atraso", "", " atraso ", "retraso"],
        "ejemplos_uso": ["¿Tengo mora?"],
        "activo": False,
        "orden": 3,
    }
    answer = api.post(ROOT, sent)
    assert answer.status_code == 200
    found = answer.json()["entrada"]
    assert set(answer.json()) == {"mensaje", "entrada"}
    assert {found.pop(it) is not None for it in ("id", "creado_en", "actualizado_en")} == {True}
    assert found == sent | {"sinonimos": ["atraso", "retraso"]}


def test_what_is_left_out_is_as_the_contract_says(api):
    found = api.post(ROOT, MORA).json()["entrada"]
    assert (found["activo"], found["orden"], found["sinonimos"]) == (True, 0, [])
    assert found["categoria"] is found["campo_relacionado"] is None


def test_the_list_is_in_order_and_filtered(api):
    for word, order, category, active in [
        ("zeta", 1, "b", True),
        ("beta", 2, "a", True),
        ("alfa", 2, "a", False),
    ]:
        sent = {"palabra": word, "orden": order, "categoria": category, "activo": active}
        api.post(ROOT, MORA | sent)
    DictionaryTerm.objects.create(domain=a_domain("tienda"), word="ajena", definition="x")

    def listed(query=""):
        found = api.get(f"{ROOT}?{query}").json()
        assert found["total"] == len(found["entradas"])
        return [it["palabra"] for it in found["entradas"]]

    assert listed() == listed("categoria=&activo=") == ["zeta", "alfa", "beta"]
    assert listed("categoria=a&activo=true") == ["beta"]
    assert listed("activo=false") == ["alfa"]
    assert api.get(f"{ROOT}/categorias").json() == {"categorias": ["a", "b"], "total": 2}


@pytest.mark.parametrize("word", ["mora", "MORA"])
def test_a_word_twice_is_400_and_named(api, word):
    api.post(ROOT, MORA)
    answer = api.post(ROOT, MORA | {"palabra": word})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "duplicate")
    assert list(answer.json()["error"]["details"]) == ["palabra"]
    assert DictionaryTerm.objects.count() == 1


def test_the_same_word_in_two_domains_is_two(api):
    DictionaryTerm.objects.create(domain=a_domain("tienda"), word="mora", definition="x")
    assert api.post(ROOT, MORA).status_code == 200


def test_a_change_replaces_what_is_given_and_may_keep_its_own_name(api):
    made = api.post(ROOT, MORA | {"sinonimos": ["atraso"], "activo": False}).json()["entrada"]
    answer = api.put(f"{ROOT}/{made['id']}", MORA | {"definicion": "Otra."})
    found = answer.json()["entrada"]
    assert answer.status_code == 200
    assert (found["definicion"], found["sinonimos"], found["activo"]) == (
        *("Otra.", ["atraso"]),
        False,
    )
    assert found["actualizado_en"] > made["actualizado_en"]


def test_a_change_to_the_name_of_another_is_400(api):
    api.post(ROOT, MORA)
    other = api.post(ROOT, MORA | {"palabra": "plazo"}).json()["entrada"]
    assert api.put(f"{ROOT}/{other['id']}", MORA).status_code == 400
    assert DictionaryTerm.objects.get(pk=other["id"]).word == "plazo"


def test_a_word_is_deleted_and_it_is_written_down(api):
    made = api.post(ROOT, MORA).json()["entrada"]
    answer = api.delete(f"{ROOT}/{made['id']}")
    assert (answer.status_code, list(answer.json())) == (200, ["mensaje"])
    assert not DictionaryTerm.objects.exists()
    written = AuditEvent.objects.filter(subject_type="dictionaryterm").order_by("pk")
    assert [it.action for it in written] == ["vocabulary_written", "vocabulary_removed"]
    assert "cuota" not in str(written.values())


@pytest.mark.parametrize("method", ["put", "delete"])
def test_a_word_of_another_domain_does_not_exist(api, method):
    row = DictionaryTerm.objects.create(domain=a_domain("tienda"), word="mora", definition="x")
    assert getattr(api, method)(f"{ROOT}/{row.pk}", MORA).status_code == 404
    assert DictionaryTerm.objects.filter(pk=row.pk, definition="x").exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"palabra": ""}, "palabra"),
        ({"palabra": "x" * 201}, "palabra"),
        ({"palabra": "a\0b"}, "palabra"),
        ({"palabra": 5}, "palabra"),
        ({"definicion": None}, "definicion"),
        ({"sinonimos": "atraso"}, "sinonimos"),
        ({"sinonimos": [1]}, "sinonimos"),
        ({"sinonimos": ["x"] * 51}, "sinonimos"),
        ({"activo": "quizás"}, "activo"),
        ({"orden": 10**12}, "orden"),
    ],
)
def test_what_cannot_be_kept_is_422_and_named(api, wrong, field):
    answer = api.post(ROOT, MORA | wrong)
    assert answer.status_code == 422
    assert list(answer.json()["error"]["details"]) == [field]
    assert not DictionaryTerm.objects.exists()


@pytest.mark.parametrize("role", ["rater", "reviewer", "trainer", "auditor", "bot"])
def test_only_administrators_get_in(role):
    client = a_client(role)
    assert client.get(ROOT).status_code == 403
    assert client.post(ROOT, MORA).status_code == 403
    assert client.post(f"{ROOT}/procesar", MORA).status_code == 403


# --- the dialogue with a model -------------------------------------------------------------------


def answering(provider, **said):
    said = {"definicion": "", "pregunta": ""} | said
    provider.replies[CHAT] = 200, a_completion(json.dumps(said), tokens=40)


def test_a_model_betters_a_definition_and_nothing_is_stored(api, provider):
    answering(provider, definicion="Retraso en el pago.")
    sent = {"palabra": "mora", "definicion_actual": "no paga"}
    assert api.post(f"{ROOT}/procesar", sent).json() == {
        "success": True,
        "tipo": "definicion_mejorada",
        "definicion": "Retraso en el pago.",
        "tokens_usados": 40,
    }
    assert not DictionaryTerm.objects.exists()


def test_a_model_may_ask_once_and_then_must_define(api, provider):
    answering(provider, pregunta="¿Desde qué día?")
    asked = api.post(f"{ROOT}/procesar", {"palabra": "mora"}).json()
    assert (asked["tipo"], asked["pregunta"]) == ("pregunta", "¿Desde qué día?")
    sent = {"palabra": "mora", "pregunta": asked["pregunta"], "respuesta_usuario": "el cuarto"}
    assert api.post(f"{ROOT}/procesar", sent).status_code == 503
    answering(provider, definicion="Desde el cuarto día.", pregunta="¿Y luego?")
    assert api.post(f"{ROOT}/procesar", sent).json()["definicion"] == "Desde el cuarto día."
    heard = json.loads(provider.sent(CHAT)[-1]["messages"][-1]["content"])
    assert (heard["pregunta"], heard["respuesta"]) == ("¿Desde qué día?", "el cuarto")


def test_only_masked_text_leaves_the_house(api, provider):
    answering(provider, definicion="Titular.")
    sent = {"palabra": "titular", "respuesta_usuario": "como ana@example.com, 0991234567"}
    api.post(f"{ROOT}/procesar", sent)
    heard = provider.sent(CHAT)[0]["messages"][-1]["content"]
    assert "@" not in heard
    assert "0991234567" not in heard


def test_the_demonstration_model_is_refused_with_its_reason(api, provider):
    provider.replies["GET /models/base-model"] = 200, a_model("base-model", demonstration=True)
    answer = api.post(f"{ROOT}/procesar", {"palabra": "mora"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "no_capable_model")
    assert not provider.sent(CHAT)


@pytest.mark.parametrize("text", ["Claro:", "[]", "{}", '{"definicion": 5, "pregunta": " "}'])
def test_anything_else_than_asked_is_no_definition(api, provider, text):
    provider.replies[CHAT] = 200, a_completion(text)
    answer = api.post(f"{ROOT}/procesar", {"palabra": "mora"})
    assert (answer.status_code, answer.json()["success"]) == (503, False)
