from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection
from django.utils import timezone

from conversations import capture, consent, rating, review
from conversations.catalogue import Catalogue
from conversations.labelling import by_hand
from conversations.models import Conversation, Label, Origin, Review, ReviewClaim, Stage, Why
from core.errors import Conflict, Invalid, NotFound, Refusal
from core.models import AuditEvent
from tests.factories import a_conversation, a_domain, a_label, a_person, a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana():
    return a_user()


@pytest.fixture
def luis():
    return a_user()


def waiting(stage=Stage.NEEDS_REVIEW, domain=None, **fields):
    """An exchange as the pipeline leaves it: a machine's label, a stage."""
    row = a_conversation(domain)
    fields = {"confidence": 0.5, "stage": stage} | fields
    a_label(row, confidence=fields["confidence"] or 0)
    Conversation.objects.filter(pk=row.pk).update(**fields)
    row.refresh_from_db()
    return row


def sampled(**fields):
    return waiting(Stage.APPROVED, sampled=True, confidence=0.97, **fields)


def of_someone():
    person = a_person(consents=True)
    row = a_conversation(origin=Origin.PERSON, person=person)
    Conversation.objects.filter(pk=row.pk).update(stage=Stage.NEEDS_REVIEW)
    return person, row


def test_approving_says_who_and_when_by_the_databases_clock(ana):
    before = timezone.now()
    row = review.approve(waiting(), by=ana, notes="Bien leída")
    assert (row.stage, row.why, row.reviewed_by) == (Stage.APPROVED, "", ana)
    assert before - timedelta(seconds=5) < row.reviewed_at < timezone.now() + timedelta(seconds=5)
    decision = row.reviews.get()
    assert (decision.action, decision.by, decision.notes) == ("approve", ana.username, "Bien leída")


def test_rejecting_keeps_the_reason_without_personal_data(ana):
    row = review.reject(waiting(), by=ana, reason="escribió el 0991234567")
    assert (row.stage, row.why, row.reviewed_by) == (Stage.REJECTED, Why.REVIEWER, ana)
    assert row.reviews.get().notes == "escribió el [PHONE]"


def test_a_decision_is_audited_without_texts(ana):
    row = review.reject(waiting(), by=ana, reason="Un secreto")
    event = AuditEvent.objects.get(action="review_reject")
    assert (event.subject_id, event.details) == (str(row.pk), {"stage": "rejected"})


def test_approving_one_of_the_blind_sample_only_signs_it(ana):
    row = review.approve(sampled(), by=ana)
    assert (row.stage, row.reviewed_by) == (Stage.APPROVED, ana)
    assert not review.is_waiting(row)


@pytest.mark.parametrize("verb", [review.approve, review.reject])
@pytest.mark.parametrize(
    "stage", [Stage.CAPTURED, Stage.SCREENED_OUT, Stage.APPROVED, Stage.REJECTED]
)
def test_what_does_not_wait_for_a_reviewer_is_not_decided(ana, verb, stage):
    row = waiting(stage)
    with pytest.raises(Conflict):
        verb(row, by=ana)
    assert not Review.objects.exists()


def test_nothing_is_approved_of_who_took_their_consent_back(ana):
    person, row = of_someone()
    consent.withdraw(person, channel="test")
    with pytest.raises(capture.ConsentMissing):
        review.approve(row, by=ana)


def test_a_deleted_exchange_is_not_decided(ana):
    row = waiting()
    Conversation.objects.all().delete()
    with pytest.raises(NotFound):
        review.approve(row, by=ana)


@pytest.mark.parametrize("notes", ["x" * 20_001, "nulo\0"])
def test_notes_that_cannot_be_kept_are_refused(ana, notes):
    with pytest.raises(Invalid) as refused:
        review.approve(waiting(), by=ana, notes=notes)
    assert "notes" in refused.value.details


@pytest.mark.parametrize("stage", [Stage.SCREENED_OUT, Stage.APPROVED, Stage.REJECTED])
def test_what_was_decided_can_be_reviewed_again(ana, stage):
    row = review.send_back(waiting(stage, why=Why.QA if stage == Stage.REJECTED else ""), by=ana)
    assert (row.stage, row.why, row.reviewed_at) == (Stage.NEEDS_REVIEW, Why.REVIEWER, None)


