import pytest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from conversations.models import DIMENSIONS
from finetune.models import Activation, Dataset, FineTuningJob, JobStatus, TrainedModel
from lending.models import RiskModel
from rag.models import Chunk, Document
from tests.factories import a_client, a_conversation, a_domain

pytestmark = pytest.mark.django_db

ROOT = "/api/v1/ai/training"
STATISTICS = f"{ROOT}/conversaciones/estadisticas-feedback"


@pytest.fixture
def api():
    return a_client("auditor")


def a_job(domain, status, **fields):
    dataset = domain.datasets.first() or Dataset.objects.create(
        domain=domain, number=1, prompt=domain.prompt, sha256="0" * 64, considered=1, created_by="t"
    )
    number = FineTuningJob.objects.count()
    ended = status not in (JobStatus.PENDING, JobStatus.RUNNING)
    return FineTuningJob.objects.create(
        domain=domain,
        dataset=dataset,
        provider="local",
        openai_job_id=f"ftjob-{number}",
        status=status,
        base_model=f"base-{number}",
        finished_at=timezone.now() if ended else None,
        created_by="test",
        **fields,
    )


def test_metrics_of_nothing(api):
    models = {
        "modelos_disponibles": 0,
        "modelo_activo": None,
        "ultimo_entrenamiento": None,
        "accuracy_promedio": 0.0,
    }
    answer = api.get(f"{ROOT}/metricas")
    assert answer.status_code == 200
    assert answer.json() == {
        "conversaciones": {
            "total": 0,
            "con_calificacion": 0,
            "promedio_calificacion": 0.0,
            "listas_entrenamiento": 0,
        },
        "fine_tuning": {
            "jobs_totales": 0,
            "jobs_exitosos": 0,
            "jobs_fallidos": 0,
            "modelo_activo": None,
            "ultimo_entrenamiento": None,
        },
        "rag": {
            "documentos_con_embeddings": 0,
            "total_embeddings": 0,
            "ultima_actualizacion": None,
        },
        "ml_riesgo": models,
        "ml_impago": models,
    }


def test_metrics_of_trainings(api):
    domain = a_domain()
    done, *_ = [a_job(domain, status) for status in ("succeeded", "failed", "pending", "cancelled")]
    model = TrainedModel.objects.create(
        domain=domain,
        job=done,
        provider="local",
        name="ft:bot",
        base_model="base-0",
        prompt=domain.prompt,
    )
    Activation.objects.create(domain=domain, model=model, activated_by="test")
    found = api.get(f"{ROOT}/metricas").json()["fine_tuning"]
    assert parse_datetime(found.pop("ultimo_entrenamiento")) == done.finished_at
    assert found == {
        "jobs_totales": 4,
        "jobs_exitosos": 1,
        "jobs_fallidos": 1,
        "modelo_activo": "ft:bot",
    }


def test_metrics_of_documents(api):
    for title in ("Uno", "Dos"):
        document = Document.objects.create(
            domain=a_domain(), title=title, file_name="a.txt", file_type="txt", path="a.txt"
        )
        for position in range(2):
            Chunk.objects.create(
                document=document,
                position=position,
                embedding=[0.1] * DIMENSIONS,
                dimensions=DIMENSIONS,
                embedding_model="test",
            )
    found = api.get(f"{ROOT}/metricas").json()["rag"]
    assert (found["documentos_con_embeddings"], found["total_embeddings"]) == (2, 4)
    assert parse_datetime(found["ultima_actualizacion"]).tzinfo


def test_metrics_of_the_lending_models(api):
    for name, accuracy, active in (("Bosque", 0.8, True), ("Red", 0.9, False)):
        RiskModel.objects.create(
            domain=a_domain(),
            name=name,
            algorithm="random_forest",
            accuracy=accuracy,
            active=active,
            path="x",
        )
    found = api.get(f"{ROOT}/metricas").json()
    assert found["ml_riesgo"]["modelos_disponibles"] == 2
    assert found["ml_riesgo"]["modelo_activo"] == "Bosque"
    assert found["ml_riesgo"]["accuracy_promedio"] == 0.85
    assert found["ml_impago"]["modelos_disponibles"] == 0


def test_metrics_take_the_same_queries_however_much_there_is(api, django_assert_max_num_queries):
    for _ in range(10):
        a_conversation(stars=5)
    with django_assert_max_num_queries(13):
        api.get(f"{ROOT}/metricas")


@pytest.mark.parametrize(("rows", "ready"), [(0, False), (9, False), (10, True), (12, True)])
def test_statistics_say_whether_there_is_enough(api, rows, ready):
    for _ in range(rows):
        a_conversation(stars=5)
    answer = api.get(STATISTICS)
    assert answer.status_code == 200
    found = answer.json()
    assert found["conversaciones_listas_entrenamiento"] == {
        "total": rows,
        "sin_feedback_negativo": rows,
        "con_feedback_negativo": 0,
        "puede_preparar": ready,
    }
    assert set(found) == {
        *("total_conversaciones", "conversaciones_calificadas", "conversaciones_con_feedback"),
        *("distribucion_calificaciones", "analisis_feedback"),
        "conversaciones_listas_entrenamiento",
    }
    assert set(found["analisis_feedback"]) == {"positivo", "negativo", "neutro", "total"}
    assert set(found["distribucion_calificaciones"]) == set("12345")


def test_quality_has_every_key_of_the_contract(api):
    a_conversation(stars=5)
    answer = api.post(f"{ROOT}/analizar-calidad")
    assert answer.status_code == 200
    assert set(answer.json()) == {
        *("completitud", "consistencia", "relevancia", "calidad_general"),
        *("total_conversaciones", "conversaciones_completas"),
        *("conversaciones_calificadas", "conversaciones_relevantes", "sugerencias"),
    }
    assert answer.json()["calidad_general"] == 100.0


def test_what_other_domains_have_is_not_counted(api):
    other = a_domain("tienda")
    a_conversation(other, stars=5)
    a_job(other, JobStatus.SUCCEEDED)
    assert api.get(STATISTICS).json()["total_conversaciones"] == 0
    assert api.post(f"{ROOT}/analizar-calidad").json()["total_conversaciones"] == 0
    found = api.get(f"{ROOT}/metricas").json()
    assert (found["conversaciones"]["total"], found["fine_tuning"]["jobs_totales"]) == (0, 0)
