"""What the documents promise of data, jobs and answers, at the numbers and words that went wrong.

Items 4, 5 and 6 of the specification's section 12, through the doors that programs use.
"""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from finetune import polling, training
from finetune.models import Export, FineTuningJob
from tests.factories import a_client, a_conversation, a_domain, a_person
from tests.finetune.fake_training import FakeTraining
from tests.finetune.makers import a_submitted_job, a_trained_model, an_evaluation, examples

pytestmark = pytest.mark.django_db

AI = "/api/v1/ai/training"
TUNING = f"{AI}/fine-tuning"
HOOK = "/webhook/training"
JOB = {
    *("id", "status", "modelo_base", "modelo_entrenado", "archivo_entrenamiento", "error"),
    *("total_conversaciones", "progreso", "epochs", "learning_rate", "creado_en", "completado_en"),
}
CONVERSATION = {
    *("id", "pregunta", "respuesta", "contexto_usado", "documentos_usados", "modelo_usado"),
    *("tokens_usados", "tiempo_respuesta", "calificacion", "feedback", "usuario_id", "cliente_id"),
    *("prestamo_id", "pago_id", "cuota_id", "creado_en", "actualizado_en"),
}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def training_provider(provider):
    return FakeTraining(provider)


@pytest.fixture
def domain(db):
    """One domain for both families of addresses; each is asked for it by name."""
    return a_domain(base_model="base-model")


@pytest.fixture
def api(domain):
    return a_client("admin", "bot", domain=domain)


@pytest.fixture
def ask(api, domain):
    """Asks ``method address``, in the test's domain; gives the status and the body."""

    def asked(what, **body):
        method, address = what.split()
        where = f"{address}{'&' if '?' in address else '?'}dominio={domain.slug}"
        answer = getattr(api, method.lower())(where, body or None, format="json")
        return answer.status_code, answer.json()

    return asked


# --- 4: few examples ----------------------------------------------------------------------------


@pytest.mark.parametrize("number", [0, 1, 9, 10, 11, 12])
def test_few_examples_are_told_alike_by_the_api_and_on_the_screen(
    ask, client, domain, training_provider, number, django_user_model
):
    examples(domain, number)
    client.force_login(django_user_model.objects.create_superuser("ana"))
    screen = client.get(reverse("admin:prepare"), {"dominio": domain.slug})
    missing = max(0, 10 - number)

    status, body = ask(f"POST {TUNING}/preparar")

    assert (screen.context["train"], screen.context["missing"]) == (number, missing)
    if missing:
        details = body["error"]["details"]
        assert (status, details["faltan"], details["listas"]) == (400, missing, number)
        assert training_provider.files == {}
    else:
        assert (status, body["total_conversaciones"]) == (200, number)
        assert len(training_provider.files) == 1


@pytest.mark.parametrize("number", [0, 1, 9, 10, 11, 12])
def test_an_export_takes_what_there_is_and_says_so_when_it_is_nothing(ask, domain, number):
    examples(domain, number)

    status, body = ask(f"POST {HOOK}/export")

    if number:
        counts = (body["train_examples"], body["valid_examples"], body["total"])
        assert (status, counts) == (200, (number, 0, number))
    else:
        assert (status, body["error"]["code"]) == (400, "nothing_to_export")
        assert "El dominio no tiene conversaciones." in body["error"]["message"]
        assert not Export.objects.exists()


# --- 5: what providers say ----------------------------------------------------------------------


def refreshed(ask, job):
    training.refresh(job)
    return ask(f"GET {TUNING}/jobs/{job.openai_job_id}")[1]["job"]


def test_a_job_goes_through_every_word_of_its_provider(ask, domain, training_provider):
    job = a_submitted_job(domain)
    seen = []
    for word in ("validating_files", "queued", "running", "pausing", "paused", "resuming", "nuevo"):
        training_provider.job["status"] = word
        seen.append(refreshed(ask, job)["status"])
    training_provider.succeed(job.openai_job_id)
    ended = refreshed(ask, job)

    assert seen == ["pending", "pending", *["running"] * 5]
    assert (ended["status"], ended["progreso"]) == ("succeeded", 100)
    assert ended["modelo_entrenado"] == training_provider.job["fine_tuned_model"]


def test_a_success_without_its_tokens_is_a_success(ask, domain, training_provider):
    job = a_submitted_job(domain)
    training_provider.succeed(job.openai_job_id)
    training_provider.job["trained_tokens"] = None

    found = refreshed(ask, job)

    job.refresh_from_db()
    assert (found["status"], job.trained_tokens) == ("succeeded", None)
    assert job.model.name == found["modelo_entrenado"]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            {"code": "invalid_n_examples", "message": "too few", "param": "training_file"},
            "[invalid_n_examples] too few (param: training_file)",
        ),
        ({"code": "server_error", "message": "oops", "param": None}, "[server_error] oops"),
        (None, "El proveedor no dijo por qué."),
    ],
)
def test_a_failure_is_told_on_one_line(ask, domain, training_provider, error, said):
    job = a_submitted_job(domain)
    training_provider.job.update(status="failed", error=error)

    found = refreshed(ask, job)

    assert (found["status"], found["error"], found["modelo_entrenado"]) == ("failed", said, None)
    assert found["completado_en"]


