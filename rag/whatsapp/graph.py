"""The Graph API of WhatsApp: the only module that speaks to it.

Its errors keep its number for the fault and none of its words, which may hold a telephone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http import HTTPStatus
from typing import Any, NoReturn

import httpx2
from django.conf import settings

from core.work import PAUSE

SECONDS, CONNECTING = 30.0, 5.0  # for an answer, and for somebody to be there
UNREACHABLE = "unreachable"
_LONGEST_WAIT = timedelta(hours=1)
_KEY_WAIT = timedelta(minutes=1)
_LIMITS = frozenset({4, 80007, 130429, 131048, 131056})  # too many messages, said with any status
_DOWN = frozenset({2, 131000, 131016, 133004})
_NO_KEY = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_KEY_IS_OVER = 190


class GraphError(Exception):
    """Something was not sent; ``why`` names the reason without anybody's words."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Refused(GraphError):
    """It will not be sent, however often it is tried."""


class Broken(GraphError):
    """It was not sent, by a fault over there."""


class Later(GraphError):
    """It was not tried over there: not before ``pause`` has passed."""

    def __init__(self, why: str, *, pause: timedelta = PAUSE) -> None:
        super().__init__(why)
        self.pause = pause


class Unknown(GraphError):
    """It went out, and no answer came: perhaps it was sent."""


def send(number: str, body: dict[str, Any]) -> str:
    """Send a message from ``number``; its id. Raises :class:`GraphError`, also when in doubt."""
    sent = _post(f"/{number}/messages", json=body)
    try:
        return str(sent["messages"][0]["id"])
    except (KeyError, IndexError, TypeError) as error:
        raise Unknown("answer") from error


def upload(number: str, name: str, content: bytes, kind: str) -> str:
    """Bring a file to ``number``, to be sent; its id. Raises :class:`GraphError`."""
    fields = {"messaging_product": "whatsapp", "type": kind}
    try:
        there = _post(f"/{number}/media", data=fields, files={"file": (name, content, kind)})
        return str(there["id"])
    except (Unknown, KeyError, TypeError) as error:  # nobody saw it: again is harmless
        raise Broken("upload") from error


def _post(path: str, **content: Any) -> Any:
    with _talking() as client:
        response = client.post(path, **content)
    if not response.is_success:
        _refuse(response)
    try:
        return response.json()
    except ValueError as error:
        raise Unknown("answer") from error


@contextmanager
def _talking() -> Iterator[httpx2.Client]:
    key = {"Authorization": f"Bearer {settings.WHATSAPP_TOKEN}"}
    where, patience = settings.WHATSAPP_GRAPH_URL, httpx2.Timeout(SECONDS, connect=CONNECTING)
    try:
        with httpx2.Client(base_url=where, headers=key, timeout=patience) as client:
            yield client
    except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
        raise Later(UNREACHABLE) from error
    except httpx2.HTTPError as error:
        raise Unknown("answer") from error


def _refuse(response: httpx2.Response) -> NoReturn:
    status, code = response.status_code, _code(response)
    why = f"graph {code or status}"
    if status == HTTPStatus.TOO_MANY_REQUESTS or code in _LIMITS:
        raise Later(why, pause=_pause(response))
    if status in _NO_KEY or code == _KEY_IS_OVER:
        raise Later(why, pause=_KEY_WAIT)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or code in _DOWN:
        raise Broken(why)
    raise Refused(why)


def _code(response: httpx2.Response) -> int:
    """Its number for the fault, 0 if it says none."""
    try:
        code = response.json()["error"]["code"]
    except (ValueError, KeyError, TypeError):
        return 0
    return code if isinstance(code, int) else 0


def _pause(response: httpx2.Response) -> timedelta:
    """How long it asks to be left alone."""
    told = response.headers.get("Retry-After", "")
    asked = timedelta(seconds=int(told)) if told.isdecimal() and len(told) <= 6 else PAUSE
    return min(max(asked, PAUSE), _LONGEST_WAIT)
