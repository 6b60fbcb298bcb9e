"""A real small model: what is looked up fits its context, and its words come one by one."""

import pytest

from rag import documents, indexing
from rag.assistant import stream
from tests.factories import a_conversation, a_domain, a_user
from tests.modelserver.server import BASE, KEY, Server

pytestmark = [pytest.mark.models, pytest.mark.django_db]

PARAGRAPH = (
    "El préstamo personal número {n} se concede a quien presente cédula, planilla de servicios y "
    "rol de pagos de los últimos tres meses; la oficina de Guayaquil contesta en dos días hábiles, "
    "y la de Cuenca, en cinco. La cuota se paga el quince de cada mes, en línea o en ventanilla, "
    "y el atraso de más de treinta días genera un interés de mora del diez por ciento anual. "
)


@pytest.fixture
def domain(tmp_path, settings):
    with Server(tmp_path) as server:
        settings.LLM_PROVIDERS = {
            "local": {
                "base_url": f"http://127.0.0.1:{server.port}/v1",
                "api_key": KEY,
                "chat_model": BASE,
                "embedding_model": "e5-query",
                "passage_model": "e5-passage",
                "trains": True,
            }
        }
        settings.LLM_TIMEOUT = 300  # machines that run tests are busy
        settings.LLM_EMBEDDER = settings.DOCUMENT_EMBEDDER = "local"
        domain = a_domain(chunks=10, examples=10, max_tokens=300, reuse_similarity=1)
        domain.texts = {"demonstration_answers": True}
        domain.write_prompt("Eres el asistente de Crédito Amigo. " * 20, by="ana")
        for n in range(10):
            text = PARAGRAPH.format(n=n) * 3
            indexing.index(documents.add_text(domain, title=f"Manual {n}", text=text, by="ana"))
        yield domain


def test_the_most_that_is_looked_up_fits_and_words_come_one_by_one(domain):
    question = "¿Qué piden para un préstamo personal y cuándo se paga la cuota? " * 8
    for n in range(10):
        a_conversation(domain, stars=5, question=f"¿Y el número {n}?", answer=PARAGRAPH.format(n=n))
    history = [("¿Qué préstamos hay?" * 8, PARAGRAPH.format(n=1))] * 3
    *pieces, reply = stream(domain, question, by=a_user(), history=history)
    assert reply.source == "model"
    assert len(reply.sources) >= 2
    assert 1000 < reply.tokens <= 2048
    assert len(pieces) > 1
