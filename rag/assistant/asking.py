"""Putting a question to a model, and to another one when that one is down."""

import logging
from collections.abc import Generator, Sequence
from contextlib import closing
from typing import Any, TypeVar

from core import llm, placeholders
from core.errors import ModelRefused, ModelUnavailable
from core.models import Domain
from finetune import activation
from finetune.models import TrainedModel
from rag import cleaning, prompt_variables, prompting
from rag.assistant.values import Example, NothingSaid, Reply, Variant, Withheld
from rag.prompting import Material, Passage
from rag.turns import Trail

logger = logging.getLogger(__name__)

Told = TypeVar("Told")
Saying = Generator[str, None, Reply]
"""The words as they come, clean; the whole reply at the end."""


def ask(
    domain: Domain,
    question: str,
    examples: Sequence[Example] = (),
    *,
    passages: Sequence[Passage] = (),
    words: str = "",
    tuned: TrainedModel | None = None,
    **options: Any,
) -> Reply:
    """Put ``question`` to a model (``tuned``, or the untrained one of the domain) with what fits
    of ``passages``, of ``words`` of the dictionary, and of the nearest ``examples``.

    ``options`` replace the domain's (temperature, top_p, max_tokens). Raises what the provider
    fails with; saying nothing, or its own instructions, is failing too.
    """
    material = Material(passages, examples, words=words)
    return whole(_put(domain, question, material, tuned, Trail(), **options))


def ask_best(
    domain: Domain, question: str, material: Material, *, variant: Variant, trail: Trail, live: bool
) -> Saying:
    """Put ``question`` to the model in service, then to the one before it, then to the base.

    Each failure is a step of ``trail``. With ``live`` the words of the first are given as they
    come. Raises what the last one failed with.
    """
    tuned = activation.active(domain) if variant == "active" else None
    away: set[str] = set()
    while True:
        try:
            return (yield from _put(domain, question, material, tuned, trail, live=live))
        except (ModelUnavailable, ModelRefused) as failure:
            trail.add("failed", model=_name(domain, tuned), why=failure.code)
            logger.warning("Model %s did not answer: %s", _name(domain, tuned), failure)
            if tuned is None:
                raise
            away |= {tuned.provider} if _is_unreachable(failure) else set()
            tuned = _after(tuned, failure)
            if (tuned.provider if tuned else domain.answer_provider) in away:
                raise
            live = False  # what was said already would stand there twice


def whole(saying: Generator[str, None, Told]) -> Told:
    """What stands at the end of ``saying``, whatever was said on the way."""
    while True:
        try:
            next(saying)
        except StopIteration as end:
            return end.value


def _put(
    domain: Domain,
    question: str,
    material: Material,
    tuned: TrainedModel | None,
    trail: Trail,
    *,
    live: bool = False,
    **options: Any,
) -> Saying:
    provider = tuned.provider if tuned else domain.answer_provider
    # A trained model hears the prompt it was trained with, whatever the domain's newest says.
    prompt = tuned.prompt if tuned else domain.prompt
    options = _options(domain) | options
    room = prompting.room_of(llm.provider(provider).context, options["max_tokens"])
    shown = prompting.fitted(material, room - len(prompt.text) - len(question))
    said = _said(domain, prompt.text, question, shown)
    model = tuned.name if tuned else domain.answer_model
    sieve = cleaning.Sieve(f"{prompt.text}\n{prompting.RULES}", hosts=_hosts(domain))
    reply = None
    try:
        if live:
            words = llm.stream(provider, said, model=model, **options)
            reply = yield from _sieved(words, sieve)
        else:
            reply = llm.complete(provider, said, model=model, **options)
        trail.tokens += reply.tokens
        text = sieve.whole(reply.text)
    except cleaning.Leaked as leak:
        trail.tokens += 0 if reply else options["max_tokens"]  # cut off before it told
        raise Withheld(reply.text if reply else "", modelo=model) from leak
    if not text:
        raise NothingSaid("El modelo no contestó nada.", modelo=reply.model)
    return Reply(text, reply.model, reply.tokens, reply.milliseconds, shown, prompt, tuned)


def _said(domain: Domain, prompt: str, question: str, shown: Material) -> list[prompting.Message]:
    """What the model hears; a prompt with a place for documents has them there."""
    places = {"contexto_documentos": prompting.data(shown)}
    system = prompt_variables.filled(domain, prompt, question=question, values=places)
    placed = not places.keys().isdisjoint(placeholders.places(prompt))
    return prompting.messages(system, question, shown, placed=placed)


def _sieved(
    words: Generator[str, None, llm.Completion], sieve: cleaning.Sieve
) -> Generator[str, None, llm.Completion]:
    with closing(words):
        while True:
            try:
                piece = sieve.feed(next(words))
            except StopIteration as end:
                yield sieve.rest()
                return end.value
            if piece:
                yield piece


def _options(domain: Domain) -> dict[str, Any]:
    return {
        "temperature": domain.temperature,
        "top_p": domain.top_p,
        "max_tokens": domain.max_tokens,
    }


def _hosts(domain: Domain) -> list[str]:
    """Whose addresses an answer may hold: what the domain's list ``links`` names."""
    return domain.texts.get("links") or []


def _after(tuned: TrainedModel, failure: ModelUnavailable | ModelRefused) -> TrainedModel | None:
    """Who is asked when ``tuned`` failed: the model before it, or none, which is the base."""
    if isinstance(failure, ModelRefused):
        if activation.is_gone(tuned, failure):
            return activation.fall_back(tuned)
        return None  # it may be there tomorrow: this once the base helps
    if tuned != activation.active(tuned.domain):
        return None
    earlier = activation.before(tuned.domain)
    return earlier.model if earlier else None


def _is_unreachable(failure: ModelUnavailable | ModelRefused) -> bool:
    """Whether the provider said nothing at all: what else it has need not be tried."""
    return "proveedor" in failure.details and "estado" not in failure.details


def _name(domain: Domain, tuned: TrainedModel | None) -> str:
    return tuned.name if tuned else domain.answer_model or domain.answer_provider
