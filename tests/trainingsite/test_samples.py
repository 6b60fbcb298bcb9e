"""The sample domains: complete, free of near-duplicates, and in agreement with their catalogues."""

import re
from collections import Counter
from decimal import Decimal
from itertools import combinations

import pytest

from conversations.anonymise import LABELS, anonymise
from conversations.categories import whitelist
from conversations.keys import jaccard, words
from conversations.models import CatalogueEntry, Conversation
from core.models import Domain
from finetune.models import EvaluationQuestion
from trainingsite import samples

pytestmark = pytest.mark.django_db

LEAST = {"camaron": 60, "tienda": 40, "prestamos": 40}


@pytest.fixture(scope="module", params=samples.SLUGS)
def slug(request):
    return request.param


def questions(slug, name):
    return [line["question"] for line in samples._lines(slug, name)]


def test_there_are_enough_on_enough_topics(slug):
    lines = list(samples._lines(slug, "conversations"))
    assert len(lines) >= LEAST[slug]
    assert len({line["topic"] for line in lines}) >= 12
    assert len(questions(slug, "evaluation")) == 40


def test_a_third_comes_unrated(slug):
    stars = [line["stars"] for line in samples._lines(slug, "conversations")]
    assert stars.count(None) == pytest.approx(len(stars) / 3, abs=1)


def test_no_two_questions_are_nearly_the_same(slug):
    asked = [words(it) for it in questions(slug, "conversations") + questions(slug, "evaluation")]
    assert max(jaccard(one, other) for one, other in combinations(asked, 2)) <= 0.6


def test_shrimp_prices_in_answers_are_list_prices_in_range():
    domain = samples.load("camaron")
    prices = {it.code: it for it in domain.catalogue.filter(kind="price")}
    ranges = {it.product: it for it in domain.catalogue.filter(kind="price_range")}
    for price in prices.values():
        allowed = ranges[price.product]
        assert allowed.minimum <= price.minimum == price.maximum <= allowed.maximum
    amounts = {f"{it.minimum:.2f}" for it in prices.values()}
    said = r"\b([A-Z&]+(?: [A-Z]+)*) (\d\d/\d\d|U15) está a (\d+\.\d\d) USD/kg FOB"
    stated = [
        (f"{product} {size}", amount)
        for answer in Conversation.objects.filter(stars__gte=4).values_list("answer", flat=True)
        for product, size, amount in re.findall(said, answer)
    ]
    assert stated
    for code, amount in stated:
        assert amount in amounts
        if code in prices:
            assert prices[code].minimum == Decimal(amount)


def test_loading_makes_the_domain_whole(slug):
    domain = samples.load(slug)
    rows = Conversation.objects.filter(domain=domain)
    assert rows.count() == len(list(samples._lines(slug, "conversations")))
    assert set(rows.values_list("origin", "stage")) == {("source", "approved")}
    assert EvaluationQuestion.objects.filter(domain=domain).count() == 40
    assert CatalogueEntry.objects.filter(domain=domain).exists()
    assert domain.prompt.number == 1


# The questions that carry made-up personal data on purpose, and what is found in all of them.
PERSONAL = {
    "camaron": {"PHONE": 2, "EMAIL": 1, "NAME": 2, "ID": 2},
    "tienda": {"EMAIL": 2, "ID": 2, "NAME": 1, "PHONE": 1},
    "prestamos": {"NAME": 2, "ID": 1, "PHONE": 3, "EMAIL": 1},
}


def test_only_the_questions_meant_to_carry_personal_data_are_masked(slug):
    keep = whitelist(samples.load(slug))
    found = Counter(
        span.label
        for it in questions(slug, "conversations")
        for span in anonymise(it, keep=keep)[1]
    )
    assert found == PERSONAL[slug]
    assert 5 <= Conversation.objects.exclude(masks={}).count() <= 6
    texts = " ".join(Conversation.objects.values_list("question", flat=True))
    assert not re.search(r"[\w.]+@[\w.]+", texts)


def test_no_answer_feedback_or_evaluation_text_is_masked(slug):
    keep = whitelist(samples.load(slug))
    lines = [*samples._lines(slug, "conversations"), *samples._lines(slug, "evaluation")]
    texts = [line["answer"] for line in lines] + questions(slug, "evaluation")
    texts += filter(None, (line.get("feedback") for line in lines))
    assert [anonymise(it, keep=keep) for it in texts] == [(it, []) for it in texts]
    stored = Conversation.objects.values_list("answer", flat=True)
    assert not [it for it in stored if re.search(rf"\[({'|'.join(LABELS)})\]", it)]


def test_a_domain_loads_whole_or_not_at_all(monkeypatch):
    def broken(domain):
        raise RuntimeError

    monkeypatch.setattr(samples, "_load_conversations", broken)
    with pytest.raises(RuntimeError):
        samples.load("tienda")
    assert not Domain.objects.exists()
