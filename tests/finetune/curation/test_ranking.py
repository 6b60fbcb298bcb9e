"""The list of well scored conversations, which one person approves at once."""

import pytest
from django.db.models.functions import Now

from conversations import consent
from conversations.models import Stage, Why
from core.errors import NotFound
from core.models import EntryPolicy
from finetune import curation
from tests.factories import a_conversation, a_domain, a_user
from tests.finetune.curation.makers import changed, questions, said_by, someone

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return a_domain("tienda", policy=EntryPolicy.SCORE)


def scored(shop, score=5, *, question=None, **fields):
    row = a_conversation(shop, **({"question": question} if question else {}))
    return changed(row, score=score, scored_at=Now(), **fields)


def listed(shop, **options):
    return [row.pk for row in curation.ranked(shop, **options)]


def test_the_worst_twenty_come_first_then_the_best(shop):
    rows = [
        scored(shop, confidence=place / 100, question=it) for place, it in enumerate(questions(30))
    ]
    worst = [row.pk for row in rows[:20]]
    best = [row.pk for row in rows[:19:-1]]
    assert listed(shop) == worst + best
    assert listed(shop, limit=22) == worst + best[:2]


def test_a_lower_score_is_worse_than_any_confidence(shop):
    sure = scored(shop, 4, confidence=0.99)
    best = scored(shop, 5, confidence=0.1)
    assert listed(shop) == [sure.pk, best.pk]


@pytest.mark.parametrize(
    "fields",
    [
        {"score": 3},
        {"answer": ""},
        {"stars": 2},
        {"stars": 5},
        {"reviewed_at": Now()},
        {"stage": Stage.REJECTED},
        {"stage": Stage.CAPTURED},
        {"stage": Stage.NEEDS_REVIEW, "why": Why.PERSONAL_DATA},
        {"stage": Stage.NEEDS_REVIEW, "why": Why.NEW_ANSWER},
    ],
)
def test_others_are_not_listed_nor_approved(shop, fields):
    row = scored(shop, **fields)
    assert listed(shop) == []
    batch = curation.approve_ranked(shop, [row.pk], by=a_user())
    assert isinstance(batch.refused[row.pk], NotFound)


def test_a_twin_of_what_is_in_already_is_not_listed(shop):
    known = scored(shop, question="¿Hacen envíos a Cali?", reviewed_at=Now())
    changed(scored(shop, question="hacen envios a cali"), answer=known.answer)
    assert listed(shop) == []


def test_too_many_of_one_person_are_not_listed(shop):
    said_by(someone(shop), 8, stars=None, score=5, scored_at=Now())
    assert len(listed(shop)) == 3


def test_approving_the_list_lets_it_in_and_says_who_did(shop):
    unsure = scored(shop, stage=Stage.NEEDS_REVIEW, why=Why.LOW_CONFIDENCE)
    sure = scored(shop)
    assert curation.candidates(shop).kept == []

    ana = a_user()
    batch = curation.approve_ranked(shop, [sure.pk, unsure.pk], by=ana)

    assert batch.done == [sure.pk, unsure.pk]
    assert [row.pk for row in curation.candidates(shop).kept] == [unsure.pk, sure.pk]
    assert {it.by for row in (sure, unsure) for it in row.reviews.all()} == {ana.username}
    assert listed(shop) == []


def test_who_took_consent_back_is_not_approved(shop):
    row = said_by(someone(shop), stars=None, score=5, scored_at=Now())[0]
    consent.withdraw(row.person, channel="web")
    assert listed(shop) == []
    assert curation.approve_ranked(shop, [row.pk], by=a_user()).refused


@pytest.mark.parametrize("stage", [Stage.APPROVED, Stage.NEEDS_REVIEW])
def test_another_domains_are_not_approved(shop, stage):
    row = scored(a_domain("otro"), stage=stage)
    assert curation.approve_ranked(shop, [row.pk], by=a_user()).refused
