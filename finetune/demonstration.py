"""Whether a model only shows the loop, as its provider says: asked seldom, never in the way."""

import hashlib

from django.core.cache import cache

from core import llm
from core.errors import Refusal
from core.models import Domain
from finetune import activation

KEPT = 24 * 60 * 60  # seconds; a model does not stop being one for demonstration
KEPT_UNKNOWN = 60  # a provider that is down is not asked by every page


def demonstrates(provider: str, model: str, *, ask: bool = True) -> bool:
    """Whether ``model`` is known to be one for demonstration.

    Without ``ask`` only what is known already counts. A provider that does not answer leaves the
    page without the mark.
    """
    try:
        key = _key(provider, model)
        known = cache.get(key)
        if known is None and ask:
            cache.set(key, False, KEPT_UNKNOWN)
            known = llm.is_demonstration(provider, model)
            cache.set(key, known, KEPT)
    except Refusal:
        return False
    return bool(known)


def answers(domain: Domain) -> bool:
    """Whether what answers in ``domain`` now is a model for demonstration."""
    if active := activation.active(domain):
        return active.demonstration
    name = domain.answer_provider
    return demonstrates(name, domain.answer_model or llm.provider(name).chat_model)


def base_demonstrates(domain: Domain, *, ask: bool = True) -> bool:
    """Whether the base that ``domain`` trains is one for demonstration."""
    return demonstrates(*_base(domain), ask=ask)


def bases_that_demonstrate(domains: list[Domain]) -> set[int]:
    """The ids of those ``domains`` whose base is; at most one provider is asked, for one base."""
    unknown = [it for it in domains if not _is_known(*_base(it))]
    asked = _base(unknown[0]) if unknown else None
    return {it.pk for it in domains if base_demonstrates(it, ask=_base(it) == asked)}


def _base(domain: Domain) -> tuple[str, str]:
    return llm.split_model(domain.base_model, default=domain.training_provider)


def _is_known(provider: str, model: str) -> bool:
    try:
        return cache.get(_key(provider, model)) is not None
    except Refusal:
        return True  # a provider that the environment no longer has


def _key(provider: str, model: str) -> str:
    address = f"{llm.provider(provider).base_url} {model}"
    return f"demonstration-{hashlib.sha256(address.encode()).hexdigest()}"