def test_sending_back_what_waits_is_refused_alike_for_the_blind_sample(ana):
    said = []
    for row in (waiting(), sampled()):
        with pytest.raises(Conflict) as refused:
            review.send_back(row, by=ana)
        said.append(str(refused.value))
    assert len(set(said)) == 1


def test_a_personal_datum_left_takes_an_exchange_out_of_use_and_keeps_its_stars(ana):
    row = a_conversation(stars=5)
    flagged = review.flag(row, by=ana)
    assert (flagged.stage, flagged.why, flagged.stars) == (
        Stage.NEEDS_REVIEW,
        Why.PERSONAL_DATA,
        5,
    )
    assert not Conversation.objects.ready(min_stars=4).exists()
    with pytest.raises(Conflict):
        review.flag(row, by=ana)


def test_a_personal_datum_is_reported_even_while_somebody_has_it_open(ana, luis):
    row = waiting()
    review.claim(row, by=luis)
    assert review.flag(row, by=ana).why == Why.PERSONAL_DATA


# --- undo --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("decide", "make"),
    [
        (review.approve, waiting),
        (review.approve, sampled),
        (review.reject, waiting),
        (review.flag, a_conversation),
        (review.send_back, lambda: waiting(Stage.SCREENED_OUT, why=Why.GREETING)),
    ],
)
def test_undoing_puts_back_what_was(ana, decide, make):
    row = make()
    before = Conversation.objects.filter(pk=row.pk).values(
        "stage", "why", "reviewed_at", "reviewed_by", "confidence", "question", "stars"
    )
    was = before.get()
    decide(row, by=ana)
    review.undo(row, by=ana)
    assert before.get() == was
    assert list(row.reviews.order_by("pk").values_list("action", "undone")) == [
        (decide.__name__, True),
        ("undo", False),
    ]


def test_undoing_twice_walks_back_two_decisions(ana):
    row = waiting()
    review.approve(row, by=ana)
    review.send_back(row, by=ana)
    assert review.undo(row, by=ana).stage == Stage.APPROVED
    assert review.undo(row, by=ana).stage == Stage.NEEDS_REVIEW
    with pytest.raises(Conflict):
        review.undo(row, by=ana)


def test_only_who_decided_last_may_undo(ana, luis):
    row = review.approve(waiting(), by=ana)
    with pytest.raises(Conflict):
        review.undo(row, by=luis)


def test_what_something_was_built_on_is_not_undone(ana, luis):
    row = review.approve(waiting(), by=ana)
    rating.rate(row, stars=5, by=luis)
    with pytest.raises(Conflict):
        review.undo(row, by=ana)


# --- claims ------------------------------------------------------------------------------------


def test_nobody_is_offered_or_decides_what_another_has_open(ana, luis):
    row = waiting()
    review.claim(row, by=ana)
    rows = Conversation.objects.all()
    assert [list(review.pending(rows, by=who)) for who in (ana, luis)] == [[row], []]
    with pytest.raises(Conflict) as refused:
        review.approve(row, by=luis)
    assert refused.value.details["user"] == ana.username
    assert review.approve(row, by=ana).stage == Stage.APPROVED


def test_a_claim_ends_with_its_lease_with_the_decision_or_when_let_go(ana, luis):
    row = waiting()
    review.claim(row, by=ana)
    with pytest.raises(Conflict):
        review.claim(row, by=luis)
    ReviewClaim.objects.update(until=timezone.now() - timedelta(seconds=1))
    review.claim(row, by=luis)
    assert review.release(row, by=luis)
    review.claim(row, by=ana)
    review.reject(row, by=ana)
    assert not ReviewClaim.objects.exists()


def test_a_correction_leaves_the_exchange_open_until_it_is_decided(ana):
    row = waiting()
    review.claim(row, by=ana)
    review.edit(row, by=ana, answer="Otra")
    assert ReviewClaim.objects.get().user == ana
    review.approve(row, by=ana)
    assert not ReviewClaim.objects.exists()


def test_a_heartbeat_extends_only_ones_own_claim(ana, luis):
    row = waiting()
    review.claim(row, by=ana)
    ReviewClaim.objects.update(until=timezone.now() + timedelta(seconds=9))
    assert review.heartbeat(row, by=ana) > timezone.now() + timedelta(minutes=4)
    with pytest.raises(Conflict):
        review.heartbeat(row, by=luis)


