from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations import consent, labelling, pipeline, review, tasks
from conversations.capture import capture_many, rewrite
from conversations.deliveries import Reply
from conversations.models import ChatSession, Conversation, Processing, Stage, Why
from conversations.pipeline import readers
from conversations.rating import rate
from core.work import MOST_CLAIMS, WorkState
from tests.conversations.exchanges import SURE, TOLD, UNSURE, after, shrimp_domain, waiting
from tests.factories import a_domain, a_person, a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def domain():
    return shrimp_domain()


def due(**values):
    """Make all work due at once, as if its time had come."""
    Processing.objects.update(next_at=timezone.now() - timedelta(hours=1), **values)


# --- outcomes ----------------------------------------------------------------------------------


def test_sure_and_possible_is_approved_with_label_and_vector(domain):
    row = waiting(domain)
    results = pipeline.process(domain=domain)
    assert (results.processed, results.passed_qa) == (1, 1)
    assert (after(row).stage, row.why) == (Stage.APPROVED, "")
    assert row.embedding is not None
    label = row.labels.get()
    assert (label.intent, label.by, label.current, label.number) == ("pricing", "", True, 1)
    assert (label.fields["product"], label.fields["size"]) == ("HLSO", "16/20")
    assert row.confidence == label.confidence >= domain.min_confidence
    assert row.processing.state == WorkState.DONE


def test_sure_and_impossible_is_rejected_with_its_errors(domain):
    row = waiting(domain, answer="El HLSO 16/20 está a 1.40 USD/kg.")
    assert pipeline.process().failed_qa == 1
    assert (after(row).stage, row.why) == (Stage.REJECTED, Why.QA)
    (error,) = row.labels.get().qa_errors
    assert (error["code"], error["nearest"]) == ("price_out_of_range", 9.4)


@pytest.mark.parametrize("answer", [TOLD, "El HLSO 16/20 está a 1.40 USD/kg."])
def test_below_the_threshold_a_reviewer_decides_whatever_qa_says(domain, answer):
    row = waiting(domain, UNSURE, answer)
    assert pipeline.process().needs_review == 1
    assert (after(row).stage, row.why) == (Stage.NEEDS_REVIEW, Why.LOW_CONFIDENCE)


@pytest.mark.parametrize(
    ("question", "why"),
    [("hola, gracias", "greeting"), ("eh?", "short"), ("¿quién ganó el partido?", "no_request")],
)
def test_what_holds_nothing_to_learn_from_is_screened_out(domain, question, why):
    row = waiting(domain, question)
    results = pipeline.process()
    assert (results.screened_out, results.processed) == (1, 0)
    assert (after(row).stage, row.why, row.embedding) == (Stage.SCREENED_OUT, why, None)
    assert not row.labels.exists()


def test_a_size_alone_stays(domain):
    row = waiting(domain, "U15")
    assert pipeline.process().screened_out == 0
    assert after(row).stage == Stage.NEEDS_REVIEW


def test_the_words_of_an_intent_are_a_clear_request(domain):
    row = waiting(domain, "necesito hablar con un asesor")
    pipeline.process()
    assert (after(row).stage, row.labels.get().intent) == (Stage.NEEDS_REVIEW, "help")


def test_results_exclude_each_other(domain):
    for question in (SURE, UNSURE, "hola"):
        waiting(domain, question)
    results = pipeline.process()
    assert results.processed == results.passed_qa + results.failed_qa + results.needs_review == 2
    assert (results.screened_out, results.errors, results.claimed) == (1, 0, 3)


def test_at_most_so_many_are_taken_oldest_first(domain):
    rows = [waiting(domain) for _ in range(3)]
    assert pipeline.process(max_items=2).processed == 2
    assert [after(row).stage for row in rows] == ["approved", "approved", "captured"]


def test_only_the_domain_asked_for_is_processed(domain):
    waiting(domain)
    assert pipeline.process(domain=a_domain()).claimed == 0


