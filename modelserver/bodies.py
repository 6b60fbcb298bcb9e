"""JSON bodies of requests."""

from json import JSONDecodeError
from typing import Any

from starlette.requests import Request

from modelserver.errors import ApiError


async def read_object(request: Request) -> dict[str, Any]:
    """The request's JSON object; raises ``ApiError`` (400)."""
    try:
        body = await request.json()
    except (JSONDecodeError, UnicodeDecodeError) as error:
        raise ApiError(400, f"The body is not valid JSON: {error}.") from error
    if not isinstance(body, dict):
        raise ApiError(400, "The body must be a JSON object.")
    return body