def test_the_next_is_the_least_certain_and_claimed_once(ana, luis):
    sure, unsure = waiting(confidence=0.8), waiting(confidence=0.2)
    rows = Conversation.objects.all()
    assert [review.claim_next(rows, by=who) for who in (ana, luis)] == [unsure, sure]
    waiting(confidence=0.1)
    assert review.claim_next(rows, by=ana) == unsure  # what she has open goes first
    assert review.claim_next(rows, by=luis) == sure


@pytest.mark.django_db(transaction=True)
def test_twenty_who_ask_at_once_get_twenty_exchanges():
    a_domain()
    rows = [waiting() for _ in range(20)]
    users, got = [a_user() for _ in range(20)], []

    def work(user):
        try:
            got.append(review.claim_next(Conversation.objects.all(), by=user))
        finally:
            connection.close()

    run_together([Thread(target=work, args=(user,)) for user in users])
    assert {row.pk for row in got} == {row.pk for row in rows}
    assert ReviewClaim.objects.values("user").distinct().count() == 20


@pytest.mark.django_db(transaction=True)
def test_twenty_decisions_at_once_on_one_exchange_are_one():
    row, users, told = waiting(), [a_user() for _ in range(20)], []

    def work(user, decide):
        try:
            decide(row, by=user)
            told.append("done")
        except Refusal as refusal:
            told.append(refusal.code)
        finally:
            connection.close()

    verbs = [review.approve, review.reject] * 10
    run_together([Thread(target=work, args=pair) for pair in zip(users, verbs, strict=True)])
    assert sorted(told) == ["conflict"] * 19 + ["done"]
    assert row.reviews.count() == 1


def run_together(threads):
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# --- the blind sample and the queue ------------------------------------------------------------


def test_no_confidence_over_the_threshold_is_told_while_it_waits(ana):
    rows = [sampled(), waiting(confidence=0.99), waiting(confidence=0.3)]
    assert [review.told_confidence(row) for row in rows] == [None, None, 0.3]
    told = review.with_told(Conversation.objects.order_by("pk"))
    assert [row.told for row in told] == [None, None, 0.3]
    assert review.told_confidence(review.approve(rows[0], by=ana)) == 0.97


def test_the_blind_sample_stands_spread_over_the_queue(ana):
    for number in range(60):
        sampled() if number % 3 == 0 else waiting(confidence=number / 80)
    places = [row.sampled for row in review.pending(Conversation.objects.all(), by=ana)]
    thirds = [sum(places[start : start + 20]) for start in (0, 20, 40)]
    assert min(thirds) >= 3


# --- many at once ------------------------------------------------------------------------------


def test_a_batch_decides_each_once_and_says_what_it_did_not(ana, luis):
    good, done, taken = waiting(), waiting(Stage.APPROVED), waiting()
    other = waiting(domain=a_domain("tienda"))
    review.claim(taken, by=luis)
    rows = Conversation.objects.filter(domain=a_domain())
    ids = [good.pk, good.pk, done.pk, taken.pk, other.pk]
    batch = review.in_turn(rows, ids, lambda row: review.approve(row, by=ana))
    assert batch.done == [good.pk]
    assert {pk: refusal.code for pk, refusal in batch.refused.items()} == {
        done.pk: "conflict",
        taken.pk: "conflict",
        other.pk: "not_found",
    }


def test_automatic_approval_takes_only_what_passed_and_nobody_asked_to_look_at(ana):
    good = waiting(confidence=0.95, why=Why.LOW_CONFIDENCE)
    failed = waiting(confidence=0.95)
    Label.objects.filter(conversation=failed).delete()
    a_label(failed, confidence=0.95, qa_passed=False)
    kept = [
        failed,
        sampled(),
        waiting(confidence=0.89),
        *(waiting(confidence=0.95, why=why) for why in ("personal_data", "reviewer", "new_answer")),
    ]
    batch = review.auto_approve(Conversation.objects.all(), min_confidence=0.9, by=ana)
    assert (batch.done, batch.refused) == ([good.pk], {})
    assert not Conversation.objects.filter(
        pk__in=[row.pk for row in kept], reviewed_at__isnull=False
    )


def test_one_order_of_automatic_approval_decides_only_so_many(ana, monkeypatch):
    monkeypatch.setattr("conversations.review.batches.AT_ONCE", 2)
    rows = [waiting(confidence=0.95) for _ in range(3)]
    found = Conversation.objects.all()
    done = [review.auto_approve(found, min_confidence=0.9, by=ana).done for _ in range(3)]
    assert done == [[rows[0].pk, rows[1].pk], [rows[2].pk], []]


