import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from conversations.models import Conversation, Origin, Processing, Stage
from core.models import AuditEvent
from core.work import WorkState
from finetune.models import Dataset, DatasetItem
from tests.factories import a_client, a_conversation, a_domain, a_person

pytestmark = pytest.mark.django_db

ROOT = "/webhook/training"


@pytest.fixture
def domain():
    return a_domain("camaron")


@pytest.fixture
def api(domain):
    return a_client("admin", domain=domain)


def heard(domain, stage=Stage.CAPTURED, **work):
    person = a_person(domain, consents=True)
    row = a_conversation(domain, origin=Origin.PERSON, person=person)
    Conversation.objects.filter(pk=row.pk).update(stage=stage)
    Processing.objects.update_or_create(conversation=row, defaults=work)
    return row


def exported(domain, row):
    dataset = Dataset.objects.create(
        domain=domain, number=1, prompt=domain.prompt, sha256="0" * 64, considered=1, created_by="t"
    )
    for position in range(2):  # an exchange in two lines is still one
        DatasetItem.objects.create(
            dataset=dataset,
            conversation=row,
            position=position,
            part="train",
            question="p",
            answer="r",
            sha256="0" * 64,
        )


def test_statistics_have_the_keys_of_the_contract_and_say_what_was_exported(api, domain):
    exported(domain, heard(domain, Stage.APPROVED))
    heard(domain)
    answer = api.get(f"{ROOT}/stats")
    assert answer.status_code == 200
    assert answer.json() == {
        "success": True,
        "pipeline": {
            "captured": 2,
            "anonymized": 2,
            "filtered_out": 0,
            "analyzed": 0,
            "qa_passed": 1,
            "qa_failed": 0,
            "exported": 1,
            "needs_review": 0,
            "queue_size": 1,
            "processed_size": 1,
            "rejected_size": 0,
        },
        "anonymization": {
            "total_processed": 2,
            "phones_found": 0,
            "emails_found": 0,
            "addresses_found": 0,
            "id_numbers_found": 0,
            "accounts_found": 0,
            "names_found": 0,
        },
        "sessions": {"total": 2, "with_consent": 2, "consent_rate": "100.0%"},
        "quality": {"average_confidence": None, "parse_errors": 0, "dead": 0},
    }


def test_processing_says_to_which_end_each_came(api, domain):
    rows = [heard(domain) for _ in range(3)]
    answer = api.post(f"{ROOT}/process", {"max_items": 2})
    assert answer.status_code == 200
    results = answer.json()["results"]
    assert set(results) == {
        *("processed", "passed_qa", "failed_qa", "needs_review", "errors", "filtered_out"),
    }
    ends = results["passed_qa"] + results["failed_qa"] + results["needs_review"]
    assert results["processed"] == ends
    assert ends + results["filtered_out"] == 2
    assert results["errors"] == 0
    assert Conversation.objects.filter(pk__in=[it.pk for it in rows], stage="captured").count() == 1


def test_processing_ends_in_time_and_says_what_is_left(api, domain, monkeypatch):
    monkeypatch.setattr("trainingsite.api.pipeline.SECONDS", 0)
    monkeypatch.setattr("conversations.pipeline.processing.BATCH", 2)
    for _ in range(5):
        heard(domain)
    answer = api.post(f"{ROOT}/process")
    assert Conversation.objects.filter(stage="captured").count() == 3
    assert answer.json()["queue_size"] == 3


@pytest.mark.parametrize("given", [0, 1001, "many", None, [1]])
def test_how_many_to_process_has_its_bounds(api, given):
    answer = api.post(f"{ROOT}/process", {"max_items": given})
    assert answer.status_code == 422
    assert "max_items" in answer.json()["error"]["details"]


def test_another_domains_queue_is_left_alone(api):
    row = heard(a_domain("tienda"))
    assert api.post(f"{ROOT}/process").json()["results"]["processed"] == 0
    assert api.post(f"{ROOT}/queue/empty", {"confirm": "0"}).json()["deleted"] == 0
    row.refresh_from_db()
    assert row.stage == Stage.CAPTURED


