"""The one LLM client: the official ``openai`` package, whoever the provider is.

A *provider* is a name, a base URL and a key in the environment (``settings.LLM_PROVIDERS``). No
other module of the Django apps imports ``openai``; what it raises comes out of here as
:class:`ModelUnavailable` (worth another try) or :class:`ModelRefused` (never).
"""

import json
import ssl
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from django.conf import settings

from core.errors import Invalid, ModelRefused, ModelUnavailable, NoCapableModel

if TYPE_CHECKING:
    import openai

Message = dict[str, str]


@dataclass(frozen=True)
class Provider:
    name: str
    base_url: str
    api_key: str
    chat_model: str
    embedding_model: str
    trains: bool
    trains_until: str = ""  # the day (YYYY-MM-DD) from which it takes no new trainings
    webhook_secret: str = ""  # what it signs its calls to us with
    passage_model: str = ""  # for what is searched, where it tells that from questions
    context: int = 2048  # tokens that question, material and answer share


@dataclass(frozen=True)
class Completion:
    """What a model answered, with what it took."""

    text: str
    model: str
    tokens: int
    milliseconds: int


def provider(name: str) -> Provider:
    """The provider called ``name``; :class:`Invalid` when the environment knows none."""
    if name not in settings.LLM_PROVIDERS:
        known = ", ".join(settings.LLM_PROVIDERS)
        raise Invalid(f"No hay un proveedor «{name}»; hay: {known}.", proveedor="unknown")
    return Provider(name=name, **settings.LLM_PROVIDERS[name])


def is_here(name: str) -> bool:
    """Whether the provider ``name`` runs on this machine: its work costs time, not money."""
    host = urlsplit(provider(name).base_url).hostname or ""
    return host == "localhost" or host == "::1" or host.startswith("127.")


def split_model(name: str, *, default: str) -> tuple[str, str]:
    """``provider:model`` as a pair; a name without a known provider goes to ``default``.

    Names of trained models have colons of their own (``ft:base:...``), so only the name of a
    configured provider counts as one.
    """
    head, colon, rest = name.partition(":")
    return (head, rest) if colon and head in settings.LLM_PROVIDERS else (default, name)


def client(name: str, *, timeout: float | None = None) -> "openai.OpenAI":
    """A client of the provider ``name`` that never repeats a request by itself; close it.

    A repeated POST may be paid twice; the queue retries, and counts. ``timeout`` in seconds.
    """
    import openai

    chosen = provider(name)
    return openai.OpenAI(
        api_key=chosen.api_key or "none",
        base_url=chosen.base_url,
        timeout=timeout or settings.LLM_TIMEOUT,
        max_retries=0,
        http_client=openai.DefaultHttpxClient(verify=_certificates()),
    )


@cache
def _certificates() -> ssl.SSLContext:
    """Read once: reading them is what makes a client dear."""
    return ssl.create_default_context()


@contextmanager
def explained(name: str) -> Iterator[None]:
    """Turn what ``openai`` raises into our two kinds of failure."""
    import openai

    try:
        yield
    except openai.APIConnectionError as error:
        raise ModelUnavailable(
            f"El proveedor «{name}» no responde. ¿Está en marcha?", proveedor=name
        ) from error
    except openai.APIStatusError as error:
        retry = error.status_code >= 500 or error.status_code in (408, 409, 429)
        kind = ModelUnavailable if retry and not _out_of_money(error) else ModelRefused
        raise kind(
            f"El proveedor «{name}» contestó {error.status_code}: {_reason(error)}",
            proveedor=name,
            estado=error.status_code,
        ) from error
    except openai.APIError as error:
        raise ModelUnavailable(f"El proveedor «{name}» contestó mal.", proveedor=name) from error


def _out_of_money(error: "openai.APIStatusError") -> bool:
    return error.code == "insufficient_quota"


def _reason(error: "openai.APIStatusError") -> str:
    body = error.body if isinstance(error.body, dict) else {}
    return str(body.get("message") or error.response.reason_phrase)[:300]


def complete(
    name: str,
    messages: Sequence[Message],
    *,
    model: str = "",
    timeout: float | None = None,
    **options: Any,
) -> Completion:
    """Ask a model. ``options`` go to the provider as they are (temperature, max_tokens...)."""
    chosen = model or provider(name).chat_model
    started = time.monotonic()
    with explained(name), client(name, timeout=timeout) as asking:
        reply = asking.chat.completions.create(
            model=chosen,
            messages=cast("Any", list(messages)),
            **options,
        )
    choices = getattr(reply, "choices", None)
    if not choices:  # a proxy's page comes back as a string, without an exception
        raise ModelUnavailable(f"El proveedor «{name}» contestó mal.", proveedor=name)
    return Completion(
        text=(choices[0].message.content or "").strip(),
        model=reply.model or chosen,
        tokens=reply.usage.total_tokens if reply.usage else 0,
        milliseconds=round((time.monotonic() - started) * 1000),
    )


