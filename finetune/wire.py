"""HTTP with services that speak an API of their own, their failures as ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import httpx2

from core.errors import ModelRefused, ModelUnavailable

_LATER = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}


@contextmanager
def talking(
    who: str, base_url: str, *, key: str = "", timeout: float = 60.0
) -> Iterator[httpx2.Client]:
    """A client of the service ``who``, for a while; it repeats nothing by itself.

    Raises :class:`ModelUnavailable` when nobody answers, or not what was agreed, and
    :class:`ModelRefused` for a no. Whoever expects a status of 400 or more looks at it before
    ``raise_for_status``.
    """
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        with httpx2.Client(base_url=base_url, headers=headers, timeout=timeout) as client:
            yield client
    except httpx2.HTTPStatusError as error:
        raise _refused(who, error.response) from error
    except httpx2.HTTPError as error:
        raise ModelUnavailable(
            f"El servicio «{who}» no responde. ¿Está en marcha?", proveedor=who
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        # A proxy's page, or JSON of another shape, with status 200.
        raise ModelUnavailable(f"El servicio «{who}» contestó mal.", proveedor=who) from error


def _refused(who: str, response: httpx2.Response) -> ModelRefused | ModelUnavailable:
    status = response.status_code
    later = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _LATER
    kind = ModelUnavailable if later else ModelRefused
    reason = _reason(response)
    return kind(f"El servicio «{who}» contestó {status}: {reason}", proveedor=who, estado=status)


def _reason(response: httpx2.Response) -> str:
    """Its own words: ``{"error": "..."}`` or ``{"error": {"message": "..."}}``, if it has some."""
    try:
        error = response.json()["error"]
        said = error["message"] if isinstance(error, dict) else error
    except (ValueError, KeyError, TypeError, httpx2.StreamError):
        said = response.reason_phrase
    return str(said)[:300]
