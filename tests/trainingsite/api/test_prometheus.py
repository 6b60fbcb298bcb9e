import pytest
from prometheus_client.parser import text_string_to_metric_families
from rest_framework.test import APIClient

from conversations.models import Origin
from core.models import ApiToken
from tests.factories import a_client, a_conversation, a_domain, a_person, a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def domains():
    shrimp, shop = a_domain("camaron"), a_domain("tienda")
    for domain, total in ((shrimp, 2), (shop, 1)):
        for _ in range(total):
            person = a_person(domain, consents=True)
            a_conversation(domain, origin=Origin.PERSON, person=person)
    return shrimp, shop


def samples(answer):
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {
        (sample.name, sample.labels["domain"], sample.labels.get("count")): sample.value
        for family in families
        for sample in family.samples
    }


def bearer(secret):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def test_prometheus_reads_what_the_statistics_say(domains):
    shrimp, _shop = domains
    api = a_client("auditor", domain=shrimp)
    found = samples(api.get("/metrics"))
    said = api.get("/webhook/training/stats").json()
    for block in ("pipeline", "anonymization", "quality"):
        for name, value in said[block].items():
            assert found.get((f"training_{block}", "camaron", name)) == value
    assert found["training_people", "camaron", "with_consent"] == 2
    assert ("training_queue_overdue_seconds", "camaron", None) in found
    assert not any(domain == "tienda" for _name, domain, _count in found)


def test_the_token_of_the_settings_reads_every_domain(domains, settings):
    settings.METRICS_TOKEN = "s3cret-of-prometheus"
    found = samples(bearer("s3cret-of-prometheus").get("/metrics"))
    assert found["training_pipeline", "camaron", "captured"] == 2
    assert found["training_pipeline", "tienda", "captured"] == 1


def test_a_token_of_one_domain_reads_that_one(domains):
    shrimp, shop = domains
    user = a_user("auditor", domain=shrimp)
    user.memberships.create(domain=shop)
    secret = ApiToken.objects.issue(user=user, domain=shop, name="test")[1]
    found = samples(bearer(secret).get("/metrics"))
    assert {domain for _name, domain, _count in found} == {"tienda"}


@pytest.mark.parametrize("role", ["rater", "reviewer", "trainer", "bot"])
def test_only_auditors_and_administrators_read_the_numbers(domains, role):
    assert a_client(role, domain=domains[0]).get("/metrics").status_code == 403
    assert a_client("admin", domain=domains[0]).get("/metrics").status_code == 200


@pytest.mark.parametrize("secret", ["", "wrong"])
def test_an_unset_or_wrong_token_opens_nothing(settings, secret):
    settings.METRICS_TOKEN = ""
    assert bearer(secret).get("/metrics").status_code == 401
    assert APIClient().get("/metrics").status_code == 401


@pytest.mark.parametrize(
    "accept", ["application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4", "text/html"]
)
def test_whatever_text_is_asked_for_is_answered(domains, accept):
    client = a_client("auditor", domain=domains[0])
    assert client.get("/metrics", HTTP_ACCEPT=accept).status_code == 200
    assert bearer("wrong").get("/metrics", HTTP_ACCEPT=accept)["Content-Type"] == "application/json"
