"""How much of a dataset one person, or one category, may be."""

from collections import Counter
from random import Random

import pytest

from conversations.models import Conversation
from core.models import Domain
from finetune import curation
from finetune.curation.caps import Caps
from tests.factories import a_conversation
from tests.finetune.curation.makers import changed, questions, said_by, someone
from tests.finetune.makers import examples

pytestmark = pytest.mark.django_db


def kept_of(person):
    rows = curation.candidates(person.domain).kept
    return sum(row.person_id == person.pk for row in rows)


def by_staff(domain, number, **fields):
    rows = [a_conversation(domain, stars=5, question=it) for it in questions(number, seed=1)]
    return [changed(row, **fields) for row in rows] if fields else rows


def test_three_of_one_person_always_may(domain):
    rows = said_by(someone(domain), 5)
    by_staff(domain, 10)

    found = curation.candidates(domain)

    assert kept_of(rows[0].person) == 3
    assert (
        curation.why_not(rows[0]) == "Ya hay 3 de la misma persona, el máximo para este conjunto."
    )
    assert len(found.kept) == 13


def test_one_person_is_a_twentieth_of_what_is_left(domain):
    person = said_by(someone(domain), 12)[0].person
    by_staff(domain, 100)
    found = curation.candidates(domain).kept
    assert (kept_of(person), len(found)) == (5, 105)


def test_staff_may_write_all_of_it(domain):
    examples(domain, 30)
    assert len(curation.candidates(domain).kept) == 30


@pytest.mark.parametrize("seed", range(50))
def test_no_cap_leaves_more_than_its_share_and_none_cuts_more_than_it_must(seed):
    dice = Random(seed)  # noqa: S311
    domain = Domain(texts={"category_share": 0.4})
    rows = [
        Conversation(person_id=dice.choice([None, 1, 2, *range(40)]), category=dice.choice("aab"))
        for _ in range(dice.choice([5, 50, 500, 1500]))
    ]
    caps, kept = Caps(), rows
    while (narrower := caps.tightened(kept, domain)) != caps:
        caps, kept = narrower, under(narrower, rows)
    most = max(Counter(it.person_id for it in kept if it.person_id).values(), default=0)
    assert most <= max(3, min(20, 0.05 * len(kept)))
    assert max(Counter(it.category for it in kept).values()) <= max(10, 0.4 * len(kept))
    wider = under(Caps(person=caps.person + 1, category=caps.category), rows)
    least = 0.04 * len(wider)  # one more for everybody also makes the whole larger
    assert caps.person in (3, 20) or caps.person + 1 > least


def under(caps, rows):
    """Those of ``rows`` that come in under ``caps``, first come first served."""
    people, categories, kept = Counter(), Counter(), []
    for row in rows:
        full = row.person_id and people[row.person_id] >= caps.person
        if full or (caps.category and categories[row.category] >= caps.category):
            continue
        people[row.person_id] += 1
        categories[row.category] += 1
        kept.append(row)
    return kept


def test_a_row_left_out_for_its_person_keeps_nobody_elses_twin_out(domain):
    out = said_by(someone(domain), 4)[0]
    twin = changed(a_conversation(domain, question=out.question, answer=out.answer), stars=4)
    assert "misma persona" in curation.why_not(out)
    assert curation.why_not(twin) == ""


def test_a_category_is_cut_to_its_share_of_what_is_left(domain):
    domain.texts = {"category_share": 0.5}
    by_staff(domain, 30, category="envio")
    rest = [a_conversation(domain, stars=5, question=it) for it in questions(20, seed=2)]
    for row in rest:
        changed(row, category="pago")

    found = curation.candidates(domain)

    assert [row.category for row in found.kept].count("envio") == 20
    assert found.excluded[0]["razon"] == "Ya hay 20 de la categoría «envio»: su máximo es el 50 %."


def test_a_category_keeps_what_a_training_needs(domain):
    domain.texts = {"category_share": 0.1}
    by_staff(domain, 14, category="envio")
    assert len(curation.candidates(domain).kept) == curation.CATEGORY_FLOOR
    assert curation.missing(domain) == 0


def test_without_a_share_no_category_is_cut(domain):
    by_staff(domain, 30, category="envio")
    assert len(curation.candidates(domain).kept) == 30
