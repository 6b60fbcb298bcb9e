"""Origins of sites, as people write them: one a line. Pure."""

import re
from typing import Any

from core.errors import Invalid

_ORIGIN = re.compile(r"https?://[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?(?::\d{1,5})?")
_WANTED = "Como https://tienda.example, sin nada detrás."


def is_origin(text: object) -> bool:
    """Whether ``text`` is an origin that a header may name.

    >>> [is_origin(it) for it in ("https://tienda.example", "https://tienda.example; x *")]
    [True, False]
    """
    return isinstance(text, str) and bool(_ORIGIN.fullmatch(text))


def origins_in(text: str) -> list[str]:
    """The origins of ``text``, each once.

    Raises :class:`Invalid`, naming the line, for what is none.

    >>> origins_in("https://Tienda.example/\\n\\nhttp://localhost:8080")
    ['https://tienda.example', 'http://localhost:8080']
    """
    lines = [it.strip().rstrip("/").lower() for it in text.splitlines()]
    for number, line in enumerate(lines, 1):
        if line and not is_origin(line):
            fault: dict[str, Any] = {f"línea {number}": [_WANTED]}
            raise Invalid("No es el origen de un sitio.", **fault)
    return list(dict.fromkeys(filter(None, lines)))
