import json

import pytest

from finetune import judge
from tests.factories import a_domain
from tests.fakes import a_completion, a_model

pytestmark = pytest.mark.django_db

CHAT = "POST /chat/completions"


@pytest.fixture
def domain():
    return a_domain()


def replies_with(provider, choose):
    """The judge's answer, by which of the two answers it read first."""

    def reply(sent):
        shown = sent["messages"][1]["content"]
        first = shown.split("<primera>\n")[1].split("\n</primera>")[0]
        return 200, a_completion(json.dumps({"mejor": choose(first)}))

    provider.replies[CHAT] = reply


def judged(domain, one, other):
    return judge.judge_for(domain)("¿Abren?", "Sí, a las nueve.", one, other)


@pytest.mark.parametrize(("one", "other", "share"), [("buena", "mala", 1), ("mala", "buena", 0)])
def test_the_better_answer_wins_whichever_is_read_first(domain, provider, one, other, share):
    replies_with(provider, lambda first: "primera" if first == "buena" else "segunda")
    assert judged(domain, one, other) == share
    assert len(provider.sent(CHAT)) == 2


def test_a_judge_that_prefers_what_it_reads_first_says_nothing(domain, provider):
    replies_with(provider, lambda _first: "primera")
    assert judged(domain, "una", "otra") == 0.5


def test_the_same_answer_twice_is_not_asked_about(domain, provider):
    assert judged(domain, "igual", "igual") == 0.5
    assert not provider.sent(CHAT)


@pytest.mark.parametrize("reply", [(503, {}), (200, a_completion("la primera, creo"))])
def test_a_judge_that_fails_leaves_it_unknown(domain, provider, reply):
    provider.replies[CHAT] = reply
    assert judged(domain, "una", "otra") is None


def test_whose_answer_it_is_is_not_told(domain, provider):
    replies_with(provider, lambda _first: "iguales")
    judged(domain, "una", "otra")
    told = str([it["messages"] for it in provider.sent(CHAT)])
    assert not any(name in told for name in ("base", "entrenado", "tuned", "incumbent"))


def test_the_demonstration_model_is_no_judge(domain, provider):
    provider.replies["GET /models/base-model"] = 200, a_model("base-model", demonstration=True)
    assert judge.judge_for(domain) is None
