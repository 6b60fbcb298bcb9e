"""Whether a provider still trains a base, and until when it serves what it trained.

Hosted training comes and goes: a provider closes it on a day (``trains_until`` of its settings),
and its list of models says when each of them is shut down (reliability, 1.1 and Q16).
"""

import logging
from datetime import date

from django.utils import timezone

from core import audit, llm
from core.errors import Refusal
from finetune import activation, remote
from finetune.models import TrainedModel

logger = logging.getLogger(__name__)


def refuse_closed(provider: str) -> None:
    """Raise a refusal, with the day, when the provider takes no new trainings any more."""
    last = closes_on(provider)
    if last and last <= timezone.localdate():
        raise Refusal(
            f"El proveedor «{provider}» no acepta entrenamientos nuevos desde el {last:%d/%m/%Y}.",
            code="provider_closed",
            proveedor=provider,
            desde=last.isoformat(),
        )


def closes_on(provider: str) -> date | None:
    """The day from which the provider takes no new trainings, where its settings name one."""
    named = llm.provider(provider).trains_until
    return date.fromisoformat(named) if named else None


def trainable(provider: str, name: str) -> remote.RemoteModel:
    """The base model ``name`` as its provider lists it.

    Raises a refusal when the provider closed, does not train this base, or has shut it down, with
    the day; :class:`ModelUnavailable` when it is down.
    """
    refuse_closed(provider)
    found = remote.model(provider, name)
    if found is None or not found.trainable:
        raise Refusal(
            f"El proveedor «{provider}» no entrena el modelo base «{name}».",
            code="unknown_base_model",
            modelo_base=name,
        )
    if found.ends and found.ends <= timezone.localdate():
        raise Refusal(
            f"El modelo base «{name}» se retiró el {found.ends:%d/%m/%Y}.",
            code="base_model_retired",
            modelo_base=name,
            desde=found.ends.isoformat(),
        )
    return found


def check_models() -> str:
    """Ask every provider once about the models that it trained for us; say what came of it.

    A model that is gone falls back to the one before; one with an end gets its day. A provider
    that does not answer leaves its models as they are, until the next day.
    """
    models = TrainedModel.objects.filter(gone_at=None).select_related("domain")
    changed = failed = 0
    for provider in models.order_by().values_list("provider", flat=True).distinct():
        try:
            listed = remote.models(provider)
            for model in models.filter(provider=provider):
                changed += check(model, listed)
        except Refusal as error:
            failed += 1
            logger.warning("The models of %s were not checked: %s", provider, error)
    return f"{changed} changed, {failed} providers failed"


def check(model: TrainedModel, listed: dict[str, remote.RemoteModel]) -> bool:
    """Bring ``model`` up to date with its provider's list; return whether anything changed."""
    if _is_gone(model, listed):
        activation.fall_back(model)
        return True
    ends = _first_end(listed.get(model.name), listed.get(model.base_model))
    if ends == model.ends_on:
        return False
    TrainedModel.objects.filter(pk=model.pk).update(ends_on=ends)
    audit.record(
        "model_end_changed", model, by=model.provider, fin=ends.isoformat() if ends else None
    )
    return True


def _is_gone(model: TrainedModel, listed: dict[str, remote.RemoteModel]) -> bool:
    """Neither listed nor on a page of its own, at a provider that has such pages."""
    if model.name in listed or remote.has_model(model.provider, model.name):
        return False
    return any(remote.has_model(model.provider, name) for name in list(listed)[:1])


def _first_end(*found: remote.RemoteModel | None) -> date | None:
    """A fine-tune is shut down with its base, if not before."""
    return min((it.ends for it in found if it and it.ends), default=None)
