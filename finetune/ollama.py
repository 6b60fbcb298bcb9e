"""A running Ollama: models are made of a file there, and asked. It trains nothing (E14).

Its own API, not the one that resembles OpenAI's: only this one makes models. Every function may
raise :class:`ModelUnavailable` (worth another try) or :class:`ModelRefused`.
"""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

import httpx2
from django.conf import settings

from core.errors import ModelRefused, ModelUnavailable, Refusal
from core.llm import Message
from finetune import wire
from finetune.formats.modelfile import Recipe

NAME = "ollama"
OLDEST = (0, 5, 5)  # the first whose /api/create takes files and not a Modelfile
SECONDS = 100.0  # a model that is loaded, or a file that is written, says nothing meanwhile
_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")


class NoOllama(Refusal):
    """There is none to deploy to, or it is too old."""

    code = "no_ollama"


def refuse_missing() -> None:
    """Raise :class:`NoOllama` where the environment names none."""
    if not settings.OLLAMA_URL:
        raise NoOllama("No hay un Ollama configurado: falta la variable OLLAMA_URL.")


def version() -> str:
    """The version that runs; raises :class:`NoOllama` for one that cannot make models of files."""
    with _talking() as client:
        answer = client.get("/api/version")
        answer.raise_for_status()
        found = str(answer.json()["version"])
    numbers = _VERSION.match(found)
    release = tuple(map(int, numbers.groups())) if numbers else (0, 0, 0)
    if any(release) and release < OLDEST:  # one built from source says 0.0.0
        oldest = ".".join(map(str, OLDEST))
        raise NoOllama(f"Ollama {found} es demasiado viejo; hace falta {oldest} o posterior.")
    return found


def create(name: str, gguf: Path, *, sha256: str, recipe: Recipe) -> None:
    """Make the model ``name`` of a GGUF file; again is harmless, and a file it has is not sent."""
    with _talking() as client:
        _send(client, gguf, sha256)
        asked = {
            "model": name,
            "files": {gguf.name: f"sha256:{sha256}"},
            "system": recipe.system,
            "parameters": recipe.parameters,
        }
        if recipe.template:  # else the one that the file carries
            asked["template"] = recipe.template
        with client.stream("POST", "/api/create", json=asked) as answer:
            if answer.is_error:
                answer.read()
            answer.raise_for_status()
            _refuse_unfinished([json.loads(line) for line in answer.iter_lines() if line])


def answer(name: str, messages: Sequence[Message], *, most_tokens: int) -> str:
    """What the model says, the likeliest word at each step."""
    options = {"temperature": 0, "seed": 1, "num_predict": most_tokens}
    asked = {"model": name, "messages": list(messages), "options": options, "stream": False}
    with _talking() as client:
        reply = client.post("/api/chat", json=asked)
        reply.raise_for_status()
        return str(reply.json()["message"]["content"])


@contextmanager
def _talking() -> Iterator[httpx2.Client]:
    refuse_missing()
    with wire.talking(NAME, settings.OLLAMA_URL, timeout=SECONDS) as client:
        yield client


def _send(client: httpx2.Client, file: Path, sha256: str) -> None:
    """Have it keep the file, unless it does; it compares the digest itself."""
    path = f"/api/blobs/sha256:{sha256}"
    known = client.head(path)
    if known.status_code != HTTPStatus.NOT_FOUND:
        known.raise_for_status()
        return
    with file.open("rb") as content:
        size = {"Content-Length": str(file.stat().st_size)}
        client.post(path, content=content, headers=size).raise_for_status()


def _refuse_unfinished(told: Sequence[dict[str, str]]) -> None:
    """It answers 200 at once and says line by line how it went; the last one counts."""
    if errors := [it["error"] for it in told if "error" in it]:
        raise ModelRefused(f"Ollama no pudo hacer el modelo: {errors[0][:300]}", proveedor=NAME)
    if not told or told[-1].get("status") != "success":
        raise ModelUnavailable("Ollama no terminó de hacer el modelo.", proveedor=NAME)