# --- corrections -------------------------------------------------------------------------------


@pytest.fixture
def shop():
    """A domain that sells one product in two sizes."""
    texts = {
        "fields": [
            {"name": "product", "kinds": ["product"]},
            {"name": "size", "kinds": ["size"]},
        ],
        "intents": [
            {"name": "pricing", "required_fields": ["product", "size"]},
            {"name": "help"},
        ],
    }
    domain = a_domain("camaron", texts=texts)
    for kind, code in (("product", "HLSO"), ("size", "16/20"), ("size", "21/25")):
        domain.catalogue.create(kind=kind, code=code, name=code)
    return domain


def test_a_corrected_label_is_a_new_one_sure_and_by_a_person(ana, shop):
    row = review.edit(waiting(domain=shop), by=ana, fields={"size": "21/25"})
    old, new = row.labels.order_by("number")
    assert (old.current, new.current, new.number, new.by) == (False, True, 2, ana.username)
    assert (new.intent, new.fields) == ("pricing", {"product": "HLSO", "size": "21/25"})
    assert set(new.confidences.values()) == {1.0}
    assert set(new.sources.values()) == {"person"}
    assert (row.stage, row.confidence) == (Stage.NEEDS_REVIEW, 1.0)


def test_a_persons_label_passes_through_quality_control_too(ana, shop):
    row = review.edit(waiting(domain=shop), by=ana, fields={"size": "99/99"})
    label = row.labels.get(current=True)
    assert not label.qa_passed
    assert label.qa_errors[0]["field"] == "size"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({}, "question"),
        ({"intent": "conquer"}, "intent"),
        ({"fields": {"is_staff": True}}, "is_staff"),
        ({"fields": {"size": True}}, "size"),
        ({"fields": {"size": "9" * 81}}, "size"),
        ({"fields": {"size": ["16/20"]}}, "size"),
        ({"fields": {"size": "\ud800"}}, "size"),
        ({"fields": {"size": float("inf")}}, "size"),
        ({"question": " "}, "pregunta"),
    ],
)
def test_a_correction_that_cannot_be_is_refused_and_named(ana, shop, change, named):
    row = waiting(domain=shop)
    with pytest.raises(Invalid) as refused:
        review.edit(row, by=ana, **change)
    assert named in refused.value.details
    assert (row.labels.count(), row.reviews.count()) == (1, 0)


def test_corrected_texts_are_masked_checked_and_the_first_original_stays(ana, shop):
    row = waiting(domain=shop, stars=5)
    first = row.question
    review.edit(row, by=ana, question="Precio HLSO 16/20, soy el 0991234567")
    row = review.edit(row, by=ana, question="Precio del HLSO 16/20")
    kept = row.reviews.order_by("pk").values_list("before__texts__question", flat=True)
    assert list(kept) == [first, "Precio HLSO 16/20, soy el [PHONE]"]
    label = row.labels.get(current=True)
    assert [entity[2:] for entity in label.entities] == [["product", "HLSO"], ["size", "16/20"]]
    assert (label.by, label.confidence, row.stars) == ("", 0.5, None)


def test_a_question_is_corrected_before_the_bot_has_answered(ana):
    row = waiting()
    Conversation.objects.filter(pk=row.pk).update(answer="")
    row = review.edit(row, by=ana, question="Precio del HLSO")
    assert (row.question, row.answer) == ("Precio del HLSO", "")


def test_undoing_a_correction_puts_texts_label_and_stars_back(ana, luis, shop):
    row = waiting(domain=shop)
    rating.rate(row, stars=4, feedback="Bien", by=luis)
    was, label = row.question, row.labels.get()
    review.edit(row, by=ana, question="Precio del HLSO", fields={"size": None})
    row = review.undo(row, by=ana)
    assert (row.question, row.stars, row.feedback, row.confidence) == (was, 4, "Bien", 0.5)
    assert row.labels.get(current=True) == label
    assert row.ratings.first().by == luis.username


def test_wording_with_a_personal_datum_is_not_put_aside(ana):
    row = waiting()
    review.edit(row, by=ana, answer="Pregunte por Clotilde.")
    review.flag(row, by=ana)
    row = review.edit(row, by=ana, answer="Pregunte en la oficina.")
    assert not row.reviews.filter(before__has_key="texts").exists()
    with pytest.raises(Conflict):
        review.undo(row, by=ana)


