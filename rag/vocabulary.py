"""What a question touches of the domain's dictionary and field catalogue, for its prompt."""

import json
from functools import lru_cache
from typing import Any

from django.db import connection

from core.models import Domain
from rag.glossary import Column, Glossary, Word, described
from rag.introspection import is_hidden
from rag.prompting import WORDS_ROOM

# By hand: each question asks it, and making the same rows of objects takes several times as long.
_WORDS = """
SELECT json_agg(json_build_array(
    palabra, definicion, sinonimos, coalesce(campo_relacionado, ''), coalesce(tabla_relacionada, '')
) ORDER BY orden, palabra)::text
FROM ai_diccionario_semantico WHERE domain_id = %s AND activo
"""
_COLUMNS = """
SELECT json_agg(json_build_array(
    tabla, campo, definicion, coalesce(tipo_dato, ''), valores_posibles
) ORDER BY tabla, orden, campo)::text
FROM ai_definiciones_campos WHERE domain_id = %s AND activo
"""


def relevant(domain: Domain, question: str) -> str:
    """The words and columns that ``question`` touches, a line each; empty when it touches none.

    At most :data:`~rag.prompting.WORDS_ROOM` characters. Spelling, plurals and synonyms do not
    matter (requirements, R211, R214).
    """
    return described(glossary(domain).about(question), WORDS_ROOM)


def glossary(domain: Domain) -> Glossary:
    """The active words and columns of ``domain``, made ready once as long as they stay the same."""
    return _read(_as_text(_WORDS, domain), _as_text(_COLUMNS, domain))


def _as_text(query: str, domain: Domain) -> str:
    """Rows as one text, equal while they are: one value to read and compare."""
    with connection.cursor() as cursor:
        cursor.execute(query, [domain.pk])
        return cursor.fetchone()[0] or "[]"


@lru_cache(maxsize=32)
def _read(words: str, columns: str) -> Glossary:
    return Glossary(
        (
            Word(word, definition, _texts(synonyms), field, table)
            for word, definition, synonyms, field, table in json.loads(words)
        ),
        (
            Column(table, name, definition, data_type, _texts(values))
            for table, name, definition, data_type, values in json.loads(columns)
            if not is_hidden(table, name)
        ),
    )


def _texts(given: Any) -> tuple[str, ...]:
    """A JSON list as texts; rows of older tables hold all kinds of things."""
    return tuple(it for it in given if isinstance(it, str)) if isinstance(given, list) else ()
