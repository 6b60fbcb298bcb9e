"""Who answers chats: a few llama.cpp processes, started when they are asked for.

One answer is made at a time, because it uses every thread it may; other requests wait their turn in
a queue with an end. The model that was not asked for the longest makes room for another.
"""

import asyncio
import secrets
from asyncio.subprocess import PIPE, Process
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from modelserver import processes
from modelserver.errors import ApiError
from modelserver.serving_task import LlamaTask
from modelserver.settings import Settings

MOST_LOADED = 2
MOST_WAITING = 32
WAIT_SECONDS = 120.0
LOAD_SECONDS = 120.0
ANSWER_SECONDS = 300.0


@dataclass(frozen=True)
class Served:
    """A model as it is served: a base, or a base with an adapter."""

    id: str
    gguf: Path
    lora: Path | None = None
    chat_template: str | None = None
    exact: bool = False


@dataclass(frozen=True)
class _Llama:
    process: Process
    client: httpx2.AsyncClient

    async def close(self) -> None:
        await processes.kill(self.process)
        await self.client.aclose()


class Pool:
    """The loaded models."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._loaded: OrderedDict[str, _Llama] = OrderedDict()
        self._turn = asyncio.Lock()
        self._waiting = 0

    @asynccontextmanager
    async def turn(self, served: Served) -> AsyncIterator[httpx2.AsyncClient]:
        """Wait for one's turn and get the client of the model; raises ``ApiError`` (503)."""
        await self._wait()
        try:
            yield await self._ready(served)
        finally:
            self._turn.release()

    async def unload(self, name: str) -> None:
        """Stop serving a model, if it is loaded; an answer on its way is finished first."""
        async with self._turn:
            if llama := self._loaded.pop(name, None):
                await llama.close()

    async def stop(self) -> None:
        """Stop serving."""
        while self._loaded:
            _name, llama = self._loaded.popitem()
            await llama.close()

    async def _wait(self) -> None:
        if self._waiting >= MOST_WAITING:
            raise ApiError(503, "Too many requests are waiting for an answer.", code="overloaded")
        self._waiting += 1
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._turn.acquire()
        except TimeoutError as error:
            raise ApiError(
                503, f"No answer could be begun within {WAIT_SECONDS:.0f} s.", code="overloaded"
            ) from error
        finally:
            self._waiting -= 1

    async def _ready(self, served: Served) -> httpx2.AsyncClient:
        llama = self._loaded.pop(served.id, None)
        if llama and processes.has_ended(llama.process):  # it crashed since
            await llama.close()
            llama = None
        if llama is None:
            while len(self._loaded) >= MOST_LOADED:
                _name, oldest = self._loaded.popitem(last=False)
                await oldest.close()
            llama = await self._load(served)
        self._loaded[served.id] = llama
        return llama.client

    async def _load(self, served: Served) -> _Llama:
        key = secrets.token_hex(16)
        task = LlamaTask(
            gguf=str(served.gguf),
            lora=str(served.lora) if served.lora else None,
            chat_template=served.chat_template,
            threads=self.settings.threads,
            context=self.settings.context,
            api_key=key,
            exact=served.exact,
        )
        process = await processes.spawn(
            "modelserver.llama_process", threads=self.settings.threads, stdin=PIPE, stdout=PIPE
        )
        try:
            async with asyncio.timeout(LOAD_SECONDS):
                address = await _address(process, task)
        except BaseException:
            await processes.kill(process)
            raise
        if not address:
            raise ApiError(500, f"The model {served.id} could not be loaded.", code="load_failed")
        headers = {"Authorization": f"Bearer {key}"}
        client = httpx2.AsyncClient(base_url=address, headers=headers, timeout=ANSWER_SECONDS)
        return _Llama(process, client)


async def _address(process: Process, task: LlamaTask) -> str:
    """Hand a serving process its task; return where it listens, or nothing if it died."""
    assert process.stdin is not None  # noqa: S101 - both were opened as pipes
    assert process.stdout is not None  # noqa: S101
    process.stdin.write(task.line())
    await process.stdin.drain()
    return (await process.stdout.readline()).decode().strip()