@pytest.mark.parametrize("stage", [Stage.CAPTURED, Stage.SCREENED_OUT, Stage.REJECTED])
@pytest.mark.parametrize(
    "verb", [lambda row, by: review.edit(row, by=by, answer="Otra"), review.reanalyse]
)
def test_what_is_not_standing_is_neither_corrected_nor_read_again(ana, stage, verb):
    with pytest.raises(Conflict):
        verb(waiting(stage), by=ana)


# --- reading again -----------------------------------------------------------------------------


def test_reading_again_keeps_earlier_labels_and_decides_by_the_rules(ana, shop):
    row = waiting(Stage.APPROVED, domain=shop, confidence=0.97)
    Conversation.objects.filter(pk=row.pk).update(question="y eso qué es")
    row = review.reanalyse(row, by=ana)
    assert (row.stage, row.why) == (Stage.NEEDS_REVIEW, Why.LOW_CONFIDENCE)
    assert [label.current for label in row.labels.all()] == [True, False]
    assert review.undo(row, by=ana).stage == Stage.APPROVED


def test_what_a_sure_reader_finds_impossible_is_rejected(ana, shop, monkeypatch):
    row = waiting(domain=shop, why=Why.LOW_CONFIDENCE)
    monkeypatch.setattr("conversations.pipeline.read", a_sure_reading("99/99", shop))
    row = review.reanalyse(row, by=ana)
    assert (row.stage, row.why) == (Stage.REJECTED, Why.QA)


@pytest.mark.parametrize("why", [Why.PERSONAL_DATA, Why.NEW_ANSWER, Why.REVIEWER])
def test_reading_again_takes_nothing_away_from_the_person_who_was_asked(
    ana, shop, why, monkeypatch
):
    row = waiting(domain=shop, why=why)
    monkeypatch.setattr("conversations.pipeline.read", a_sure_reading("16/20", shop))
    row = review.reanalyse(row, by=ana)
    assert (row.stage, row.why) == (Stage.NEEDS_REVIEW, why)
    assert row.labels.count() == 2


def test_nothing_of_who_withdrew_is_read_again(ana, monkeypatch):
    person, row = of_someone()
    consent.withdraw(person, channel="test")
    monkeypatch.setattr("conversations.pipeline.read", lambda row: pytest.fail("was read"))
    with pytest.raises(capture.ConsentMissing):
        review.reanalyse(row, by=ana)


def test_a_reading_of_an_older_wording_is_refused(ana, shop, monkeypatch):
    row = waiting(domain=shop)

    def slowly(asked):
        Conversation.objects.update(answer="Otra")
        return a_sure_reading("16/20", shop)(asked)

    monkeypatch.setattr("conversations.pipeline.read", slowly)
    with pytest.raises(Conflict):
        review.reanalyse(row, by=ana)
    assert row.labels.count() == 1


def a_sure_reading(size, domain):
    catalogue = Catalogue.read(domain.catalogue.all(), domain.texts)
    fields = {"product": "HLSO", "size": size}
    return lambda row: by_hand(row, intent="pricing", fields=fields, catalogue=catalogue)


@pytest.mark.parametrize("stage", [Stage.APPROVED, Stage.NEEDS_REVIEW])
def test_confirming_from_a_list_signs_what_nobody_looked_at(ana, stage):
    row = review.confirm(waiting(stage), by=ana)
    assert (row.stage, row.reviewed_by) == (Stage.APPROVED, ana)
    assert row.reviews.get().action == "approve"
    assert review.undo(row, by=ana).stage == stage


@pytest.mark.parametrize("why", review.PERSON_ASKED)
def test_what_a_person_was_asked_about_is_not_confirmed_from_a_list(ana, why):
    row = waiting(why=why)
    with pytest.raises(Conflict):
        review.confirm(row, by=ana)
    assert not row.reviews.exists()


def test_a_decision_is_not_confirmed_again(ana, luis):
    row = review.confirm(waiting(), by=ana)
    with pytest.raises(Conflict):
        review.confirm(row, by=luis)


def test_who_took_consent_back_is_not_confirmed(ana):
    person, row = of_someone()
    consent.withdraw(person, channel="test")
    with pytest.raises(capture.ConsentMissing):
        review.confirm(row, by=ana)
