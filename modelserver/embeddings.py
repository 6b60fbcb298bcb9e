"""Embeddings: ``/v1/embeddings``.

multilingual-e5-small tells questions from passages by a prefix; the model's name chooses it. For
likeness between equals (intents, approved questions) use ``e5-query`` on both sides.
"""

import asyncio
import base64
import json
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from modelserver import processes
from modelserver.bodies import read_object
from modelserver.errors import ApiError
from modelserver.models import EMBEDDING_MODELS, unknown_model
from modelserver.settings import Settings

DIMENSIONS = 384
MOST_TEXTS = 2048  # OpenAI's limit for one request
BATCH = 8  # a question waits at most for so many passages of somebody else's
ANSWER_SECONDS = 120.0
_LINE = 64 * 1024 * 1024


class Embedder:
    """The process that makes vectors, started when it is first asked and again if it dies."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._process: Process | None = None
        self._turn = asyncio.Lock()

    async def embed(self, texts: Sequence[str], *, query: bool) -> tuple[list[str], int]:
        """The vectors, as base64 of little-endian float32, and the tokens read."""
        vectors: list[str] = []
        tokens = 0
        for start in range(0, len(texts), BATCH):
            answer = await self._ask({"texts": texts[start : start + BATCH], "query": query})
            vectors += answer["vectors"]
            tokens += answer["tokens"]
        return vectors, tokens

    async def stop(self) -> None:
        """End the process."""
        if self._process:
            await processes.kill(self._process)

    async def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        async with self._turn:
            process = await self._running()
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    line = await _exchange(process, json.dumps(request).encode() + b"\n")
            except BaseException:  # an answer that nobody waits for would be taken for the next
                await processes.kill(process)
                raise
        if not line:
            raise ApiError(503, "The embeddings stopped while they answered.", code="model_crashed")
        return json.loads(line)

    async def _running(self) -> Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await processes.spawn(
                "modelserver.embedding_process",
                threads=self.settings.threads,
                stdin=PIPE,
                stdout=PIPE,
                limit=_LINE,
            )
        return self._process


async def _exchange(process: Process, line: bytes) -> bytes:
    assert process.stdin is not None  # noqa: S101 - both were opened as pipes
    assert process.stdout is not None  # noqa: S101
    try:
        process.stdin.write(line)
        await process.stdin.drain()
    except ConnectionError:
        return b""
    return await process.stdout.readline()


class EmbeddingsApi:
    """The HTTP side of the embeddings."""

    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder

    def routes(self) -> list[Route]:
        """The one path."""
        return [Route("/v1/embeddings", self.create, methods=["POST"])]

    async def create(self, request: Request) -> JSONResponse:
        """The vectors of one text or several, as numbers or as base64 of little-endian float32.

        The client asks for base64 by itself, which is a tenth of the work to write and to read.
        """
        body = await read_object(request)
        model = body.get("model")
        if model not in EMBEDDING_MODELS:
            raise unknown_model(str(model))
        if body.get("dimensions") not in (None, DIMENSIONS):
            raise ApiError(400, f"{model} has {DIMENSIONS} dimensions.", param="dimensions")
        written = _writer(body)
        vectors, tokens = await self.embedder.embed(_texts(body), query=model == "e5-query")
        data = [
            {"object": "embedding", "index": index, "embedding": written(vector)}
            for index, vector in enumerate(vectors)
        ]
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        return JSONResponse({"object": "list", "data": data, "model": model, "usage": usage})


def _writer(body: dict[str, Any]) -> Callable[[str], list[float] | str]:
    """How a vector is written, in the format that was asked for."""
    wanted = body.get("encoding_format") or "float"
    if wanted not in ("float", "base64"):
        raise ApiError(400, "encoding_format is float or base64.", param="encoding_format")
    return _numbers if wanted == "float" else str


def _texts(body: dict[str, Any]) -> list[str]:
    given = body.get("input")
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not 1 <= len(texts) <= MOST_TEXTS:
        raise ApiError(400, f"input is a text or 1 to {MOST_TEXTS} texts.", param="input")
    if not all(isinstance(text, str) and text for text in texts):
        raise ApiError(400, "Each input must be a text that is not empty.", param="input")
    return texts


def _numbers(vector: str) -> list[float]:
    return np.frombuffer(base64.b64decode(vector), dtype="<f4").tolist()
