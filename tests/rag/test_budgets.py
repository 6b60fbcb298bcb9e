"""What a person may spend in a day: held before it is spent, so no crowd gets past it (Q48)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from rag import budgets
from rag.assistant import answer
from rag.budgets import OverBudget
from rag.models import Turn
from tests.factories import a_domain, a_person, a_user
from tests.fakes import a_completion

CHAT = "POST /chat/completions"
CALL = 700  # tokens of an answer of the fake model
REQUESTS, AT_ONCE = 1000, 8


@pytest.fixture
def domain(db, provider):
    provider.replies[CHAT] = 200, a_completion("Cuesta diez.", tokens=CALL)
    return a_domain(daily_tokens=3 * CALL)


def until_refused(domain, **who):
    for answered in range(10):
        try:
            answer(domain, "¿cuánto cuesta?", **who)
        except OverBudget as refusal:
            return answered, refusal
    return 10, None


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["person", "by"])
def test_who_has_spent_the_day_is_refused_and_no_model_is_asked(domain, provider, who):
    someone = a_person(domain) if who == "person" else a_user()
    answered, refusal = until_refused(domain, **{who: someone})
    assert (answered, refusal.status_code) == (3, 429)
    assert "límite" in str(refusal)
    assert refusal.details == {"limite": 3 * CALL}
    assert len(provider.sent(CHAT)) == 3


@pytest.mark.django_db
def test_a_budget_is_each_ones_own_and_of_the_day(domain):
    spender, other = a_person(domain), a_person(domain)
    until_refused(domain, person=spender)
    assert answer(domain, "¿cuánto cuesta?", person=other).source == "model"
    Turn.objects.update(at=timezone.now() - timedelta(days=1))
    assert answer(domain, "¿cuánto cuesta?", person=spender).source == "model"


@pytest.mark.django_db
def test_zero_is_no_limit(domain):
    domain.daily_tokens = 0
    assert until_refused(domain, person=a_person(domain)) == (10, None)


@pytest.mark.django_db
def test_over_budget_people_still_rule_over_their_data(domain):
    person = a_person(domain)
    until_refused(domain, person=person)
    assert answer(domain, "borrar mis datos", person=person).source == "consent"
    with pytest.raises(OverBudget):  # and that fills no purse
        answer(domain, "¿cuánto cuesta?", person=person)


@pytest.mark.django_db
def test_what_failed_costs_nothing(domain, provider):
    provider.replies[CHAT] = 503, {}
    person = a_person(domain)
    answer(domain, "¿cuánto cuesta?", person=person)
    assert budgets.spent(domain, person=person, user=None) == 0


@pytest.mark.django_db(transaction=True)
def test_a_thousand_requests_at_once_go_over_by_one_call_at_most(domain, provider):
    person = a_person(domain)

    def one(_):
        try:
            return answer(domain, "¿cuánto cuesta?", person=person).source
        except OverBudget:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        said = list(pool.map(one, range(REQUESTS)))
    spent = Turn.objects.aggregate(it=Sum("tokens"))["it"]
    assert spent < domain.daily_tokens + CALL
    assert len(provider.sent(CHAT)) == said.count("model") == 3
    assert said.count("refused") == REQUESTS - 3
