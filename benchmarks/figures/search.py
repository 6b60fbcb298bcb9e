"""Searching 100,000 chunks: how much is lost among so many, and how long it takes.

2,000 chunks are real Spanish (XQuAD's paragraphs and clinical notes, embedded once and kept in
``var/``). The others are made of them: a filler's vector is the normalised mixture of the vectors
of three real chunks with noise, its text a third of the words of each, shuffled. The noise varies
as real chunks do: an index of neighbours finds no way among vectors that differ in every direction
alike, and no text has such. The questions are XQuAD's. Exact search is the same order without the
index, in the same database.

Goals: among five, at most three points fewer right paragraphs than in the real chunks alone;
vectors found in at most a tenth of the time of exact search (medians), with at least 0.95 of its
ten nearest; meaning and words together in at most 1.5 times the slower of the two.
"""

import random
import time
from collections.abc import Iterator, Sequence
from statistics import median

import numpy as np
from django.db import connection

from benchmarks import passages, site
from benchmarks.figure import Figure, Goal, size
from benchmarks.processes import model_server
from core.models import Domain
from rag import fusion, spaces
from rag.fusion import Row, Scope
from rag.models import Chunk, Document, DocumentState, VectorSpace
from rag.tuning import FIRST_WEIGHT

REAL = 2000
OF_ONE_DOCUMENT = 100  # fillers
# Its length beside a mixture's, which is 1: a filler then lies as near to its nearest real chunk as
# XQuAD's paragraphs do to each other (a cosine of 0.86, medians).
NOISE = 0.5
SEED = 20261121
WAYS = {"vectors": 1.0, "words": 0.0, "both": FIRST_WEIGHT}  # what vectors weigh
COLUMNS = (
    "documento_id, chunk_index, texto_chunk, heading, text_hash, embedding, modelo_embedding,"
    " dimensiones, creado_en, actualizado_en"
)


