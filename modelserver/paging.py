"""OpenAI's list bodies, and the ``after`` and ``limit`` of their requests."""

from collections.abc import Sequence
from typing import Any

from openai import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse

from modelserver.errors import ApiError


def page(
    request: Request, items: Sequence[BaseModel], *, default: int = 20, most: int = 1000
) -> JSONResponse:
    """The part of ``items`` that ``after`` and ``limit`` ask for, as OpenAI's list body.

    Raises ``ApiError`` (400) for a limit out of bounds or an ``after`` that is not in the list.
    """
    chosen = items[_start(request, items) :]
    limit = _limit(request, default=default, most=most)
    data = [body(it) for it in chosen[:limit]]
    return JSONResponse(
        {
            "object": "list",
            "data": data,
            "first_id": data[0]["id"] if data else None,
            "last_id": data[-1]["id"] if data else None,
            "has_more": len(chosen) > limit,
        }
    )


def body(item: BaseModel) -> dict[str, Any]:
    """One of the ``openai`` package's objects as JSON, nulls included as OpenAI sends them."""
    return item.model_dump(mode="json")


def _start(request: Request, items: Sequence[BaseModel]) -> int:
    after = request.query_params.get("after")
    if not after:
        return 0
    for position, item in enumerate(items):
        if getattr(item, "id", None) == after:
            return position + 1
    raise ApiError(400, f"Nothing in this list has the id {after}.", param="after")


def _limit(request: Request, *, default: int, most: int) -> int:
    text = request.query_params.get("limit", str(default))
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise ApiError(400, f"limit must be a number from 1 to {most}.", param="limit")
    return int(text)