# --- emptying ----------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [{}, {"confirm": "1"}, {"confirm": None}])
def test_emptying_asks_for_the_number_and_says_it(api, domain, body):
    for _ in range(2):
        heard(domain)
    answer = api.post(f"{ROOT}/queue/empty", body)
    assert (answer.status_code, answer.json()["error"]["details"]) == (409, {"waiting": 2})
    again = api.post(f"{ROOT}/queue/empty", {"confirm": "2"})
    assert (again.status_code, again.json()) == (200, {"success": True, "deleted": 2})
    assert AuditEvent.objects.get(action="queue_emptied").details == {"deleted": 2}


@pytest.mark.parametrize("given", ["all", -2, 2**40, True, [2]])
def test_a_confirmation_that_is_no_number_is_refused(api, domain, given):
    heard(domain)
    answer = api.post(f"{ROOT}/queue/empty", {"confirm": given})
    assert answer.status_code == 422
    assert "confirm" in answer.json()["error"]["details"]


# --- health ------------------------------------------------------------------------------------


def test_all_is_well(api, domain):
    heard(domain)
    heard(domain, Stage.APPROVED)
    assert api.get(f"{ROOT}/health").json() == {
        "status": "healthy",
        "directories_ok": True,
        "queue_size": 1,
        "processed_size": 1,
        "dead": 0,
        "oldest_seconds": 0,
        "message": "Todo funciona.",
    }


def test_late_and_given_up_work_degrades(api, domain):
    heard(domain, next_at=timezone.now() - timezone.timedelta(hours=2))
    heard(domain, state=WorkState.DEAD)
    answer = api.get(f"{ROOT}/health")
    found = answer.json()
    assert (answer.status_code, found["status"], found["dead"]) == (200, "degraded", 1)
    assert 7190 < found["oldest_seconds"] < 7300
    assert "120 minutos" in found["message"]
    assert "abandonó" in found["message"]


def test_a_folder_that_takes_no_files_degrades(api, settings, tmp_path):
    (tmp_path / "media").write_text("a file where a folder should be")
    settings.MEDIA_ROOT = tmp_path / "media"
    found = api.get(f"{ROOT}/health").json()
    assert (found["status"], found["directories_ok"]) == ("degraded", False)


def test_without_a_database_the_site_is_unhealthy_and_says_so(api):
    def away(*args):
        raise OperationalError("connection refused")

    with connection.execute_wrapper(away):
        answer = api.get(f"{ROOT}/health")
    found = answer.json()
    assert (answer.status_code, found["status"], found["queue_size"]) == (503, "unhealthy", None)
    assert "base de datos" in found["message"]


# --- S2 ----------------------------------------------------------------------------------------


def test_the_shops_statistics_group_by_category_and_score():
    shop = a_domain("tienda")
    for category, score in (("soporte", 5), ("soporte", 5), ("soporte", 2), ("general", None)):
        row = a_conversation(shop, category=category)
        scored = {"score": score, "scored_at": timezone.now()} if score else {}
        Conversation.objects.filter(pk=row.pk).update(category=category, **scored)
    a_conversation(a_domain("camaron"))
    answer = a_client("auditor", domain=shop).get("/api/training/stats")
    assert answer.status_code == 200
    assert answer.json() == {
        "total": 4,
        "byCategory": [
            {"category": "general", "qualityScore": None, "_count": 1},
            {"category": "soporte", "qualityScore": 2, "_count": 1},
            {"category": "soporte", "qualityScore": 5, "_count": 2},
        ],
        "highQuality": 2,
    }


# --- who may -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "word", "status"),
    [
        ("bot", "stats", 403),
        ("bot", "health", 403),
        ("rater", "stats", 200),
        ("auditor", "health", 200),
    ],
)
def test_who_may_look(domain, role, word, status):
    assert a_client(role, domain=domain).get(f"{ROOT}/{word}").status_code == status


@pytest.mark.parametrize(
    ("role", "word", "status"),
    [
        ("rater", "process", 403),
        ("auditor", "process", 403),
        ("reviewer", "process", 200),
        ("reviewer", "queue/empty", 403),
        ("trainer", "queue/empty", 403),
        ("admin", "queue/empty", 409),
    ],
)
def test_who_may_act(domain, role, word, status):
    heard(domain)
    assert a_client(role, domain=domain).post(f"{ROOT}/{word}").status_code == status
