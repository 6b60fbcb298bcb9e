import json

import pytest
from django.utils import timezone

from conversations import consent, review
from conversations.models import Conversation, Origin, ReviewClaim, Stage, Why
from tests.factories import (
    a_client,
    a_conversation,
    a_domain,
    a_label,
    a_person,
    a_user,
)

pytestmark = pytest.mark.django_db

ROOT = "/webhook/review"


@pytest.fixture
def domain():
    texts = {"fields": [{"name": "size"}], "intents": [{"name": "pricing"}, {"name": "help"}]}
    return a_domain("camaron", texts=texts)


@pytest.fixture
def api(domain):
    return a_client("reviewer", domain=domain)


def waiting(domain, stage=Stage.NEEDS_REVIEW, *, person=None, qa_passed=True, **fields):
    origin = {"origin": Origin.PERSON, "person": person} if person else {}
    row = a_conversation(domain, **origin)
    fields = {"confidence": 0.6, "stage": stage} | fields
    a_label(row, confidence=fields["confidence"], qa_passed=qa_passed)
    Conversation.objects.filter(pk=row.pk).update(**fields)
    row.refresh_from_db()
    return row


def sampled(domain):
    return waiting(domain, Stage.APPROVED, sampled=True, confidence=0.97)


def ids(answer):
    assert answer.status_code == 200, answer.content
    return [item["id"] for item in answer.json()["items"]]


# --- reading -----------------------------------------------------------------------------------


def test_an_item_has_the_keys_of_the_contract(api, domain):
    person = a_person(domain, consents=True)
    row = waiting(domain, person=person, metadata={"has_quote": True})
    answer = api.get(f"{ROOT}/item/{row.pk}")
    assert answer.status_code == 200
    item = answer.json()["item"]
    assert (item.pop("captured_at")[:10], item.pop("user_id")) == (
        timezone.localtime(row.created_at).isoformat()[:10],
        person.pseudonym[:12],
    )
    assert item == {
        "id": row.pk,
        "role": "user",
        "content": row.question,
        "bot_response": row.answer,
        "status": "needs_review",
        "confidence": 0.6,
        "analysis": {
            "intent": "pricing",
            "product": "HLSO",
            "size": "16/20",
            "confidence": 0.6,
            "confidences": {"intent": 0.6, "product": 0.6, "size": 0.6},
            "sources": {"intent": "rules", "product": "rules", "size": "rules"},
        },
        "qa_passed": True,
        "qa_errors": [],
        "metadata": {"has_quote": True},
        "reviewed_at": None,
        "reviewed_by": None,
        "review_notes": None,
    }


def test_an_exchange_that_was_never_read_has_no_analysis(api, domain):
    row = a_conversation(domain)
    item = api.get(f"{ROOT}/item/{row.pk}").json()["item"]
    assert (item["user_id"], item["analysis"], item["qa_passed"], item["qa_errors"]) == (
        None,
        None,
        None,
        [],
    )


def test_pending_shows_the_least_certain_first(api, domain):
    rows = [waiting(domain, confidence=sure) for sure in (0.6, 0.2, 0.8)]
    waiting(domain, Stage.REJECTED)
    answer = api.get(f"{ROOT}/pending")
    assert ids(answer) == [rows[1].pk, rows[0].pk, rows[2].pk]
    assert {key: answer.json()[key] for key in ("success", "total", "limit", "offset")} == {
        "success": True,
        "total": 3,
        "limit": 50,
        "offset": 0,
    }
    assert ids(api.get(f"{ROOT}/pending?sort_desc=true&limit=1&offset=1")) == [rows[0].pk]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("min_confidence=0.5", [1, 2, 3]),
        ("max_confidence=0.5", [0, 1]),
        ("band=<50", [0]),
        ("band=50-70", [1, 2]),
        ("band=70-85", [3]),
        ("band=>=95", []),
    ],
)
def test_pending_is_filtered_by_confidence(api, domain, query, found):
    rows = [waiting(domain, confidence=sure) for sure in (0.2, 0.5, 0.69, 0.7)]
    sampled(domain)
    assert ids(api.get(f"{ROOT}/pending?{query}")) == [rows[place].pk for place in found]


