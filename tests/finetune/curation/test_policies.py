"""Which conversations a policy lets in, and what is told of the others."""

import pytest
from django.db.models.functions import Now

from conversations.models import Stage, Why
from core.models import EntryPolicy
from finetune import curation
from tests.factories import a_conversation, a_domain, a_label
from tests.finetune.curation.makers import changed, said_by, someone

pytestmark = pytest.mark.django_db


def enters(row, **options):
    """Whether it is kept; what is told of it must say the same."""
    kept = {it.pk for it in curation.candidates(row.domain, **options).kept}
    reason = curation.why_not(row, **options)
    assert (row.pk in kept) == (reason == "")
    return row.pk in kept


def labelled(confidence, *, qa_passed=True, reviewed=False, domain=None, **fields):
    domain = domain or a_domain("camaron", policy=EntryPolicy.CONFIDENCE)
    row = a_conversation(domain)
    a_label(row, confidence=confidence, qa_passed=qa_passed)
    return changed(row, confidence=confidence, reviewed_at=Now() if reviewed else None, **fields)


def scored(score, *, reviewed=True, **fields):
    row = a_conversation(a_domain("tienda", policy=EntryPolicy.SCORE))
    when = {"reviewed_at": Now() if reviewed else None, "scored_at": Now()}
    return changed(row, score=score, **when, **fields)


@pytest.mark.parametrize(
    ("confidence", "reviewed", "in_it"),
    [(0.85, False, True), (0.849, False, False), (0.849, True, True), (0.1, True, True)],
)
def test_confidence_lets_in_what_is_sure_or_reviewed(confidence, reviewed, in_it):
    assert enters(labelled(confidence, reviewed=reviewed)) == in_it


def test_confidence_without_a_passed_check_lets_nothing_in():
    assert not enters(labelled(0.99, qa_passed=False))
    assert not enters(labelled(0.99, qa_passed=False, reviewed=True))


def test_a_lower_confidence_lets_in_nothing_that_nobody_reviewed():
    unsure = labelled(0.82)
    assert not enters(unsure, min_confidence=0.80)
    assert "0,85" in curation.why_not(unsure, min_confidence=0.80)


def test_a_higher_confidence_asks_for_more_of_what_nobody_reviewed():
    assert not enters(labelled(0.9), min_confidence=0.95)
    assert enters(labelled(0.9, reviewed=True), min_confidence=0.95)


def test_only_the_label_that_counts_now_is_asked():
    row = labelled(0.9, qa_passed=False)
    row.labels.update(current=False)
    assert not enters(row)
    a_label(row, confidence=0.9)
    assert enters(row)


@pytest.mark.parametrize(
    ("score", "reviewed", "in_it"), [(4, True, True), (3, True, False), (5, False, False)]
)
def test_a_score_lets_in_what_a_person_approved(score, reviewed, in_it):
    assert enters(scored(score, reviewed=reviewed)) == in_it


@pytest.mark.parametrize("make", [labelled, scored])
def test_a_persons_few_stars_keep_out_whatever_a_machine_thinks(make):
    value = 0.99 if make is labelled else 5
    assert enters(make(value, reviewed=True, stars=4))
    assert not enters(make(value, reviewed=True, stars=3))


def test_stars_ask_for_nothing_of_the_machine(domain):
    assert not enters(labelled(0.99, reviewed=True, domain=domain))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (lambda: labelled(0.8), "Su confianza es 0,8; hace falta 0,85, o que una persona la"),
        (lambda: labelled(0.8499), "Su confianza es 0,849; hace falta 0,85,"),
        (lambda: labelled(0.9, qa_passed=False), "Su etiqueta no pasa el control de calidad: 0"),
        (lambda: scored(3), "Su puntuación automática es 3; hace falta 4."),
        (lambda: scored(5, reviewed=False), "Nadie la aprobó todavía"),
        (lambda: scored(5, stars=1), "Tiene 1 estrella; hacen falta 4."),
        (lambda: scored(5, answer=""), "Todavía no tiene respuesta."),
        (
            lambda: scored(5, stage=Stage.NEEDS_REVIEW, why=Why.PERSONAL_DATA),
            "No está aprobada: por revisar, queda un dato personal.",
        ),
        (lambda: scored(5, stage=Stage.CAPTURED), "No está aprobada: capturada."),
    ],
)
def test_why_not_names_the_rule_and_its_numbers(row, reason):
    made = row()
    assert not enters(made)
    assert curation.why_not(made).startswith(reason)


def test_why_not_agrees_with_the_selection_for_everything_there_is(domain):
    rows = [a_conversation(domain, stars=stars) for stars in (None, 1, 3, 4, 5)]
    rows += said_by(someone(domain), 5)
    rows += [a_conversation(domain, stars=5, question="¿Abren hoy?") for _ in range(5)]
    for row in rows:
        enters(row)
