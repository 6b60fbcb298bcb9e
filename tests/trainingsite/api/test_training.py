"""``/fine-tuning``: the contract's keys and statuses, and every refusal (requirements, 2.2)."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from finetune import activation, training
from finetune.models import FineTuningJob
from tests.factories import a_conversation, a_domain, a_token, a_user
from tests.finetune.fake_training import FakeTraining
from tests.finetune.makers import (
    a_file,
    a_queued_job,
    a_submitted_job,
    a_trained_model,
    an_evaluation,
    examples,
)

pytestmark = pytest.mark.django_db

ROOT = "/api/v1/ai/training/fine-tuning"
JOB_KEYS = {
    "id",
    "status",
    "modelo_base",
    "modelo_entrenado",
    "archivo_entrenamiento",
    "total_conversaciones",
    "progreso",
    "error",
    "epochs",
    "learning_rate",
    "creado_en",
    "completado_en",
}


@pytest.fixture
def training_provider(provider):
    return FakeTraining(provider)


@pytest.fixture
def domain(db):
    return a_domain(base_model="base-model")


@pytest.fixture
def api(domain):
    return client_of("trainer", domain)


def client_of(role, domain):
    client = APIClient()
    token = a_token(a_user(role, domain=domain), domain)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def refusal(response, status, code):
    body = response.json()
    assert (response.status_code, body["success"], body["error"]["code"]) == (status, False, code)
    return body["error"]


@pytest.mark.parametrize(("number", "missing"), [(0, 10), (1, 9), (9, 1)])
def test_preparing_too_little_says_how_much_is_missing(
    api, domain, training_provider, number, missing
):
    examples(domain, number)
    error = refusal(api.post(f"{ROOT}/preparar"), 400, "not_enough_examples")
    assert error["details"] == {
        "minimo": 10,
        "listas": number,
        "faltan": missing,
        "consideradas": number,
        "excluidas": 0,
        "detalles_exclusion": [],
    }
    assert f"Faltan {missing} ejemplos" in error["message"] or missing == 1


@pytest.mark.parametrize("number", [10, 11, 12])
def test_preparing_answers_with_the_contracts_keys(api, domain, training_provider, number):
    examples(domain, number)
    body = api.post(f"{ROOT}/preparar").json()
    assert body == {
        "archivo_id": next(iter(training_provider.files)),
        "total_conversaciones": number,
        "conversaciones_originales": number,
        "conversaciones_excluidas": 0,
        "detalles_exclusion": [],
    }


def test_preparing_shows_the_first_ten_exclusions(api, domain, training_provider):
    examples(domain, 12)
    for _ in range(12):
        a_conversation(domain, stars=4, question="¿Cuánto cuesta?", answer="Diez dólares.")
    body = api.post(f"{ROOT}/preparar").json()
    assert (body["total_conversaciones"], body["conversaciones_originales"]) == (13, 24)
    assert body["conversaciones_excluidas"] == 11
    assert [set(it) for it in body["detalles_exclusion"]] == [{"id", "razon", "feedback"}] * 10


def test_preparing_keeps_to_the_chosen_ones(api, domain, training_provider):
    chosen = [row.pk for row in examples(domain, 12)[:10]]
    body = api.post(f"{ROOT}/preparar", {"conversacion_ids": chosen}).json()
    assert body["total_conversaciones"] == 10


def test_preparing_an_unknown_conversation_is_not_found(api, training_provider):
    refusal(api.post(f"{ROOT}/preparar", {"conversacion_ids": [999999]}), 404, "not_found")


@pytest.mark.parametrize(
    "body",
    [
        {"conversacion_ids": "todas"},
        {"conversacion_ids": ["x"]},
        {"filtrar_feedback_negativo": "tal vez"},
    ],
)
def test_preparing_names_the_field_that_is_wrong(api, training_provider, body):
    error = refusal(api.post(f"{ROOT}/preparar", body), 422, "invalid")
    assert set(error["details"]) == set(body)


def test_starting_answers_with_a_pending_job(api, domain, training_provider):
    file = a_file(domain)
    response = api.post(f"{ROOT}/iniciar", {"archivo_id": file.file_id, "epochs": 2})
    job = response.json()["job"]
    assert response.status_code == 200
    assert set(job) == JOB_KEYS
    assert job["id"].startswith("run-")
    assert (job["status"], job["modelo_base"], job["epochs"]) == ("pending", "base-model", 2)
    assert training_provider.sent("POST /fine_tuning/jobs") == 0


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "invalid"),
        ({"archivo_id": 5}, 422, "invalid"),
        ({"archivo_id": "file-nope"}, 404, "not_found"),
        ({"modelo_base": "gpt-99"}, 400, "unknown_base_model"),
        ({"epochs": 0}, 422, "invalid"),
        ({"epochs": 51}, 422, "invalid"),
        ({"epochs": "muchas"}, 422, "invalid"),
        ({"learning_rate": 0}, 422, "invalid"),
        ({"learning_rate": -1}, 422, "invalid"),
        ({"learning_rate": "rápido"}, 422, "invalid"),
    ],
)
def test_a_start_that_cannot_be_is_refused(api, domain, training_provider, body, status, code):
    if body and "archivo_id" not in body:
        body = body | {"archivo_id": a_file(domain).file_id}
    refusal(api.post(f"{ROOT}/iniciar", body), status, code)
    assert not FineTuningJob.objects.exists()


def test_a_second_start_is_a_conflict(api, domain, training_provider):
    job = a_queued_job(domain)
    refusal(api.post(f"{ROOT}/iniciar", {"archivo_id": job.training_file}), 409, "job_exists")


def test_a_start_with_the_provider_down_is_unavailable(api, domain, training_provider):
    file = a_file(domain)
    training_provider.faults["GET /models"] = ["cut"]
    answer = api.post(f"{ROOT}/iniciar", {"archivo_id": file.file_id})
    refusal(answer, 503, "provider_unavailable")


def test_a_file_of_another_domain_is_not_found(api, training_provider):
    theirs = a_file(a_domain("otro", base_model="base-model"))
    refusal(api.post(f"{ROOT}/iniciar", {"archivo_id": theirs.file_id}), 404, "not_found")


def test_the_list_is_newest_first_and_asks_nobody(api, domain, training_provider):
    old = training.cancel(a_queued_job(domain), by="ana")
    new = a_queued_job(domain)
    asked = len(training_provider.fake.requests)
    jobs = api.get(f"{ROOT}/jobs").json()["jobs"]
    assert [it["id"] for it in jobs] == [new.openai_job_id, old.openai_job_id]
    assert all(set(it) == JOB_KEYS for it in jobs)
    assert len(training_provider.fake.requests) == asked


def test_the_list_takes_the_same_queries_for_many(api, domain, training_provider):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            api.get(f"{ROOT}/jobs")
        return len(captured)

    training.cancel(a_queued_job(domain), by="ana")
    few = queries()
    for _ in range(5):
        training.cancel(a_queued_job(domain), by="ana")
    assert queries() == few


def test_a_job_is_found_by_both_its_names(api, domain, training_provider):
    job = a_submitted_job(domain)
    for name in (job.openai_job_id, job.run_name):
        found = api.get(f"{ROOT}/jobs/{name}").json()["job"]
        assert found["id"] == job.openai_job_id


@pytest.mark.parametrize("name", ["ftjob-nope", "run-nope", "1"])
def test_an_unknown_job_is_not_found(api, training_provider, name):
    for response in (
        api.get(f"{ROOT}/jobs/{name}"),
        api.delete(f"{ROOT}/jobs/{name}"),
        api.post(f"{ROOT}/jobs/{name}/cancelar"),
    ):
        refusal(response, 404, "not_found")


def test_a_job_of_another_domain_is_not_found(api, training_provider):
    theirs = a_queued_job(a_domain("otro", base_model="base-model"))
    refusal(api.get(f"{ROOT}/jobs/{theirs.openai_job_id}"), 404, "not_found")


def test_cancelling_answers_with_the_job(api, domain, training_provider):
    job = a_submitted_job(domain)
    body = api.post(f"{ROOT}/jobs/{job.openai_job_id}/cancelar").json()
    assert set(body) == {"job", "mensaje"}
    assert (body["job"]["status"], body["mensaje"]) == ("cancelled", "Entrenamiento cancelado.")
    assert body["job"]["completado_en"]


def test_an_ended_job_is_not_cancelled(api, domain, training_provider):
    job = a_trained_model(domain, training_provider).job
    refusal(api.post(f"{ROOT}/jobs/{job.openai_job_id}/cancelar"), 400, "job_ended")


def test_a_live_job_is_not_deleted(api, domain, training_provider):
    job = a_queued_job(domain)
    refusal(api.delete(f"{ROOT}/jobs/{job.openai_job_id}"), 400, "job_live")


def test_an_ended_job_is_deleted(api, domain, training_provider):
    job = training.cancel(a_queued_job(domain), by="ana")
    response = api.delete(f"{ROOT}/jobs/{job.openai_job_id}")
    assert (response.status_code, set(response.json())) == (200, {"mensaje"})
    assert not FineTuningJob.objects.exists()


def test_a_job_whose_model_is_active_is_not_deleted(api, domain, training_provider):
    model = a_trained_model(domain, training_provider)
    activation.activate(model, by="ana", reason="De prueba.")
    response = api.delete(f"{ROOT}/jobs/{model.job.openai_job_id}")
    refusal(response, 400, "model_was_active")


@pytest.mark.parametrize(("query", "deleted"), [("", 2), ("?solo_fallidos=true", 1)])
def test_deleting_all_says_how_many(api, domain, training_provider, query, deleted):
    a_trained_model(domain, training_provider)
    training.cancel(a_queued_job(domain), by="ana")
    a_queued_job(domain)
    body = api.delete(f"{ROOT}/jobs{query}").json()
    assert set(body) == {"mensaje", "eliminados"}
    assert body["eliminados"] == deleted


def test_deleting_all_names_a_wrong_parameter(api):
    error = refusal(api.delete(f"{ROOT}/jobs?solo_fallidos=quizas"), 422, "invalid")
    assert list(error["details"]) == ["solo_fallidos"]


def test_activating_answers_with_the_contracts_keys(api, domain, training_provider):
    model = a_trained_model(domain, training_provider)
    an_evaluation(model)
    body = api.post(f"{ROOT}/activar", {"modelo_id": model.name}).json()
    assert body == {
        "mensaje": "Modelo activado.",
        "modelo_activo": model.name,
        "modelo_base": "base-model",
    }
    assert activation.active(domain) == model


def test_without_evidence_a_model_is_activated_with_a_reason(api, domain, training_provider):
    model = a_trained_model(domain, training_provider)
    sent = {"modelo_id": model.name}
    error = refusal(api.post(f"{ROOT}/activar", sent), 409, "reason_needed")
    assert error["details"]["veredicto"] == "unclear"
    assert api.post(f"{ROOT}/activar", sent | {"motivo": "Suena mejor."}).status_code == 200
    assert domain.activations.get().reason == "Suena mejor."


def test_a_worse_model_takes_a_second_person_who_asks_for_the_same(api, domain, training_provider):
    model = a_trained_model(domain, training_provider)
    an_evaluation(model, "worse")
    sent = {"modelo_id": model.name, "motivo": "Lo pide la gerencia."}
    refusal(api.post(f"{ROOT}/activar", sent), 409, "model_is_worse")
    forced = sent | {"forzar": True}
    for _ in range(2):
        refusal(api.post(f"{ROOT}/activar", forced), 409, "second_person_needed")
    assert activation.active(domain) is None
    second = client_of("trainer", domain)
    assert second.post(f"{ROOT}/activar", forced).status_code == 200
    chosen = domain.activations.get()
    assert chosen.approved_by not in ("", chosen.activated_by)


def test_force_is_a_yes_or_a_no(api, domain, training_provider):
    model = a_trained_model(domain, training_provider)
    sent = {"modelo_id": model.name, "forzar": "quizás"}
    error = refusal(api.post(f"{ROOT}/activar", sent), 422, "invalid")
    assert list(error["details"]) == ["forzar"]


def test_an_unknown_model_is_not_activated(api, training_provider):
    refusal(api.post(f"{ROOT}/activar", {"modelo_id": "ft:nope"}), 404, "not_found")


def test_a_model_of_another_domain_is_not_activated(api, training_provider):
    theirs = a_trained_model(a_domain("otro", base_model="base-model"), training_provider)
    refusal(api.post(f"{ROOT}/activar", {"modelo_id": theirs.name}), 404, "not_found")


def test_a_job_that_did_not_succeed_activates_nothing(api, domain, training_provider):
    job = training.cancel(a_queued_job(domain), by="ana")
    answer = api.post(f"{ROOT}/activar", {"modelo_id": job.openai_job_id})
    refusal(answer, 400, "job_not_succeeded")


READERS = {"rater", "reviewer", "trainer", "auditor", "admin"}
TRAINERS = {"trainer", "admin"}
ROUTES = [
    ("post", "preparar", TRAINERS),
    ("post", "iniciar", TRAINERS),
    ("get", "jobs", READERS),
    ("delete", "jobs", TRAINERS),
    ("get", "jobs/ftjob-nope", READERS),
    ("delete", "jobs/ftjob-nope", TRAINERS),
    ("post", "jobs/ftjob-nope/cancelar", TRAINERS),
    ("post", "activar", TRAINERS),
]


@pytest.mark.parametrize("role", sorted(READERS))
@pytest.mark.parametrize(("method", "route", "allowed"), ROUTES)
def test_each_role_may_do_what_it_is_for(domain, training_provider, role, method, route, allowed):
    response = getattr(client_of(role, domain), method)(f"{ROOT}/{route}")
    assert (response.status_code != 403) == (role in allowed)
    assert response.status_code < 500


@pytest.mark.parametrize(("method", "route", "_allowed"), ROUTES)
def test_a_stranger_may_do_nothing(domain, method, route, _allowed):
    assert getattr(APIClient(), method)(f"{ROOT}/{route}").status_code == 401


def test_the_description_of_the_addresses_has_no_warnings(capsys):
    call_command("spectacular", validate=True, fail_on_warn=True)
    assert f"{ROOT}/jobs/{{job_id}}/cancelar" in capsys.readouterr().out
