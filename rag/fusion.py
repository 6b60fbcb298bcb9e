"""The one statement of a search: the nearest vectors, the best words, and both made one order.

A vector's part of the score is where its cosine lies between the least and the greatest of the
vectors found; a text's part is its rank, of the best rank. On questions and paragraphs in Spanish
this found the right paragraph first oftener than fused places did (``benchmarks/figures``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from rag import spaces
from rag.models import VectorSpace
from rag.models.documents import ACCENTED, PLAIN

CANDIDATES = 40  # of each kind
MOST_RANKED = 1000  # texts: ranking reads every one that has a word of the question

# An index gives its rows before they are filtered, and may run out of them: what then is missing
# is measured in an order that no index gives. The planner runs `exact` only when it is asked for.
_VECTORS = """
    near AS MATERIALIZED (
        SELECT chunk.id, {distance} AS distance
        FROM documento_ai_embeddings chunk {allowed}
        ORDER BY {distance} LIMIT %(candidates)s
    ),
    exact AS MATERIALIZED (
        SELECT chunk.id, {distance} AS distance
        FROM documento_ai_embeddings chunk {allowed}
            AND (SELECT count(*) FROM near) < %(candidates)s
        ORDER BY ({distance}) + 0.0 LIMIT %(candidates)s
    ),
    vectors AS (
        SELECT id, 1 - distance AS cosine, row_number() OVER (ORDER BY distance, id) AS place
        FROM (SELECT * FROM near UNION SELECT * FROM exact) AS found
        ORDER BY distance, id LIMIT %(candidates)s
    )"""
_NO_VECTORS = """
    vectors AS (
        SELECT NULL::bigint AS id, NULL::float AS cosine, NULL::bigint AS place WHERE false
    )"""

# Any word of the question may bring a chunk in, the rarest first, as long as together they are
# in few chunks; how many have a word is what ANALYZE last saw. All words count in the rank.
_TEXTS = r"""
    listed AS MATERIALIZED (
        SELECT known.word, known.share, min(known.share) OVER () AS least
        FROM pg_stats,
            unnest(most_common_elems::text::text[], most_common_elem_freqs[1:cardinality(
                most_common_elems::text::text[])]) AS known (word, share)
        WHERE schemaname = current_schema() AND tablename = 'documento_ai_embeddings'
            AND attname = 'search'
    ),
    words AS (
        SELECT quoted, sum(share) OVER (ORDER BY share, quoted) AS together,
            row_number() OVER (ORDER BY share, quoted) AS place
        FROM (
            SELECT '''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || '''' AS quoted,
                coalesce(share, (SELECT min(least) FROM listed), 0) AS share
            FROM unnest(to_tsvector('spanish',
                translate(lower(%(question)s), %(accented)s, %(plain)s)))
            LEFT JOIN listed ON word = lexeme
        ) AS asked
    ),
    query AS MATERIALIZED (
        SELECT string_agg(quoted, ' | ')::tsquery AS every,
            (string_agg(quoted, ' | ') FILTER (
                WHERE place = 1 OR together * total <= %(most_ranked)s))::tsquery AS rare
        FROM words, (
            SELECT greatest(reltuples, 0) AS total FROM pg_class
            WHERE oid = 'documento_ai_embeddings'::regclass
        ) AS size
    ),
    texts AS (
        SELECT id, rank, row_number() OVER (ORDER BY rank DESC, id) AS place
        FROM (
            SELECT chunk.id, ts_rank(chunk.search, (SELECT every FROM query), 1) AS rank
            FROM documento_ai_embeddings chunk {allowed}
                AND chunk.search @@ (SELECT rare FROM query)
            ORDER BY rank DESC, id LIMIT %(candidates)s
        ) AS matching
    )"""
_NO_TEXTS = """
    texts AS (
        SELECT NULL::bigint AS id, NULL::real AS rank, NULL::bigint AS place WHERE false
    )"""

_FUSED = """
    WITH {vectors}, {texts},
    edges AS (
        SELECT min(cosine) AS least, max(cosine) AS most, (SELECT max(rank) FROM texts) AS best
        FROM vectors
    ),
    fused AS (
        SELECT id, cosine, vectors.place AS by_vector, texts.place AS by_text, rank
        FROM vectors FULL JOIN texts USING (id)
    ),
    measured AS (
        SELECT fused.id, coalesce(cosine, {cosine}) AS cosine, by_vector, by_text, rank
        FROM fused JOIN documento_ai_embeddings chunk USING (id)
    )
    SELECT id, cosine, by_vector, by_text,
        %(weight)s * coalesce(
            greatest(0, (cosine - least) / nullif(most - least, 0)), (by_vector IS NOT NULL)::int
        ) + (1 - %(weight)s) * coalesce(rank / nullif(best, 0), 0) AS score
    FROM measured, edges
    WHERE cosine IS NULL OR cosine >= %(threshold)s
    ORDER BY score DESC, cosine DESC, id LIMIT %(limit)s
"""

# Rights are a condition of the search, not a sieve behind it.
_ALLOWED = """
    JOIN documentos_ai document ON document.id = chunk.documento_id
    WHERE chunk.modelo_embedding = %(model)s
        AND document.domain_id = %(domain)s
        AND document.activo AND document.contenido_procesado
        AND (document.audience = 'public'
            OR (document.audience = 'staff' AND %(staff)s)
            OR (document.audience = 'owner' AND document.owner_id = %(user)s))
        AND (%(kind)s IS NULL OR document.kind = %(kind)s)
        AND document.kind IS DISTINCT FROM %(without)s
"""


@dataclass(frozen=True)
class Row:
    """A chunk's place among the nearest and among the best texts, and what both come to."""

    pk: int
    cosine: float | None
    by_vector: int | None
    by_text: int | None
    score: float


@dataclass(frozen=True)
class Scope:
    """What may be found: of which domain and kind, and whose beside the public; or ``without``
    one kind."""

    domain: int
    staff: bool
    user: int | None
    kind: str | None
    without: str | None = None


def find(
    space: VectorSpace,
    question: str,
    vector: list[float] | None,
    *,
    scope: Scope,
    weight: float,
    threshold: float,
    limit: int,
) -> list[Row]:
    """The chunks that fit ``question`` best, the best first.

    Without a ``vector``, and with a ``weight`` of 0 (1), only texts (vectors) are looked at.
    """
    by_vector, by_text = vector is not None and weight > 0, vector is None or weight < 1
    with connection.cursor() as cursor:
        cursor.execute(
            _statement(space, by_vector=by_vector, by_text=by_text),
            {
                "model": space.model,
                "vector": str(vector),
                "question": question,
                "accented": ACCENTED,
                "plain": PLAIN,
                "candidates": max(CANDIDATES, limit),
                "most_ranked": MOST_RANKED,
                "weight": weight if by_vector else 0,
                "threshold": threshold,
                "limit": limit,
                **vars(scope),
            },
        )
        return [Row(*row) for row in _rows(cursor)]


def _statement(space: VectorSpace, *, by_vector: bool, by_text: bool) -> str:
    kind = spaces.vector_type(space)
    distance = f"(chunk.embedding::{kind} <=> %(vector)s::{kind})"
    vectors = _VECTORS.format(distance=distance, allowed=_ALLOWED)
    return _FUSED.format(
        vectors=vectors if by_vector else _NO_VECTORS,
        texts=_TEXTS.replace("{allowed}", _ALLOWED) if by_text else _NO_TEXTS,
        cosine=f"1 - {distance}" if by_vector else "NULL::float",
    )


def _rows(cursor: Any) -> Iterator[tuple[Any, ...]]:
    yield from cursor.fetchall()
