"""Going back to the model before: by a click, or because a provider lost the active one."""

from django.db import transaction
from django.utils import timezone

from core import audit
from core.errors import Conflict, Refusal
from core.models import Domain
from finetune import remote
from finetune.activation.switch import active, deactivate, locked, put_in_service
from finetune.models import Activation, TrainedModel, Verdict

BACK = "Vuelta al modelo anterior."
GONE = "El proveedor ya no tiene el modelo que contestaba."


@transaction.atomic
def roll_back(domain: Domain, *, by: str) -> Activation:
    """Let the model answer again that did before the active one; one person is enough for that.

    Going back again goes further back. Raises :class:`Conflict` when nothing was before.
    """
    domain = locked(domain)
    earlier = before(domain)
    if earlier is None:
        raise Conflict("Antes no contestó ningún otro modelo entrenado.", code="nothing_before")
    return _return_to(domain, earlier, by=by, reason=BACK)


def before(domain: Domain) -> Activation | None:
    """The last activation of another model from before the active one first answered.

    Models that their provider no longer has are passed over.
    """
    current = domain.activations.current().first()
    if current is None:
        return None
    first = domain.activations.filter(model=current.model_id).order_by("pk")[:1]
    earlier = domain.activations.filter(pk__lt=first.values("pk"), model__gone_at=None)
    return earlier.select_related("model").order_by("-pk").first()


@transaction.atomic
def fall_back(model: TrainedModel, *, by: str = "provider") -> TrainedModel | None:
    """Its provider no longer has ``model``: let the one before it answer, or none.

    Returns who answers now. However many answers find out at once, one of them changes something.
    """
    domain = locked(model.domain)
    if TrainedModel.objects.filter(pk=model.pk, gone_at=None).update(gone_at=timezone.now()):
        audit.record("model_gone", model, by=by)
    if active(domain) == model:
        earlier = before(domain)
        if earlier:
            _return_to(domain, earlier, by=by, reason=GONE)
        else:
            deactivate(domain, by=by)
    return active(domain)


def is_gone(model: TrainedModel, refusal: Refusal) -> bool:
    """Whether the provider that refused no longer has ``model``: its list has to agree."""
    if not remote.is_unknown(refusal):
        return False
    try:
        return remote.model(model.provider, model.name) is None
    except Refusal:
        return False


def _return_to(domain: Domain, earlier: Activation, *, by: str, reason: str) -> Activation:
    return put_in_service(
        domain, earlier.model, by=by, verdict=Verdict(earlier.verdict), reason=reason
    )