def test_a_job_that_never_ends_is_followed_and_can_be_cancelled(ask, domain, training_provider):
    job = a_submitted_job(domain)
    training_provider.job["status"] = "running"
    long_ago = timezone.now() - timedelta(days=90)
    FineTuningJob.objects.update(created_at=long_ago, asked_at=long_ago)

    assert polling.poll(0) == "1 rounds: 1 changed, 0 failed"
    FineTuningJob.objects.update(asked_at=long_ago)
    assert polling.poll(0) == "1 rounds: 0 changed, 0 failed"
    _, body = ask(f"POST {TUNING}/jobs/{job.openai_job_id}/cancelar")

    assert body["job"]["status"] == training_provider.job["status"] == "cancelled"


# --- 6: exact keys ------------------------------------------------------------------------------


S0_READ = {
    f"GET {AI}/conversaciones": {"conversaciones", "total", "page", "total_pages"},
    f"GET {AI}/conversaciones/estadisticas-feedback": {
        *("total_conversaciones", "conversaciones_calificadas", "conversaciones_con_feedback"),
        *("distribucion_calificaciones", "analisis_feedback"),
        "conversaciones_listas_entrenamiento",
    },
    f"GET {AI}/metricas": {"conversaciones", "fine_tuning", "rag", "ml_riesgo", "ml_impago"},
    f"GET {TUNING}/jobs": {"jobs"},
    f"POST {AI}/recolectar-automatico": {"total_recolectadas", "total_existentes", "mensaje"},
    f"POST {AI}/analizar-calidad": {
        *("completitud", "consistencia", "relevancia", "calidad_general", "sugerencias"),
        *("total_conversaciones", "conversaciones_completas", "conversaciones_calificadas"),
        "conversaciones_relevantes",
    },
}
OURS = {"quality", "dead", "oldest_seconds"}  # told beside what S3 does
S3 = {
    f"GET {HOOK}/stats": {"success", "pipeline", "anonymization", "sessions"},
    f"GET {HOOK}/health": {"status", "directories_ok", "queue_size", "processed_size", "message"},
    f"POST {HOOK}/process": {"success", "results", "queue_size"},
    f"GET {HOOK}/consent/0990000001": {"success", "user_id", "consent", "consent_timestamp"},
}
INSIDE = {
    "pipeline": {
        *("captured", "anonymized", "filtered_out", "analyzed", "qa_passed", "qa_failed"),
        *("exported", "needs_review", "queue_size", "processed_size", "rejected_size"),
    },
    "anonymization": {
        *("total_processed", "phones_found", "emails_found", "addresses_found"),
        *("id_numbers_found", "accounts_found", "names_found"),
    },
    "sessions": {"total", "with_consent", "consent_rate"},
    # What asked for nothing is told apart: S3 counts it nowhere.
    "results": {
        *("processed", "passed_qa", "failed_qa", "needs_review", "filtered_out", "errors"),
    },
}


@pytest.mark.parametrize(("what", "keys"), (S0_READ | S3).items())
def test_an_answer_has_these_keys_and_no_others(ask, domain, training_provider, what, keys):
    a_person(domain, consents=True)
    a_conversation(domain, stars=5)

    status, body = ask(what)

    assert (status, body.keys() - OURS) == (200, keys)
    for name in body.keys() & INSIDE.keys():
        assert body[name].keys() == INSIDE[name]


def test_consent_is_answered_with_these_keys(ask):
    _, body = ask(f"POST {HOOK}/consent/0990000001", consent=True)
    assert body.keys() == {"success", "user_id", "consent", "message"}


def test_an_export_is_answered_with_these_keys_and_the_links(ask, domain):
    examples(domain, 1)
    _, body = ask(f"POST {HOOK}/export")
    documented = {"success", "train_examples", "valid_examples", "total", "files"}
    assert body.keys() == documented | {"downloads"}
    assert body["files"].keys() == {"train", "valid"}


def test_a_conversation_has_these_keys_whatever_is_done_with_it(ask, domain):
    written = {"pregunta": "¿Qué plazo hay?", "respuesta": "Doce meses, sin recargo."}
    _, made = ask(f"POST {AI}/conversaciones", **written)
    one = f"{AI}/conversaciones/{made['conversacion']['id']}"
    _, changed = ask(f"PUT {one}", **written)
    _, rated = ask(f"POST {one}/calificar", calificacion=5)

    for body in (made, changed, rated):
        assert body.keys() == {"conversacion"}
        assert body["conversacion"].keys() == CONVERSATION


def test_a_training_has_these_keys_whatever_is_done_with_it(ask, domain, training_provider):
    examples(domain, 12)
    _, prepared = ask(f"POST {TUNING}/preparar")
    _, started = ask(f"POST {TUNING}/iniciar", archivo_id=prepared["archivo_id"])
    one = f"{TUNING}/jobs/{started['job']['id']}"
    _, read = ask(f"GET {one}")
    _, cancelled = ask(f"POST {one}/cancelar")
    _, deleted = ask(f"DELETE {one}")
    _, emptied = ask(f"DELETE {TUNING}/jobs")

    assert prepared.keys() == {
        *("archivo_id", "total_conversaciones", "conversaciones_originales"),
        *("conversaciones_excluidas", "detalles_exclusion"),
    }
    assert [it["job"].keys() for it in (started, read, cancelled)] == [JOB] * 3
    assert (started.keys(), read.keys()) == ({"job"}, {"job"})
    assert cancelled.keys() == {"job", "mensaje"}
    assert (deleted.keys(), emptied.keys()) == ({"mensaje"}, {"mensaje", "eliminados"})


def test_an_activation_has_these_keys(ask, domain, training_provider):
    model = a_trained_model(domain, training_provider)
    an_evaluation(model)
    _, body = ask(f"POST {TUNING}/activar", modelo_id=model.name)
    assert body.keys() == {"mensaje", "modelo_activo", "modelo_base"}