def stream(
    name: str, messages: Sequence[Message], *, model: str = "", **options: Any
) -> Generator[str, None, Completion]:
    """Ask a model, and give its words as they come; the whole is what the generator returns.

    Fails as :func:`complete` does, also in the middle.
    """
    chosen = model or provider(name).chat_model
    started, said, told = time.monotonic(), [], None
    with explained(name), _unbroken(name), client(name) as asking:
        for chunk in asking.chat.completions.create(
            model=chosen,
            messages=cast("Any", list(messages)),
            stream=True,
            stream_options={"include_usage": True},
            **options,
        ):
            told = chunk.usage or told
            if piece := chunk.choices[0].delta.content if chunk.choices else None:
                said.append(piece)
                yield piece
    return Completion(
        text="".join(said).strip(),
        model=chosen,
        tokens=told.total_tokens if told else len(said),
        milliseconds=round((time.monotonic() - started) * 1000),
    )


@contextmanager
def _unbroken(name: str) -> Iterator[None]:
    """What ends a stream in the middle is told by those beneath ``openai``, not by itself."""
    import httpx2

    try:
        yield
    except (httpx2.HTTPError, ValueError) as error:
        raise ModelUnavailable(f"El proveedor «{name}» se cortó.", proveedor=name) from error


def complete_json(
    name: str, messages: Sequence[Message], *, schema: dict[str, Any], **options: Any
) -> dict[str, Any] | None:
    """Ask for JSON of the shape ``schema``; ``None`` when what came back is not that."""
    return structured(name, messages, schema=schema, **options)[0]


def structured(
    name: str, messages: Sequence[Message], *, schema: dict[str, Any], **options: Any
) -> tuple[dict[str, Any] | None, Completion]:
    """As :func:`complete_json`, with the answer that it was read from and what that took."""
    wanted = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}
    reply = complete(name, messages, response_format=wanted, **options)
    try:
        found = json.loads(reply.text)
    except ValueError:
        return None, reply
    return found if isinstance(found, dict) else None, reply


def embed(texts: Sequence[str], *, by: str = "", model: str = "") -> list[list[float]]:
    """One vector for each of ``texts``, in order.

    ``by`` is a provider (else ``LLM_EMBEDDER``) and ``model`` one of its models (else the one it
    embeds questions with). Raises what the provider fails with.
    """
    if not texts:
        return []
    name = by or settings.LLM_EMBEDDER
    chosen = model or provider(name).embedding_model
    with explained(name), client(name) as asking:
        reply = asking.embeddings.create(model=chosen, input=list(texts))
    vectors = [item.embedding for item in getattr(reply, "data", None) or []]
    if len(vectors) != len(texts):
        raise ModelUnavailable(f"El proveedor «{name}» contestó mal.", proveedor=name)
    return vectors


def embedding_model() -> str:
    """The name stored beside each vector: two models' vectors are never compared."""
    return provider(settings.LLM_EMBEDDER).embedding_model


def signed_notice(name: str, body: bytes, headers: Mapping[str, str]) -> dict[str, Any] | None:
    """What the provider ``name`` says in a call to our webhook; ``None`` when it is not it.

    Signature, age (300 seconds) and form are those of Standard Webhooks, as ``openai`` checks them.
    """
    secret = provider(name).webhook_secret
    try:
        with client(name) as asking:
            asking.webhooks.verify_signature(body, headers, secret=secret)
        found = json.loads(body)
    except (ValueError, TypeError):  # a header that is missing or no text, a signature, no JSON
        return None
    return found if isinstance(found, dict) else None


def is_demonstration(name: str, model: str) -> bool:
    """Whether the provider itself says that ``model`` is only good for showing the loop.

    Some compatible services have no page for one model: they do not say so.
    """
    try:
        with explained(name), client(name, timeout=10) as asking:
            found = asking.models.retrieve(model)
    except ModelRefused as error:
        if error.details["estado"] in (404, 405):
            return False
        raise
    return bool((getattr(found, "model_extra", None) or {}).get("demonstration"))


def capable(name: str) -> str:
    """The chat model of the provider ``name``; :class:`NoCapableModel` if it only demonstrates."""
    model = provider(name).chat_model
    if not model or is_demonstration(name, model):
        raise NoCapableModel(
            "Solo está el modelo de demostración, que no sabe ayudar con esto. "
            "Configure un proveedor capaz en LLM_PROVIDERS.",
            proveedor=name,
        )
    return model
