"""A provider's webhook: signed, taken once, and only a bell (reliability, Q20)."""

import base64
import hashlib
import hmac
import json
import time

import pytest
from django_q.models import OrmQ
from rest_framework.test import APIClient

from core.models import AuditEvent
from finetune import notices, tasks
from finetune.models import FineTuningJob, ProviderNotice
from tests.factories import a_domain
from tests.finetune.fake_training import FakeTraining
from tests.finetune.makers import a_submitted_job, a_trained_model

pytestmark = pytest.mark.django_db

SECRET = "whsec_" + base64.b64encode(b"a secret of the provider's").decode()


@pytest.fixture
def training_provider(provider, settings):
    settings.LLM_PROVIDERS["local"]["webhook_secret"] = SECRET
    return FakeTraining(provider)


@pytest.fixture
def job(training_provider):
    return a_submitted_job(a_domain(base_model="base-model"))


def call(about, *, age=0, name="wh_1", provider="local", secret=SECRET, body=None, **headers):
    body = body or json.dumps({"type": "fine_tuning.job.succeeded", "data": {"id": about}})
    stamp = str(int(time.time()) - age)
    key = base64.b64decode(secret.removeprefix("whsec_"))
    made = hmac.new(key, f"{name}.{stamp}.{body}".encode(), hashlib.sha256).digest()
    headers = {
        "HTTP_WEBHOOK_ID": name,
        "HTTP_WEBHOOK_TIMESTAMP": stamp,
        "HTTP_WEBHOOK_SIGNATURE": f"v1,{base64.b64encode(made).decode()}",
    } | headers
    url = f"/webhook/providers/{provider}/events"
    return APIClient().post(url, body, content_type="application/json", **headers)


def state():
    """All that a notice may change."""
    jobs = FineTuningJob.objects.values("status", "provider_status", "lease_until", "asked_at")
    return OrmQ.objects.count(), ProviderNotice.objects.count(), list(jobs)


def test_a_good_one_only_rings_the_poller(job, training_provider):
    training_provider.succeed(job.openai_job_id)
    OrmQ.objects.all().delete()
    asked = len(training_provider.fake.requests)

    response = call(job.openai_job_id)

    assert (response.status_code, response.json()) == (200, {"success": True})
    queued = OrmQ.objects.get()
    assert (queued.func(), queued.args()) == ("finetune.tasks.ask_job", (job.pk,))
    assert len(training_provider.fake.requests) == asked
    assert FineTuningJob.objects.get().status == "pending"

    FineTuningJob.objects.update(asked_at=None)
    tasks.ask_job(job.pk)
    assert FineTuningJob.objects.get().status == "succeeded"


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": "whsec_" + base64.b64encode(b"another").decode()},
        {"age": 301},
        {"age": -301},
        {"HTTP_WEBHOOK_SIGNATURE": ""},
        {"HTTP_WEBHOOK_SIGNATURE": "v1,ñ"},
        {"HTTP_WEBHOOK_TIMESTAMP": "ayer"},
        {"HTTP_WEBHOOK_ID": ""},
        {"HTTP_WEBHOOK_ID": "wh_2"},
        {"body": "no json"},
        {"body": "[]"},
        {"name": "x" * 201},
    ],
)
def test_a_wrong_one_changes_nothing(job, wrong):
    before = state()
    response = call(job.openai_job_id, **wrong)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "bad_signature")
    assert state() == before


def test_the_same_one_again_changes_nothing(job):
    call(job.openai_job_id)
    before = state()
    response = call(job.openai_job_id)
    assert (response.status_code, response.json()["error"]["code"]) == (409, "notice_repeated")
    assert state() == before


@pytest.mark.parametrize("name", ["openai", "nobody"])
def test_a_provider_that_signs_nothing_here_does_not_exist(job, name):
    assert call(job.openai_job_id, provider=name).status_code == 404


def test_without_a_secret_nothing_is_taken(job, settings):
    settings.LLM_PROVIDERS["local"]["webhook_secret"] = ""
    assert call(job.openai_job_id, secret="whsec_").status_code == 404


@pytest.mark.parametrize("body", ['{"data": null}', '{"type": "x", "data": {"id": ["a"]}}', "{}"])
def test_what_is_about_nothing_of_ours_rings_nobody(job, body):
    waiting = OrmQ.objects.count()
    assert call("", body=body).status_code == 200
    assert OrmQ.objects.count() == waiting


def test_an_ended_job_is_not_asked_about_again(training_provider):
    job = a_trained_model(a_domain(base_model="base-model"), training_provider).job
    waiting, events = OrmQ.objects.count(), AuditEvent.objects.count()
    assert call(job.openai_job_id).status_code == 200
    assert (OrmQ.objects.count(), AuditEvent.objects.count()) == (waiting, events)


def test_old_ones_are_forgotten_and_new_ones_kept(job):
    call(job.openai_job_id)
    ProviderNotice.objects.create(provider="local", notice_id="old", at="2020-01-01T00:00Z")
    assert tasks.forget_notices() == "1 forgotten"
    assert notices.forget() == 0
