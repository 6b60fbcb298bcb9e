"""Taking a published sheet from the internet: from known hosts only, not for long, not too much.

An address is typed by staff, and may redirect: every step is held to ``settings.PRICE_HOSTS``, and
no host may lead into the site's own network, whatever its name resolves to.
"""

import fnmatch
import ipaddress
import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from urllib.parse import SplitResult, urljoin, urlsplit

import httpcore2
from django.conf import settings

from core.errors import Refusal
from rag.prices.table import MOST_BYTES

SECONDS = 20.0  # for all of it, redirects included
_WAIT = 5.0  # for an answer, or the next piece of it
_STEPS = 5
_ACCEPTED = [("Accept", "text/csv, */*"), ("Accept-Encoding", "identity")]

_MOVED = {
    HTTPStatus.MOVED_PERMANENTLY,
    HTTPStatus.FOUND,
    HTTPStatus.SEE_OTHER,
    HTTPStatus.TEMPORARY_REDIRECT,
    HTTPStatus.PERMANENT_REDIRECT,
}


class NotTaken(Refusal):
    """The sheet could not be taken; the message says why, without its address."""

    code = "sheet_not_taken"


def refuse_unknown(url: str) -> SplitResult:
    """The parts of ``url``; raises :class:`NotTaken` unless it leads to a host of the list.

    ``settings.PRICE_HOSTS`` holds names, with ``*`` for a part of one, reached by https only; or
    whole origins (``http://127.0.0.1:9000``) of this machine, for trials.
    """
    try:
        parts = urlsplit(url)
        origin, port = f"{parts.scheme}://{parts.netloc}", parts.port
    except ValueError:
        raise NotTaken("El enlace no se entiende.") from None
    if origin in settings.PRICE_HOSTS:
        return parts
    known = any(fnmatch.fnmatchcase(parts.hostname or "", it) for it in settings.PRICE_HOSTS)
    if (
        parts.scheme != "https"
        or port not in (None, 443)
        or parts.username is not None
        or not known
    ):
        raise NotTaken("El enlace no es https o lleva a un sitio que no está permitido.")
    return parts


def take(url: str) -> bytes:
    """What ``url`` holds, at most :data:`MOST_BYTES`; raises :class:`NotTaken`."""
    deadline = time.monotonic() + SECONDS
    for _ in range(_STEPS):
        with _answer(refuse_unknown(url)) as answer:
            if answer.status not in _MOVED:
                return _body(answer, deadline)
            url = urljoin(url, _header(answer, b"location"))
        if time.monotonic() > deadline:
            break
    raise NotTaken("El enlace da demasiadas vueltas.")


@contextmanager
def _answer(parts: SplitResult) -> Iterator[httpcore2.Response]:
    local = f"{parts.scheme}://{parts.netloc}" in settings.PRICE_HOSTS
    timeouts = dict.fromkeys(("connect", "read", "write", "pool"), _WAIT)
    try:
        with (
            httpcore2.ConnectionPool(network_backend=_Guarded(local=local)) as pool,
            pool.stream(
                "GET", parts.geturl(), headers=_ACCEPTED, extensions={"timeout": timeouts}
            ) as answer,
        ):
            yield answer
    except (
        httpcore2.NetworkError,
        httpcore2.TimeoutException,
        httpcore2.ProtocolError,
        httpcore2.UnsupportedProtocol,
    ) as error:
        raise NotTaken("El sitio de la hoja no contesta.") from error


def _body(answer: httpcore2.Response, deadline: float) -> bytes:
    if answer.status != HTTPStatus.OK:
        raise NotTaken(f"El sitio de la hoja contestó {answer.status}.")
    if "text/html" in _header(answer, b"content-type"):
        raise NotTaken("El enlace lleva a una página, no a un CSV: publíquela como CSV.")
    content = b""
    for piece in answer.iter_stream():
        content += piece
        if len(content) > MOST_BYTES:
            raise NotTaken("La hoja pasa de 2 MB.")
        if time.monotonic() > deadline:
            raise NotTaken("La hoja tarda demasiado en llegar.")
    return content


def _header(answer: httpcore2.Response, name: bytes) -> str:
    found = (value for key, value in answer.headers if key.lower() == name)
    return next(found, b"").decode("latin-1")


class _Guarded(httpcore2.SyncBackend):
    """Connects to an address that was looked at, so that no second lookup can give another."""

    def __init__(self, *, local: bool) -> None:
        self._local = local

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        address = self._address(host, port)
        return super().connect_tcp(address, port, timeout, local_address, socket_options)

    def _address(self, host: str, port: int) -> str:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore2.ConnectError from error
        addresses = [ipaddress.ip_address(str(it[4][0])) for it in found]
        allowed = [it for it in addresses if (it.is_loopback if self._local else it.is_global)]
        if len(allowed) < len(addresses):
            raise NotTaken("El enlace lleva a una red privada.")
        return str(allowed[0])
