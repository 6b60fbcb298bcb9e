import pytest

from core.placeholders import BUILT_IN
from rag.models import PromptVariable
from tests.factories import a_client, a_domain

pytestmark = pytest.mark.django_db

ROOT = "/api/v1/configuracion/ai/prompt"
HOURS = {"variable": "horario", "descripcion": "Abrimos de 9 a 17."}


@pytest.fixture
def api():
    return a_client("admin")


def test_the_prompt_in_use_and_its_versions(api):
    found = api.get(ROOT).json()
    assert (found["prompt"], found["version"]) == ("Eres un asistente útil.", 1)
    assert (found["usados"], found["marcadores"]) == ([], [*BUILT_IN])
    assert [it["numero"] for it in found["versiones"]] == [1]


def test_another_prompt_is_the_next_version_and_the_same_is_none(api):
    text = "Eres el asistente. Sabes esto: {resumen_bd}\n{contexto_documentos}"
    answer = api.put(ROOT, {"prompt": text})
    assert answer.status_code == 200
    found = answer.json()
    assert (found["prompt"], found["version"]) == (text, 2)
    assert found["usados"] == ["resumen_bd", "contexto_documentos"]
    assert [it["numero"] for it in found["versiones"]] == [2, 1]
    assert found["versiones"][0]["creado_por"] == api.user.get_username()
    assert api.put(ROOT, {"prompt": text}).json()["version"] == 2


def test_a_place_that_nothing_fills_is_422_and_named(api):
    answer = api.put(ROOT, {"prompt": "Hola {nombre}, {resumen_bd}, {horario}"})
    assert answer.status_code == 422
    (why,) = answer.json()["error"]["details"]["prompt"]
    assert "{nombre}" in why
    assert "{horario}" in why
    assert "{resumen_bd}" not in why
    assert a_domain().prompt.number == 1


def test_other_braces_are_text(api):
    assert api.put(ROOT, {"prompt": 'Contesta {"a": 1} o { }.'}).status_code == 200


def test_a_variable_of_staff_fills_a_place_while_it_is_active(api):
    made = api.post(f"{ROOT}/variables", HOURS).json()["variable"]
    assert api.get(ROOT).json()["marcadores"] == [*BUILT_IN, "horario"]
    assert api.put(ROOT, {"prompt": "Hola. {horario}"}).status_code == 200
    api.put(f"{ROOT}/variables/{made['id']}", HOURS | {"activo": False})
    assert api.put(ROOT, {"prompt": "Buenas. {horario}"}).status_code == 422


@pytest.mark.parametrize("body", [{}, {"prompt": ""}, {"prompt": "x" * 8001}, {"prompt": 5}])
def test_what_is_no_prompt_is_422(api, body):
    assert api.put(ROOT, body).status_code == 422


def test_variables_are_written_listed_changed_and_deleted(api):
    made = api.post(f"{ROOT}/variables", HOURS | {"variable": "{horario}"}).json()["variable"]
    assert set(made) == {
        *("id", "variable", "descripcion", "activo", "orden", "creado_en", "actualizado_en"),
    }
    assert made["variable"] == "horario"
    api.post(f"{ROOT}/variables", HOURS | {"variable": "saludo", "orden": -1})
    PromptVariable.objects.create(domain=a_domain("tienda"), name="ajena", description="x")
    listed = api.get(f"{ROOT}/variables").json()
    assert [it["variable"] for it in listed["variables"]] == ["saludo", "horario"]
    assert listed["total"] == 2
    changed = api.put(f"{ROOT}/variables/{made['id']}", HOURS | {"descripcion": "Cerrado."})
    assert changed.json()["variable"]["descripcion"] == "Cerrado."
    assert api.delete(f"{ROOT}/variables/{made['id']}").status_code == 200
    assert api.get(f"{ROOT}/variables").json()["total"] == 1


def test_a_variable_twice_is_400_and_named(api):
    api.post(f"{ROOT}/variables", HOURS)
    answer = api.post(f"{ROOT}/variables", HOURS)
    assert (answer.status_code, list(answer.json()["error"]["details"])) == (400, ["variable"])


@pytest.mark.parametrize("name", ["Horario", "día", "1a", "dos palabras", "{{a}}", "a-b"])
def test_a_name_that_no_place_can_have_is_422(api, name):
    answer = api.post(f"{ROOT}/variables", HOURS | {"variable": name})
    assert (answer.status_code, list(answer.json()["error"]["details"])) == (422, ["variable"])


@pytest.mark.parametrize("role", ["rater", "reviewer", "trainer", "auditor", "bot"])
def test_only_administrators_get_in(role):
    client = a_client(role)
    assert client.get(ROOT).status_code == client.get(f"{ROOT}/variables").status_code == 403
    assert client.put(ROOT, {"prompt": "Otro."}).status_code == 403
