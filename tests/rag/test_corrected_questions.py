"""A correction reaches the next customer who asks the same, by real vectors: a short form of the
figure ``corrections``, which has the goal.

The pairs were written by somebody who had not seen how questions are compared.
"""

import pytest

from benchmarks import reusing
from core import llm
from rag import corrections, pairs
from tests.factories import a_conversation, a_domain, a_user
from tests.modelserver.server import BASE, KEY, Server

pytestmark = [pytest.mark.models, pytest.mark.django_db]

LEAST = 4  # of six; in other words than hers, it is not always sure that the same is asked


@pytest.fixture
def domain(tmp_path, settings):
    with Server(tmp_path) as server:
        settings.LLM_PROVIDERS |= {
            "real": {
                "base_url": f"http://127.0.0.1:{server.port}/v1",
                "api_key": KEY,
                "chat_model": BASE,
                "embedding_model": "e5-query",
                "passage_model": "e5-passage",
                "trains": False,
            }
        }
        settings.LLM_TIMEOUT = 300  # machines that run tests are busy
        settings.LLM_EMBEDDER = "real"
        yield a_domain()


def test_most_who_ask_the_same_get_it_and_nobody_else(domain):
    rows, reviewer = reusing.lines("corrected_questions.txt")[::3][:6], a_user("reviewer")
    for place, (asked, _, right) in enumerate(rows):
        row = a_conversation(domain, question=asked, answer=f"De eso no tengo el dato {place}.")
        corrections.correct(row, right, by=reviewer)
    assert len(pairs.cosines([row.pk], llm.embed([asked])[0])) == 1
    told = [getattr(reusing.served(domain, similar), "text", None) for _, similar, _ in rows]
    assert sum(it == right for it, (_, _, right) in zip(told, rows, strict=True)) >= LEAST
    assert all(it in (None, right) for it, (_, _, right) in zip(told, rows, strict=True))
    others = [question for (question,) in reusing.lines("chat_es_unrelated.txt")[:20]]
    assert [it for it in others if reusing.served(domain, it)] == []