@pytest.mark.parametrize("status", ["pending", "screened_out", "needs_review", "rejected"])
def test_messages_are_listed_by_status(api, domain, status):
    stages = {status: Stage.CAPTURED if status == "pending" else status}
    row = waiting(domain, stages[status])
    approved = waiting(domain, Stage.APPROVED)
    assert ids(api.get(f"{ROOT}/messages?status={status}")) == [row.pk]
    assert ids(api.get(f"{ROOT}/messages?status=approved")) == [approved.pk]
    assert ids(api.get(f"{ROOT}/messages")) == [approved.pk, row.pk]


@pytest.mark.parametrize(
    "query",
    [
        "password__startswith=a",
        "person__pseudonym=x",
        "sort_by=reviewed_by__password",
        "sort_by=-pk",
        "status=deleted",
        "limit=0",
        "limit=101",
        "offset=-1",
        "offset=99999999999",
        "min_confidence=2",
        "min_confidence=nan",
        "band=all",
        "sort_desc=maybe",
    ],
)
def test_what_the_list_does_not_know_is_refused_and_named(api, query):
    answer = api.get(f"{ROOT}/messages?{query}")
    assert answer.status_code == 422
    assert query.partition("=")[0] in answer.json()["error"]["details"]


def test_lists_ask_the_same_queries_however_long_they_are(
    api, domain, django_assert_max_num_queries
):
    for _ in range(12):
        waiting(domain, person=a_person(domain, consents=True))
    with django_assert_max_num_queries(9):
        assert len(ids(api.get(f"{ROOT}/pending"))) == 12


def test_nothing_tells_the_blind_sample_from_the_rest(api, domain):
    blind = sampled(domain)
    other = waiting(domain, confidence=0.97, why=Why.REVIEWER)
    items = {item["id"]: item for item in api.get(f"{ROOT}/pending").json()["items"]}
    for name in ("id", "content", "bot_response", "captured_at"):
        for item in items.values():
            del item[name]
    assert items[blind.pk] == items[other.pk]
    assert items[blind.pk]["status"] == "needs_review"
    assert ids(api.get(f"{ROOT}/messages?status=approved")) == []
    assert set(ids(api.get(f"{ROOT}/messages?status=needs_review"))) == {blind.pk, other.pk}


def test_the_numbers_of_reviewing_add_up(api, domain):
    for stage in Stage.values:
        waiting(domain, stage)
    sampled(domain)
    row = waiting(domain, confidence=0.2)
    review.claim(waiting(domain, confidence=0.4), by=a_user())
    api.post(f"{ROOT}/approve/{row.pk}")
    found = api.get(f"{ROOT}/stats").json()
    statuses = ("pending", "screened_out", "needs_review", "approved", "rejected")
    assert [found[name] for name in statuses] == [1, 1, 3, 2, 1]
    assert found["total"] == 8
    assert found["bands"] == {"<50": 2, "50-70": 5, "70-85": 0, "85-95": 0, ">=95": 0}
    told = api.get(f"{ROOT}/summary").json()
    assert (told["waiting"], told["in_review"], told["mine_today"]) == (3, 1, 1)
    assert told["week"]["approve"] == 1


# --- deciding ----------------------------------------------------------------------------------


def test_approving_signs_with_who_asks_whatever_the_body_says(api, domain):
    row = waiting(domain)
    body = {"reviewer": "otra", "notes": "Bien", "stage": "rejected", "reviewed_by": 1}
    answer = api.post(f"{ROOT}/approve/{row.pk}", body)
    assert answer.status_code == 200
    item = answer.json()["item"]
    assert (item["status"], item["reviewed_by"], item["review_notes"]) == (
        "approved",
        api.user.username,
        "Bien",
    )


def test_rejecting_keeps_the_reason(api, domain):
    answer = api.post(f"{ROOT}/reject/{waiting(domain).pk}", {"reason": "No se entiende"})
    item = answer.json()["item"]
    assert (item["status"], item["review_notes"]) == ("rejected", "No se entiende")