def test_the_blind_sample_is_a_share_and_the_same_each_time(domain):
    domain.review_sample = 0.5
    domain.save()
    rows = [waiting(domain) for _ in range(40)]
    pipeline.process()
    sampled = {row.pk for row in rows if after(row).sampled}
    assert 8 <= len(sampled) <= 32
    Conversation.objects.filter(pk__in=[row.pk for row in rows]).update(stage="captured")
    due(state=WorkState.WAITING)
    pipeline.process()
    assert {row.pk for row in rows if after(row).sampled} == sampled


# --- consent, ratings and edits while it happens -----------------------------------------------


def test_who_withdrew_is_not_labelled_and_nothing_is_sent(domain, provider):
    person = a_person(domain, consents=True)
    row = waiting(domain, person=person)
    consent.withdraw(person, channel="test")
    provider.requests.clear()
    assert pipeline.process().processed == 0
    assert after(row).stage == Stage.CAPTURED
    assert not row.labels.exists()
    assert provider.requests == []
    assert not Processing.objects.waiting().exists()


def test_withdrawing_while_the_model_is_asked_leaves_no_label(domain, monkeypatch):
    person = a_person(domain, consents=True)
    row = waiting(domain, person=person)
    looked = readers.look

    def withdrawn(rows, known):
        consent.withdraw(person, channel="test")
        return looked(rows, known)

    monkeypatch.setattr(readers, "look", withdrawn)
    assert pipeline.process().processed == 0
    assert after(row).stage == Stage.CAPTURED
    assert not row.labels.exists()


def test_a_persons_stars_stand_and_the_row_only_gets_its_label(domain):
    row = waiting(domain, UNSURE)
    rate(row, stars=5, by=a_user("trainer", domain=domain))
    assert pipeline.process().processed == 0
    assert (after(row).stage, row.stars, row.labels.count()) == (Stage.APPROVED, 5, 1)


def test_a_text_changed_while_it_is_read_is_read_again(domain, monkeypatch):
    row = waiting(domain)
    looked = readers.look

    def changed(rows, known):
        Conversation.objects.filter(pk=row.pk).update(answer="Otra cosa.")
        return looked(rows, known)

    monkeypatch.setattr(readers, "look", changed)
    assert pipeline.process().processed == 0
    assert after(row).stage == Stage.CAPTURED
    assert Processing.objects.get().attempts == 0

    monkeypatch.setattr(readers, "look", looked)
    due()
    assert pipeline.process().processed == 1


# --- work ---------------------------------------------------------------------------------------


def test_a_bad_item_stops_no_other_and_its_error_quotes_nothing(domain, monkeypatch):
    bad, good = waiting(domain, SURE + " a Vigo"), waiting(domain)
    read = labelling.read

    def picky(row, *args, **kwargs):
        if row.pk == bad.pk:
            raise ValueError(row.question)
        return read(row, *args, **kwargs)

    monkeypatch.setattr(labelling, "read", picky)
    results = pipeline.process()
    assert (results.errors, results.passed_qa) == (1, 1)
    assert after(good).stage == Stage.APPROVED
    work = Processing.objects.get(conversation=bad)
    assert (work.state, work.attempts, work.error) == ("waiting", 1, "ValueError")


def test_a_provider_that_is_configured_no_more_is_done_without(domain):
    domain.help_provider = "removed"
    domain.save(update_fields=["help_provider"])
    row = waiting(domain)
    assert pipeline.process().errors == 0
    assert after(row).stage == Stage.APPROVED


def test_after_five_claims_a_bad_item_is_dead_and_can_be_tried_again(domain, monkeypatch):
    row = waiting(domain)
    monkeypatch.setattr(labelling, "read", lambda *args, **kwargs: 1 / 0)
    for _ in range(MOST_CLAIMS + 1):
        due()
        pipeline.process()
    assert Processing.objects.get().state == WorkState.DEAD
    monkeypatch.undo()
    Processing.objects.retry()
    assert pipeline.process().passed_qa == 1
    assert after(row).labels.count() == 1


