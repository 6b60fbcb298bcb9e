"""A correction changes the next similar question and none of its nearest others, by real vectors.

``corrected_questions.txt`` was written before anything was measured: a question, and how the next
customer asks it.
"""

from pathlib import Path

import numpy as np
import pytest

from core import llm
from rag import corrections
from rag.assistant import answer
from tests.factories import a_conversation, a_domain, a_user
from tests.fakes import a_completion
from tests.modelserver.server import BASE, KEY, Server

pytestmark = [pytest.mark.models, pytest.mark.django_db]

PAIRS = [
    line.split("\t")
    for line in Path(__file__).with_name("corrected_questions.txt").read_text().splitlines()
]
UNRELATED = Path("benchmarks/data/chat_es_unrelated.txt").read_text().splitlines()
RIGHT, NEIGHBOURS = "Así es lo correcto.", 20


@pytest.fixture
def domain(tmp_path, settings, provider):
    provider.replies["POST /chat/completions"] = 200, a_completion("Contesta el modelo.")
    with Server(tmp_path) as server:
        settings.LLM_PROVIDERS |= {
            "real": {
                "base_url": f"http://127.0.0.1:{server.port}/v1",
                "api_key": KEY,
                "chat_model": BASE,
                "embedding_model": "e5-query",
                "trains": False,
            }
        }
        settings.LLM_TIMEOUT = 300  # machines that run tests are busy
        settings.LLM_EMBEDDER = "real"
        yield a_domain(daily_tokens=0)


def nearest(vectors, question):
    """The questions nearest to ``question`` among those of other pairs and the unrelated."""
    others = [it for it in vectors if it not in next(pair for pair in PAIRS if question in pair)]
    return sorted(others, key=lambda it: -vectors[it] @ vectors[question])[:NEIGHBOURS]


def test_twenty_of_twenty_are_served_and_no_neighbour_is(domain):
    reviewer, user = a_user("reviewer", domain=domain), a_user()
    texts = [*(it for pair in PAIRS for it in pair), *UNRELATED]
    vectors = {it: np.array(vector) for it in texts for vector in llm.embed([it])}
    missed, misled = [], []
    for question, similar in PAIRS:
        row = a_conversation(domain, question=question, answer="Así no es.")
        corrections.correct(row, RIGHT, by=reviewer)
        if answer(domain, similar, by=user, keep=False).text != RIGHT:
            missed.append(similar)
        near = nearest(vectors, question)
        misled += [it for it in near if answer(domain, it, by=user, keep=False).text == RIGHT]
        row.delete()
    assert (missed, misled) == ([], [])
