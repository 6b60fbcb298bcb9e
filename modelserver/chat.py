"""Chats: ``/v1/chat/completions``.

A request is checked here and answered by llama.cpp; its answer is rebuilt with the ``openai``
package's types, so that what goes out is OpenAI's format whatever comes in.
"""

import json
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx2
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from modelserver import paging
from modelserver.bodies import read_object
from modelserver.chat_requests import upstream_body
from modelserver.errors import ApiError
from modelserver.models import Catalogue
from modelserver.serving import Pool

logger = logging.getLogger(__name__)

_UPSTREAM = "/v1/chat/completions"


class ChatApi:
    """The HTTP side of the chats."""

    def __init__(self, catalogue: Catalogue, pool: Pool) -> None:
        self.catalogue = catalogue
        self.pool = pool

    def routes(self) -> list[Route]:
        """The one path."""
        return [Route("/v1/chat/completions", self.complete, methods=["POST"])]

    async def complete(self, request: Request) -> Response:
        """Answer a chat, whole or as a stream of chunks."""
        body = await read_object(request)
        model = body.get("model")
        if not isinstance(model, str) or not model:
            raise ApiError(400, "you must provide a model parameter", param="model")
        upstream = upstream_body(body)
        served = self.catalogue.served(model)
        async with AsyncExitStack() as stack:
            client = await stack.enter_async_context(self.pool.turn(served))
            if not upstream.get("stream"):
                return JSONResponse(await _answer(client, upstream, model))
            chunks = await stack.enter_async_context(_opened(client, upstream))
            await _raise_for_status(chunks)
            return _HeldStream(_events(chunks, model), held=stack.pop_all())


class _HeldStream(StreamingResponse):
    """A stream that holds its turn until it has been sent, or its reader is gone."""

    def __init__(self, content: AsyncIterator[str], *, held: AsyncExitStack) -> None:
        super().__init__(content, media_type="text/event-stream")
        self.held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self.held:
            await super().__call__(scope, receive, send)


def _opened(client: httpx2.AsyncClient, body: dict[str, Any]) -> Any:
    return client.stream("POST", _UPSTREAM, json=body)


async def _answer(client: httpx2.AsyncClient, body: dict[str, Any], model: str) -> dict[str, Any]:
    try:
        response = await client.post(_UPSTREAM, json=body)
    except httpx2.HTTPError as error:
        logger.warning("The serving process of %s did not answer: %r", model, error)
        raise ApiError(503, "The model stopped while it answered.", code="model_crashed") from error
    await _raise_for_status(response)
    completion = ChatCompletion.model_validate(_ours(response.json(), model))
    return paging.body(completion)


async def _events(response: httpx2.Response, model: str) -> AsyncIterator[str]:
    """llama.cpp's server-sent events as OpenAI's."""
    async for line in response.aiter_lines():
        if not line.startswith("data: "):
            continue
        data = line.removeprefix("data: ")
        if data != "[DONE]":
            chunk = ChatCompletionChunk.model_validate(_ours(json.loads(data), model))
            data = json.dumps(paging.body(chunk), ensure_ascii=False)
        yield f"data: {data}\n\n"


def _ours(data: dict[str, Any], model: str) -> dict[str, Any]:
    """An upstream object under the name it was asked by, without llama.cpp's own figures."""
    data.pop("timings", None)
    return data | {"model": model}


async def _raise_for_status(response: httpx2.Response) -> None:
    if response.is_success:
        return
    await response.aread()
    error = response.json().get("error", {})
    message = error.get("message", "The model could not answer.")
    param, code = None, None
    if error.get("type") == "exceed_context_size_error":
        param, code = "messages", "context_length_exceeded"
    elif "schema" in message:
        param = "response_format"
    raise ApiError(400 if response.is_client_error else 502, message, param=param, code=code)