def test_editing_corrects_texts_and_label(api, domain):
    row = waiting(domain)
    answer = api.post(
        f"{ROOT}/edit/{row.pk}",
        {"new_content": "Precio 21/25", "new_analysis": {"intent": "help", "size": "21/25"}},
    )
    item = answer.json()["item"]
    assert (item["content"], item["status"]) == ("Precio 21/25", "needs_review")
    assert (item["analysis"]["intent"], item["analysis"]["size"]) == ("help", "21/25")
    assert row.reviews.get().before["texts"]["question"] == row.question


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"new_analysis": {"intent": "conquer"}}, "intent"),
        ({"new_analysis": {"intent": 3}}, "new_analysis"),
        ({"new_analysis": {"password": "x"}}, "password"),
        ({"new_analysis": [1]}, "new_analysis"),
        ({"new_analysis": {"\ud800": "x"}}, "new_analysis"),
        ({"new_content": ""}, "new_content"),
        ({"new_content": "x" * 20_001}, "new_content"),
        ({"new_content": 7}, "new_content"),
        ({"new_bot_response": "nulo\0"}, "new_bot_response"),
        ({}, "question"),
    ],
)
def test_an_edit_that_cannot_be_is_refused_and_named(api, domain, body, named):
    row = waiting(domain)
    text = json.dumps(body)  # escapes what is no text
    answer = api.post(f"{ROOT}/edit/{row.pk}", data=text, content_type="application/json")
    assert answer.status_code == 422
    assert named in answer.json()["error"]["details"]
    assert not row.reviews.exists()


def test_reading_again_keeps_the_earlier_label(api, domain):
    row = waiting(domain)
    answer = api.post(f"{ROOT}/reanalyze/{row.pk}")
    assert answer.status_code == 200
    assert row.labels.count() == 2


def test_sending_back_flagging_and_undoing(api, domain):
    row = waiting(domain, Stage.REJECTED)
    steps = [("send-back", "needs_review"), ("undo", "rejected")]
    for word, status in steps:
        answer = api.post(f"{ROOT}/{word}/{row.pk}")
        assert (answer.status_code, answer.json()["item"]["status"]) == (200, status)
    row = waiting(domain)
    assert api.post(f"{ROOT}/flag/{row.pk}").status_code == 200
    row.refresh_from_db()
    assert row.why == Why.PERSONAL_DATA


