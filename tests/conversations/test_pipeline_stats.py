import pytest

from conversations import pipeline_stats
from conversations.models import ConsentEvent, Conversation, Origin, Processing, Stage
from core.work import WorkState
from tests.factories import a_conversation, a_domain, a_label, a_person

pytestmark = pytest.mark.django_db


def heard(domain, stage=Stage.CAPTURED, **fields):
    """An exchange of a person in ``stage``."""
    person = a_person(domain, consents=True)
    row = a_conversation(domain, origin=Origin.PERSON, person=person, **fields)
    Conversation.objects.filter(pk=row.pk).update(stage=stage)
    Processing.objects.get_or_create(conversation=row)
    return row


def test_nothing_is_all_zeros():
    found = pipeline_stats.statistics(a_domain())
    assert set(found["pipeline"].values()) == {0}
    assert set(found["anonymization"].values()) == {0}
    assert found["sessions"] == {"total": 0, "with_consent": 0, "consent_rate": "0%"}
    assert found["quality"] == {"average_confidence": None, "parse_errors": 0, "dead": 0}


def test_what_was_captured_is_the_sum_of_where_it_is():
    domain = a_domain()
    times = {
        Stage.CAPTURED: 5,
        Stage.SCREENED_OUT: 2,
        Stage.NEEDS_REVIEW: 3,
        Stage.APPROVED: 4,
        Stage.REJECTED: 1,
    }
    for stage, total in times.items():
        for _ in range(total):
            heard(domain, stage)
    given_up = Processing.objects.filter(conversation__stage=Stage.CAPTURED)[:2]
    Processing.objects.filter(pk__in=list(given_up)).update(state=WorkState.DEAD)
    found = pipeline_stats.statistics(domain)
    counts, dead = found["pipeline"], found["quality"]["dead"]
    ends = ("filtered_out", "qa_passed", "qa_failed", "needs_review", "queue_size")
    assert [counts[name] for name in ends] == [2, 4, 1, 3, 3]
    assert counts["captured"] == sum(counts[name] for name in ends) + dead == 15
    assert counts["anonymized"] == 15
    assert (counts["processed_size"], counts["rejected_size"]) == (4, 1)


def test_only_what_people_of_the_domain_said_is_counted():
    domain = a_domain()
    a_conversation(domain)
    heard(a_domain("tienda"))
    assert pipeline_stats.statistics(domain)["pipeline"]["captured"] == 0


def test_each_kind_of_personal_data_is_counted():
    domain = a_domain()
    heard(
        domain, question="Escriba a ana@example.com o al 0991234567", answer="Llame al 0987654321"
    )
    found = pipeline_stats.statistics(domain)["anonymization"]
    assert (found["total_processed"], found["phones_found"], found["emails_found"]) == (1, 2, 1)
    assert set(found) == {"total_processed", *pipeline_stats.MASKS}


def test_labels_tell_their_quality():
    domain = a_domain()
    for confidence in (0.5, 0.9):
        row = heard(domain, Stage.NEEDS_REVIEW)
        a_label(row, confidence=confidence, parse_errors=2)
        Conversation.objects.filter(pk=row.pk).update(confidence=confidence)
    heard(domain)
    found = pipeline_stats.statistics(domain)
    assert found["pipeline"]["analyzed"] == 2
    assert found["quality"] == {"average_confidence": 0.7, "parse_errors": 4, "dead": 0}


def test_people_count_by_their_latest_word():
    domain = a_domain()
    for word in (True, True, True, False, None):
        a_person(domain, consents=word)
    changed = a_person(domain, consents=True)
    ConsentEvent.objects.create(person=changed, purpose="training", granted=False, channel="t")
    found = pipeline_stats.statistics(domain)["sessions"]
    assert found == {"total": 6, "with_consent": 3, "consent_rate": "50.0%"}


def test_the_numbers_take_three_queries_however_much_there_is(django_assert_num_queries):
    domain = a_domain()
    for _ in range(5):
        heard(domain)
    with django_assert_num_queries(3):
        pipeline_stats.statistics(domain)