def measure() -> Iterator[Figure]:
    site.migrate()
    domain = Domain.objects.create(slug="muchos", name="Muchos trozos")
    paragraphs, questions = passages.xquad()
    questions = questions[:: len(questions) // size(200, full=1190)]
    with model_server():
        space = spaces.current()
        real, owners = texts_of(paragraphs)
        vectors = passages.vectors(real, model=space.model)
        asked = passages.vectors([it for it, _ in questions], model=space.question_model)
    search = Search(domain, space, questions, asked)
    spaces.drop_index(space)
    rights = search.store_real(real, owners, vectors)
    settle(space)
    few = search.recall_5(rights)
    total = size(100_000, full=100_000)
    spaces.drop_index(space)
    search.store_fillers(fillers(real, vectors, total - len(real)))
    settle(space)
    many = search.recall_5(rights)
    yield Figure("search.recall_5", many, "parte", "solo los reales", few)
    yield Figure("search.lost", few - many, "parte", goal=Goal("value", "<=", 0.03))
    yield from search.speeds()


def texts_of(paragraphs: Sequence[str]) -> tuple[list[str], list[int]]:
    """2,000 real chunks, and the paragraph that each is of (-1: of a clinical note)."""
    own = [(piece, n) for n, text in enumerate(paragraphs) for piece in passages.cut_up(text)]
    notes = [(piece, -1) for piece in passages.clinical(REAL - len(own))]
    texts, owners = zip(*(own + notes), strict=True)
    return list(texts), list(owners)


def fillers(
    texts: Sequence[str], vectors: np.ndarray, count: int
) -> Iterator[tuple[str, np.ndarray]]:
    """Texts with vectors, each made of three of the real ones."""
    dice, noisy = random.Random(SEED), np.random.default_rng(SEED)
    words, varied = [text.split() for text in texts], vectors - vectors.mean(axis=0)
    for _ in range(count):
        three = dice.sample(range(len(texts)), 3)
        mixture = unit(vectors[three].sum(axis=0))
        noise = unit(noisy.normal(size=len(varied)) @ varied) * NOISE
        taken = [word for one in three for word in dice.sample(words[one], len(words[one]) // 3)]
        dice.shuffle(taken)
        yield " ".join(taken), unit(mixture + noise)


def unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)


def settle(space: VectorSpace) -> None:
    """What a loaded table gets in time by itself."""
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'")
        spaces.make_index(space)
        cursor.execute("VACUUM ANALYZE documento_ai_embeddings")


class Search:
    """The domain that is searched, and the questions with their vectors."""

    def __init__(
        self,
        domain: Domain,
        space: VectorSpace,
        questions: Sequence[passages.Question],
        vectors: np.ndarray,
    ) -> None:
        self.domain, self.space = domain, space
        self.asked = [
            (question, vector.tolist(), paragraph)
            for (question, paragraph), vector in zip(questions, vectors, strict=True)
        ]
        self.scope = Scope(domain=domain.pk, staff=False, user=None, kind=None)

    def store_real(
        self, texts: Sequence[str], owners: Sequence[int], vectors: np.ndarray
    ) -> dict[int, int]:
        """Store them; the paragraph of each document."""
        made = {owner: self.document(f"Real {owner}") for owner in sorted(set(owners))}
        rows = zip((made[it].pk for it in owners), texts, vectors, strict=True)
        self.copy(rows)
        return {document.pk: owner for owner, document in made.items()}

    def store_fillers(self, made: Iterator[tuple[str, np.ndarray]]) -> None:
        def rows() -> Iterator[tuple[int, str, np.ndarray]]:
            for number, (text, vector) in enumerate(made):
                if number % OF_ONE_DOCUMENT == 0:
                    document = self.document(f"Relleno {number}")
                yield document.pk, text, vector

        self.copy(list(rows()))

    def document(self, title: str) -> Document:
        return Document.objects.create(
            domain=self.domain,
            title=title,
            file_name=title,
            text="",
            processed=True,
            state=DocumentState.READY,
        )

    def copy(self, rows) -> None:
        """Write chunks as fast as the database takes them."""
        told = (self.space.model, self.space.dimensions, "now", "now")
        with connection.cursor() as cursor:
            command = f"COPY documento_ai_embeddings ({COLUMNS}) FROM STDIN"
            with cursor.copy(command) as copy:
                for position, (document, text, vector) in enumerate(rows):
                    number = f"[{','.join(f'{it:.6f}' for it in vector)}]"
                    copy.write_row((document, position, text, "", "", number, *told))

    def found(self, question: str, vector: list[float], weight: float, limit: int) -> list[Row]:
        return fusion.find(
            self.space,
            question,
            vector,
            scope=self.scope,
            weight=weight,
            threshold=-1,
            limit=limit,
        )

    def recall_5(self, paragraph_of: dict[int, int]) -> float:
        hits = 0
        for question, vector, paragraph in self.asked:
            keys = [row.pk for row in self.found(question, vector, FIRST_WEIGHT, 5)]
            owners = Chunk.objects.filter(pk__in=keys).values_list("document", flat=True)
            hits += paragraph in {paragraph_of.get(it) for it in owners}
        return hits / len(self.asked)

    def speeds(self) -> Iterator[Figure]:
        """Medians of each way, asked in turn, and how many of the ten nearest the index gave."""
        taken: dict[str, list[float]] = {way: [] for way in [*WAYS, "exact"]}
        shared = []
        for number, (question, vector, _) in enumerate(self.asked):
            turn = number % len(WAYS)  # whoever is first finds nothing in memory
            for way in [*WAYS, *WAYS][turn : turn + len(WAYS)]:
                rows, seconds = timed(lambda w=WAYS[way]: self.found(question, vector, w, 10))  # noqa: B023
                taken[way].append(seconds)
                if way == "vectors":
                    near = {row.pk for row in rows}
            if number % 4 == 0:
                exact, seconds = timed(lambda: self.exact(vector))  # noqa: B023
                taken["exact"].append(seconds)
                shared.append(len(near & exact) / len(exact))
        times = {way: median(seconds) * 1000 for way, seconds in taken.items()}
        slower = max(times["vectors"], times["words"])
        tenth, half_more = Goal("ratio", "<=", 0.1), Goal("ratio", "<=", 1.5)
        yield Figure("search.vectors", times["vectors"], "ms", "exacta", times["exact"], tenth)
        yield Figure("search.words", times["words"], "ms", "vectores", times["vectors"])
        yield Figure("search.both", times["both"], "ms", "la más lenta", slower, half_more)
        yield Figure(
            "search.recall_10", sum(shared) / len(shared), "parte", goal=Goal("value", ">=", 0.95)
        )

    def exact(self, vector: list[float]) -> set[int]:
        """The ten nearest, each chunk measured; the planner has no index for such an order."""
        kind = spaces.vector_type(self.space)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT chunk.id FROM documento_ai_embeddings chunk"  # noqa: S608 (our own words)
                " JOIN documentos_ai document ON document.id = chunk.documento_id"
                " WHERE modelo_embedding = %s AND document.domain_id = %s AND document.activo"
                f" ORDER BY (chunk.embedding::{kind} <=> %s::{kind}) + 0.0 LIMIT 10",
                [self.space.model, self.domain.pk, str(vector)],
            )
            return {row[0] for row in cursor.fetchall()}


def timed(work):
    started = time.perf_counter()
    result = work()
    return result, time.perf_counter() - started