def test_deciding_what_is_decided_is_a_conflict(api, domain):
    row = waiting(domain)
    assert api.post(f"{ROOT}/approve/{row.pk}").status_code == 200
    answer = api.post(f"{ROOT}/reject/{row.pk}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "conflict")


def test_what_somebody_took_back_is_neither_shown_counted_nor_decided_before_it_is_erased(
    api, domain
):
    person = a_person(domain, consents=True)
    row = waiting(domain, person=person)
    consent.withdraw(person, channel="test")
    assert ids(api.get(f"{ROOT}/pending")) == ids(api.get(f"{ROOT}/messages")) == []
    assert api.get(f"{ROOT}/stats").json()["total"] == 0
    assert api.get(f"{ROOT}/item/{row.pk}").status_code == 404
    assert api.post(f"{ROOT}/claim").json()["item"] is None
    assert api.post(f"{ROOT}/approve/{row.pk}").status_code == 404
    assert api.post(f"{ROOT}/batch/reject", {"item_ids": [row.pk]}).json()["failed"] == 1


def test_claims_over_http(api, domain):
    row, other = waiting(domain, confidence=0.1), a_client("reviewer", domain=domain)
    answer = api.post(f"{ROOT}/claim").json()
    assert answer["item"]["id"] == row.pk
    assert answer["claimed_until"]
    taken = other.post(f"{ROOT}/claim/{row.pk}")
    assert (taken.status_code, taken.json()["error"]["details"]["user"]) == (
        409,
        api.user.username,
    )
    assert other.post(f"{ROOT}/claim").json()["item"] is None
    assert other.post(f"{ROOT}/approve/{row.pk}").status_code == 409
    assert other.post(f"{ROOT}/heartbeat/{row.pk}").status_code == 409
    assert api.post(f"{ROOT}/heartbeat/{row.pk}").status_code == 200
    assert api.post(f"{ROOT}/release/{row.pk}").json() == {"success": True, "released": True}
    assert not ReviewClaim.objects.exists()


def test_batches_say_what_was_done_and_what_was_not(api, domain):
    rows, done = [waiting(domain) for _ in range(3)], waiting(domain, Stage.REJECTED)
    first = api.post(f"{ROOT}/batch/approve", {"item_ids": [rows[0].pk, done.pk, 10**9]}).json()
    assert (first["total"], first["approved"], first["failed"]) == (3, 1, 2)
    assert [(it["id"], it["code"]) for it in first["errors"]] == [
        (done.pk, "conflict"),
        (10**9, "not_found"),
    ]
    body = {"item_ids": [rows[1].pk, rows[2].pk], "reason": "Repetidas"}
    second = api.post(f"{ROOT}/batch/reject", body).json()
    assert (second["rejected"], second["errors"]) == (2, [])


@pytest.mark.parametrize("given", [None, [], ["x"], [-1], [2**40], list(range(1, 1002))])
def test_a_batch_of_nothing_too_much_or_no_numbers_is_refused(api, given):
    answer = api.post(f"{ROOT}/batch/approve", {"item_ids": given})
    assert answer.status_code == 422
    assert "item_ids" in answer.json()["error"]["details"]


def test_automatic_approval_has_its_bounds(api, domain):
    good, low = waiting(domain, confidence=0.92), waiting(domain, confidence=0.89)
    answer = api.post(f"{ROOT}/auto-approve", {}).json()
    assert (answer["approved"], answer["failed"]) == (1, 0)
    assert Conversation.objects.get(stage=Stage.APPROVED) == good
    assert api.post(f"{ROOT}/auto-approve", {"min_confidence": 0.49}).status_code == 422
    assert api.post(f"{ROOT}/auto-approve", {"min_confidence": 0.5}).json()["approved"] == 1
    low.refresh_from_db()
    assert low.reviewed_by == api.user


# --- who may -----------------------------------------------------------------------------------

READ = ["pending", "messages", "stats", "summary"]
DECIDE = ["approve", "reject", "edit", "reanalyze", "send-back", "undo", "claim", "release"]


@pytest.mark.parametrize("role", ["rater", "trainer", "auditor", "bot"])
def test_only_reviewers_decide(domain, role):
    row, client = waiting(domain), a_client(role, domain=domain)
    for word in DECIDE:
        assert client.post(f"{ROOT}/{word}/{row.pk}").status_code == 403
    for word in ("claim", "batch/approve", "batch/reject", "auto-approve"):
        assert client.post(f"{ROOT}/{word}").status_code == 403


def test_bots_do_not_read_and_raters_may_flag(domain):
    row = waiting(domain)
    for word in READ:
        assert a_client("bot", domain=domain).get(f"{ROOT}/{word}").status_code == 403
    assert a_client("rater", domain=domain).post(f"{ROOT}/flag/{row.pk}").status_code == 200


def test_what_is_of_another_domain_does_not_exist(api, domain):
    row = waiting(a_domain("tienda"))
    assert ids(api.get(f"{ROOT}/messages")) == []
    assert api.get(f"{ROOT}/item/{row.pk}").status_code == 404
    for word in DECIDE:
        assert api.post(f"{ROOT}/{word}/{row.pk}").status_code == 404
    assert api.post(f"{ROOT}/batch/approve", {"item_ids": [row.pk]}).json()["approved"] == 0
    assert api.get(f"{ROOT}/messages?dominio=tienda").status_code == 404


def test_the_dashboard_is_the_admins_list(api):
    answer = api.get(f"{ROOT}/dashboard")
    assert (answer.status_code, answer["Location"]) == (302, "/admin/conversations/toreview/")
