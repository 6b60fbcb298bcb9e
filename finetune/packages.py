"""A trained model as files for other programs, packed by the provider that trained it.

``/local/models/{name}/package`` is this product's own path of ``modelserver``; other providers do
not have it, and keep what they trained to themselves. The provider itself compares five prompts,
word for word: what the packed model answers, and what the trained one does.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

from core import llm
from core.errors import ModelUnavailable, Refusal
from core.llm import Message
from finetune import wire

ADAPTER, GGUF, MODELFILE = "adapter.zip", "merged.gguf", "Modelfile"


@dataclass(frozen=True)
class Packed:
    """One file of a package."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Check:
    """A prompt with its answers: of the trained model, as it is served, and of the packed one."""

    messages: list[Message]
    expected: str
    served: str
    packed: str

    @property
    def equal(self) -> bool:
        return self.packed == self.expected


@dataclass(frozen=True)
class Package:
    """``status`` is ``building``, ``ready``, ``different`` or ``failed``, with an ``error``."""

    status: str
    error: str
    files: Mapping[str, Packed]
    checks: list[Check]
    most_tokens: int


class NotPacked(Refusal):
    """The model cannot be had as files."""

    code = "not_packed"


def begin(provider: str, model: str) -> Package:
    """Have a model packed; what was packed, or is being packed, is not packed again.

    Raises :class:`NotPacked` where the provider does not know how or has the model no more, and
    what :func:`finetune.wire.talking` raises.
    """
    return _asked("POST", provider, model)


def look(provider: str, model: str) -> Package:
    """How far the packing is; raises what :func:`begin` does."""
    return _asked("GET", provider, model)


def fetch(provider: str, model: str, file: Packed, target: Path) -> None:
    """Write a file of a package to ``target``.

    Raises :class:`ModelUnavailable` when other bytes came than were told of: cut short on the way,
    or the model is packed anew.
    """
    chosen = llm.provider(provider)
    digest = hashlib.sha256()
    with (
        wire.talking(provider, chosen.base_url, key=chosen.api_key) as client,
        client.stream("GET", f"{_path(model)}/{file.name}") as answer,
        target.open("wb") as out,
    ):
        answer.raise_for_status()
        for piece in answer.iter_bytes():
            digest.update(piece)
            out.write(piece)
    if digest.hexdigest() != file.sha256:
        raise ModelUnavailable(
            f"El archivo {file.name} no llegó entero.", proveedor=provider, archivo=file.name
        )


def _asked(method: str, provider: str, model: str) -> Package:
    chosen = llm.provider(provider)
    with wire.talking(provider, chosen.base_url, key=chosen.api_key) as client:
        answer = client.request(method, _path(model), json={})
        if answer.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
            raise NotPacked(
                f"El proveedor «{provider}» no entrega este modelo como archivos.",
                proveedor=provider,
            )
        answer.raise_for_status()
        return _package(answer.json())


def _path(model: str) -> str:
    return f"/local/models/{quote(model, safe=':')}/package"


def _package(told: Mapping[str, Any]) -> Package:
    checked = told["checked"] or {"prompts": [], "max_tokens": 0}
    return Package(
        status=told["status"],
        error=(told["error"] or {}).get("message", ""),
        files={it["name"]: Packed(it["name"], it["bytes"], it["sha256"]) for it in told["files"]},
        checks=[
            Check(it["messages"], it["expected"], it["served"], it["packaged"])
            for it in checked["prompts"]
        ],
        most_tokens=checked["max_tokens"],
    )
