"""Whether the paragraph that answers a question is found: embeddings beside full text.

On XQuAD in Spanish: 240 paragraphs and 1,190 questions, each answered by one paragraph. The model
server's embeddings (``e5-query`` for questions, ``e5-passage`` for paragraphs) in pgvector, against
PostgreSQL's Spanish full text over the same paragraphs, any word of the question counting.

Goal: recall@1 of at least 0.9, and no figure below full text (reference points of the data: 0.915
against 0.713).
"""

from collections.abc import Callable, Iterator, Sequence

from django.conf import settings
from django.db import connection

from benchmarks import shared_data
from benchmarks.figure import Figure, Goal
from benchmarks.processes import model_server
from core import llm

FIRST = Goal("value", ">=", 0.9)
NO_LESS = Goal("ratio", ">=", 1)
BATCH = 16
SEEN = 10  # paragraphs looked at for the mean reciprocal rank
DIMENSIONS = 384

TABLE = f"""
    CREATE TEMPORARY TABLE paragraph (
        id integer PRIMARY KEY,
        words tsvector,
        vector vector({DIMENSIONS})
    )
"""
INSERT = "INSERT INTO paragraph VALUES (%s, to_tsvector('spanish', %s), %s::vector)"
BY_VECTOR = "SELECT id FROM paragraph ORDER BY vector <=> %s::vector LIMIT %s"
# plainto_tsquery wants every word; a question has words that its paragraph has not.
BY_WORDS = """
    SELECT id FROM paragraph,
        CAST(replace(plainto_tsquery('spanish', %s)::text, '&', '|') AS tsquery) AS question
    WHERE words @@ question
    ORDER BY ts_rank_cd(words, question, 1) DESC, id LIMIT %s
"""


def measure() -> Iterator[Figure]:
    paragraphs, questions = read()
    with model_server():
        passages = embed(paragraphs, model="e5-passage")
        asked = embed([question for question, _ in questions], model="e5-query")
    store(paragraphs, passages)
    right = [answer for _, answer in questions]
    vectors = ranks(BY_VECTOR, [str(vector) for vector in asked], right)
    words = ranks(BY_WORDS, [question for question, _ in questions], right)
    measures: dict[str, tuple[Callable[[list[int]], float], Goal]] = {
        "retrieval.recall_1": (lambda found: recall(found, 1), FIRST),
        "retrieval.recall_3": (lambda found: recall(found, 3), NO_LESS),
        "retrieval.mrr": (reciprocal, NO_LESS),
    }
    for name, (measured, goal) in measures.items():
        value, peer = measured(vectors), measured(words)
        yield Figure(name, value, "parte", "texto completo", peer, goal)


def read() -> tuple[list[str], list[tuple[str, int]]]:
    """The paragraphs, and the questions with the number of the paragraph that answers each."""
    content = shared_data.json_file("xquad_es.json")
    parts = [part for article in content["data"] for part in article["paragraphs"]]
    questions = [
        (asked["question"], number) for number, part in enumerate(parts) for asked in part["qas"]
    ]
    return [part["context"] for part in parts], questions


def embed(texts: Sequence[str], *, model: str) -> list[list[float]]:
    settings.LLM_PROVIDERS["local"]["embedding_model"] = model
    batches = (texts[start : start + BATCH] for start in range(0, len(texts), BATCH))
    return [vector for batch in batches for vector in llm.embed(batch)]


def store(paragraphs: list[str], vectors: list[list[float]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS vector")
        cursor.execute(TABLE)
        numbered = enumerate(zip(paragraphs, vectors, strict=True))
        cursor.executemany(INSERT, [(n, text, str(vector)) for n, (text, vector) in numbered])


def ranks(query: str, questions: list[str], right: list[int]) -> list[int]:
    """The place of the right paragraph among those found, from 1; 0 where it is not there."""
    found = []
    with connection.cursor() as cursor:
        for question, answer in zip(questions, right, strict=True):
            cursor.execute(query, [question, SEEN])
            places = [number for (number,) in cursor.fetchall()]
            found.append(places.index(answer) + 1 if answer in places else 0)
    return found


def recall(found: list[int], depth: int) -> float:
    return sum(0 < place <= depth for place in found) / len(found)


def reciprocal(found: list[int]) -> float:
    return sum(1 / place for place in found if place) / len(found)
