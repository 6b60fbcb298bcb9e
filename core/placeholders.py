"""Places in a prompt that are filled when a question comes: ``{contexto_documentos}``. Pure."""

import re
from collections.abc import Collection, Mapping

BUILT_IN = (
    "resumen_bd",
    "info_cliente_buscado",
    "datos_adicionales",
    "info_esquema",
    "contexto_documentos",
)
"""Those that the assistant fills by itself (requirements, 2.4)."""
NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
_PLACE = re.compile(r"\{([^\W\d]\w*)\}")
_HOLE = re.compile(r"[^\S\n]*\n(?:[^\S\n]*\n){2,}")


def places(prompt: str) -> list[str]:
    """The names in ``prompt``, each once, in order; other braces are text.

    >>> places('Hoy: {datos_adicionales}. Contesta {"a": 1} a {nadie}')
    ['datos_adicionales', 'nadie']
    """
    return [*dict.fromkeys(_PLACE.findall(prompt))]


def unknown(prompt: str, known: Collection[str] = ()) -> list[str]:
    """The names in ``prompt`` that are neither built in nor ``known``."""
    return [it for it in places(prompt) if it not in BUILT_IN and it not in known]


def fill(prompt: str, values: Mapping[str, str]) -> str:
    """``prompt`` with each of its places filled once; a built-in one without a value goes.

    A value is never searched for places; a name that nobody knows stays as it is written.

    >>> fill("Datos: {resumen_bd}{info_esquema} {x}", {"resumen_bd": "{info_esquema}"})
    'Datos: {info_esquema} {x}'
    """
    if not (found := places(prompt)):
        return prompt
    told = dict.fromkeys(set(found) & set(BUILT_IN), "") | dict(values)
    filled = _PLACE.sub(lambda place: told.get(place[1], place[0]), prompt)
    return _HOLE.sub("\n\n", filled).strip()


def emptied(prompt: str) -> str:
    """``prompt`` as models are trained with it: without places, whose content nobody knows yet.

    >>> emptied("Eres un asistente. {contexto_documentos}")
    'Eres un asistente.'
    """
    return fill(prompt, dict.fromkeys(places(prompt), ""))