def test_a_worker_whose_lease_ran_out_writes_nothing(domain, monkeypatch):
    row = waiting(domain)
    read = labelling.read

    def slow(*args, **kwargs):
        Processing.objects.update(lease_until=timezone.now() + timedelta(hours=1))  # another's
        return read(*args, **kwargs)

    monkeypatch.setattr(labelling, "read", slow)
    assert pipeline.process().processed == 0
    assert after(row).stage == Stage.CAPTURED
    assert not row.labels.exists()


def test_vector_and_outcome_are_one_change_of_the_row(domain):
    waiting(domain)
    with CaptureQueriesContext(connection) as queries:
        pipeline.process()
    changes = [it for it in queries if it["sql"].startswith('UPDATE "conversaciones_ai"')]
    assert len(changes) == 1


def test_the_task_goes_on_until_nothing_waits(domain):
    for _ in range(30):
        waiting(domain)
    assert tasks.process_waiting() == "30 processed, 0 failed"
    assert tasks.process_waiting() == "0 processed, 0 failed"


def test_the_queue_is_told_once_of_many(domain, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as told:
        waiting(domain)
        waiting(domain)
    assert len(told) == 1


def test_an_answer_that_comes_late_has_the_machine_look_again(domain):
    person = a_person(domain, consents=True)
    thread = {"session": ChatSession(domain=domain, channel="bot", outside_key="k", person=person)}
    row = waiting(domain, answer="", person=person, **thread)
    pipeline.process()
    assert after(row).stage == Stage.APPROVED

    told = Reply(answer="El HLSO 16/20 está a 1.40 USD/kg.", person=person, **thread)
    capture_many(domain, [told])
    assert after(row).stage == Stage.CAPTURED
    assert pipeline.process().failed_qa == 1
    assert (after(row).stage, row.labels.count()) == (Stage.REJECTED, 2)


def test_an_answer_that_comes_late_leaves_what_was_thrown_out(domain):
    person = a_person(domain, consents=True)
    thread = {"session": ChatSession(domain=domain, channel="bot", outside_key="k", person=person)}
    row = waiting(domain, "hola", answer="", person=person, **thread)
    pipeline.process()
    capture_many(domain, [Reply(answer="Buenos días.", person=person, **thread)])
    assert after(row).stage == Stage.SCREENED_OUT
    assert not Processing.objects.waiting().exists()


def test_a_greeting_that_somebody_rewrites_meanwhile_is_read_again(domain, monkeypatch):
    row, user, screened = waiting(domain, "Hola", "¿Qué desea?"), a_user(), readers.screened

    def rewritten_meanwhile(*args):
        why = screened(*args)
        rewrite(row, question=SURE, answer=TOLD, by=user)
        return why

    monkeypatch.setattr(readers, "screened", rewritten_meanwhile)
    assert pipeline.process().screened_out == 0
    monkeypatch.undo()
    due()
    assert pipeline.process().passed_qa == 1
    assert after(row).stage == Stage.APPROVED


def test_the_label_that_a_person_wrote_meanwhile_stands(domain, monkeypatch):
    row, user, look = waiting(domain), a_user(), readers.look

    def decided_meanwhile(*args):
        rate(row, stars=5, by=user)
        review.edit(row, by=user, intent="other")
        return look(*args)

    monkeypatch.setattr(readers, "look", decided_meanwhile)
    pipeline.process()
    label = row.labels.get(current=True)
    assert (label.intent, label.by) == ("other", user.username)
    assert after(row).confidence == 1.0


@pytest.mark.parametrize(
    ("question", "answer"),
    [(f"HLSO 16/20 con glaseo al {'9' * 400} %", TOLD), (SURE, f"Está a {'9' * 400} USD/kg.")],
)
def test_a_number_without_end_buries_no_exchange(domain, question, answer):
    row = waiting(domain, question, answer)
    results = pipeline.process()
    assert (results.errors, results.processed) == (0, 1)
    assert not row.labels.get().qa_passed
