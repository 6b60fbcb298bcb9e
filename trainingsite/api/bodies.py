"""Bodies of requests: how long they may be, and what is no JSON."""

from collections.abc import Mapping
from typing import IO, Any

from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request

from core.errors import Refusal

MOST_PASSED_OVER = 64 * 1024 * 1024  # bytes; a longer body is cut off
_PIECE = 64 * 1024


class TooLarge(Refusal):
    """The body is longer than ``DATA_UPLOAD_MAX_MEMORY_SIZE``."""

    code = "too_large"
    status_code = 413


class LengthRequired(Refusal):
    """The body came in chunks, of which a WSGI application sees none."""

    code = "length_required"
    status_code = 411


class Json(JSONParser):
    """JSON; what is nested too deeply to be read is refused like any other nonsense."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError from None


def raw(request: Request) -> bytes:
    """The body as it came. Read before it is parsed, it stays at hand afterwards.

    Raises :class:`LengthRequired`, and :class:`TooLarge` without keeping a byte.
    """
    _refuse_chunked(request)
    try:
        return request._request.body
    except RequestDataTooBig:
        _pass_over(request)
        raise TooLarge("El cuerpo de la petición es demasiado largo.") from None


def limit_form(request: Request, *, most: int) -> None:
    """Let a form with a file of at most ``most`` bytes in all come later, to disk.

    What is no such form is read like any other body. Raises what :func:`raw` does.
    """
    if not (request.content_type or "").startswith("multipart/"):
        raw(request)
        return
    _refuse_chunked(request)
    if int(request.META.get("CONTENT_LENGTH") or 0) > most:
        _pass_over(request)
        raise TooLarge("El archivo es demasiado grande.", archivo="too_large")


def _refuse_chunked(request: Request) -> None:
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        raise LengthRequired("Falta Content-Length: el cuerpo no puede llegar en trozos.")


def _pass_over(request: Request) -> None:
    """Take the body in and forget it: who is cut off while sending does not hear why."""
    left = MOST_PASSED_OVER
    while left > 0 and (piece := request._request.read(min(left, _PIECE))):
        left -= len(piece)
