"""``estimar`` and ``reanudar``: what a start would take, and letting a paused provider go on."""

from decimal import Decimal

import pytest
from django.utils import timezone

from finetune.models import Budget, FineTuningJob, Price, ProviderPause
from tests.factories import a_client, a_domain
from tests.finetune.fake_training import FakeTraining
from tests.finetune.makers import a_file, a_queued_job

pytestmark = pytest.mark.django_db

ROOT = "/api/v1/ai/training/fine-tuning"
KEYS = {
    "ejemplos",
    "epocas",
    "tokens",
    "costo",
    "moneda",
    "precio_por_millon",
    "precio_leido_el",
    "minutos",
    "memoria_mb",
    "proveedor_hasta",
    "modelo_base_hasta",
    "avisos",
}


@pytest.fixture
def training_provider(provider):
    return FakeTraining(provider)


@pytest.fixture
def domain(db):
    return a_domain(base_model="base-model")


@pytest.fixture
def api(domain):
    return a_client("trainer", domain=domain)


@pytest.fixture
def price():
    today = timezone.localdate()
    return Price.objects.create(
        provider="local", base_model="base-model", per_million=Decimal(3), read_on=today
    )


def estimated(api, domain, **body):
    return api.post(f"{ROOT}/estimar", {"archivo_id": a_file(domain).file_id} | body)


def test_an_estimate_has_its_keys_and_starts_nothing(api, domain, training_provider, price):
    body = estimated(api, domain, epochs=2).json()
    assert set(body) == {"estimacion", "presupuesto"}
    found = body["estimacion"]
    assert set(found) == KEYS
    assert (found["ejemplos"], found["epocas"], found["moneda"]) == (12, 2, "USD")
    cost = Decimal(found["tokens"] * 3) / 1_000_000
    assert Decimal(found["costo"]) == cost.quantize(Decimal("0.0001"))
    assert (body["presupuesto"], FineTuningJob.objects.count()) == (None, 0)


def test_an_estimate_stands_beside_the_limits(api, domain, training_provider, price):
    Budget.objects.create(domain=domain, per_day=9)
    spent = a_queued_job(domain).reserved
    standing = estimated(api, domain).json()["presupuesto"]
    assert standing == {
        "moneda": "USD",
        "por_entrenamiento": None,
        "por_dia": "9.00",
        "gastado_hoy": str(spent),
        "por_mes": None,
        "gastado_este_mes": str(spent),
    }


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"parametros": {"lora_rank": 0}}, "lora_rank"),
        ({"parametros": {"otro": 1}}, "otro"),
        ({"parametros": 5}, "parametros"),
        ({"metodo": "magia"}, "metodo"),
    ],
)
def test_what_cannot_be_trained_is_refused_by_field(api, domain, training_provider, body, field):
    response = estimated(api, domain, **body)
    assert response.status_code == 422
    assert list(response.json()["error"]["details"]) == [field]


def test_a_start_over_the_budget_is_refused_with_the_numbers(api, domain, training_provider, price):
    Budget.objects.create(domain=domain, per_run=0)
    response = api.post(f"{ROOT}/iniciar", {"archivo_id": a_file(domain).file_id})
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (409, "over_budget")
    assert (error["details"]["limite"], error["details"]["tope"]) == ("run", "0.00")


def test_a_paused_provider_refuses_a_start_until_somebody_lets_it_go_on(
    api, domain, training_provider
):
    file = a_file(domain)
    ProviderPause.objects.create(provider="local", code="insufficient_quota", message="no money")
    refused = api.post(f"{ROOT}/iniciar", {"archivo_id": file.file_id})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "provider_paused")

    resumed = api.post(f"{ROOT}/reanudar", {"proveedor": "local"})

    assert (resumed.status_code, set(resumed.json())) == (200, {"mensaje"})
    assert api.post(f"{ROOT}/reanudar", {"proveedor": "local"}).status_code == 404
    assert api.post(f"{ROOT}/iniciar", {"archivo_id": file.file_id}).status_code == 200


def test_who_may_not_start_may_not_let_go_on(domain, training_provider):
    rater = a_client("rater", domain=domain)
    for path in ("estimar", "reanudar"):
        assert rater.post(f"{ROOT}/{path}").status_code == 403
