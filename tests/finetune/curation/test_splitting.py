"""What is held out of training, and what never parts."""

from random import Random

import pytest

from conversations.keys import text_hash
from conversations.models import Conversation
from finetune import curation
from tests.finetune.curation.makers import overlap, questions


def a_row(pk, question, *, person=None, category=""):
    """A row as a selection has it; nothing is stored."""
    hashed = text_hash(question)
    return Conversation(
        pk=pk, question=question, question_hash=hashed, person_id=person, category=category
    )


def rows_of(texts, **fields):
    return [a_row(pk, text, **fields) for pk, text in enumerate(texts, start=1)]


def a_crowd(seed, size=150):
    """Rows of some persons, some of them nearly alike."""
    dice = Random(seed)  # noqa: S311
    texts = questions(size, seed=seed)
    for place in range(size // 5, size, 3):
        texts[place] = f"y {texts[dice.randrange(place)]}"
    return [
        a_row(pk, text, person=dice.choice([None] * 5 + [*range(size)]), category=dice.choice("ab"))
        for pk, text in enumerate(texts, start=1)
    ]


def ids(rows):
    return {row.pk for row in rows}


def test_fewer_than_twenty_are_not_split():
    parts = curation.split(rows_of(questions(19)))
    assert (len(parts.train), len(parts.valid)) == (19, 0)


def test_about_a_tenth_is_held_out():
    parts = curation.split(rows_of(questions(200)))
    assert 10 <= len(parts.valid) <= 32
    assert len(parts.train) + len(parts.valid) == 200


@pytest.mark.parametrize("share", [0.2, 0.3, 0.5])
def test_the_share_is_the_callers(share):
    parts = curation.split(rows_of(questions(400)), held_out=share)
    assert share - 0.08 <= len(parts.valid) / 400 <= share + 0.08


def test_nothing_is_held_out_where_nothing_is_asked_for():
    assert curation.split(rows_of(questions(40)), held_out=0).valid == []


@pytest.mark.parametrize("seed", range(20))
def test_twenty_hold_out_at_least_one_and_train_on_ten(seed):
    parts = curation.split(rows_of(questions(20, seed=seed)))
    assert parts.valid
    assert len(parts.train) >= curation.MINIMUM


@pytest.mark.parametrize("seed", range(20))
def test_nothing_is_on_both_sides(seed):
    parts = curation.split(a_crowd(seed))
    assert parts.valid
    for held in parts.valid:
        for row in parts.train:
            assert overlap(held.question, row.question) < curation.NEAR
            assert held.person_id is None or held.person_id != row.person_id


@pytest.mark.parametrize("seed", range(20))
def test_a_question_stays_on_its_side_as_others_join(seed):
    texts = questions(120, seed=seed)
    texts[100:] = [f"y {texts[place]}" for place in range(20)]  # nearly some of the first
    rows = rows_of(texts)
    before, after = curation.split(rows[:60]), curation.split(rows)
    assert ids(before.train).isdisjoint(ids(after.valid))
    assert ids(before.valid) <= ids(after.valid)


@pytest.mark.parametrize("seed", range(10))
def test_each_category_of_ten_is_among_the_held_out(seed):
    texts = questions(100, seed=seed)
    rows = [a_row(pk, text, category=f"c{pk % 10}") for pk, text in enumerate(texts)]
    held = [row.category for row in curation.split(rows).valid]
    assert set(held) == {f"c{number}" for number in range(10)}
    assert max(held.count(it) for it in held) <= 2


def test_what_one_person_said_is_held_out_together_or_not_at_all():
    texts = questions(100)
    rows = [a_row(pk, text, person=pk // 4 + 1) for pk, text in enumerate(texts)]
    parts = curation.split(rows)
    assert parts.valid
    assert not {row.person_id for row in parts.valid} & {row.person_id for row in parts.train}


def test_where_all_hangs_together_nothing_is_held_out():
    assert curation.split(rows_of(questions(40), person=1)).valid == []
