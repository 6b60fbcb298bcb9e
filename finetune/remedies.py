"""What is still to be done about a model that learnt from somebody who has been erased since.

What a model has learnt cannot be taken out of it. It can be trained anew without those lines, or
not be kept at all; which of the two depends on whether people get its answers today.
"""

from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from core.errors import Conflict, ModelRefused
from finetune import activation, remote
from finetune.models import TrainedModel


class Remedy(TextChoices):
    NO_ACTION = "no_action", _("nada: su proveedor ya no lo tiene")
    RETRAIN = "retrain", _("entrenar otro sin esas líneas")
    REMOVAL = "adapter_removal", _("quitarlo de su proveedor")
    UNSUPPORTED = "unsupported", _("a mano: su proveedor ya no está configurado")


def remedy_of(model: TrainedModel, *, serves: bool) -> Remedy:
    """What helps against a flagged ``model``, where ``serves`` is whether it answers now."""
    if model.gone_at:
        return Remedy.NO_ACTION
    if serves:
        return Remedy.RETRAIN
    known = model.provider in settings.LLM_PROVIDERS
    return Remedy.REMOVAL if known else Remedy.UNSUPPORTED


def remove(model: TrainedModel, *, by: str) -> None:
    """Have the provider delete a flagged model; it can never answer again.

    Doing it again finds nothing to delete. Raises :class:`Conflict` for a model that answers now
    or that no erased person is in, and what the provider fails with: then nothing has changed.
    """
    serves = activation.active(model.domain) == model
    if not model.learnt_from_erased or remedy_of(model, serves=serves) != Remedy.REMOVAL:
        raise Conflict("Ese modelo no se quita de su proveedor.", code="not_to_be_removed")
    try:
        remote.delete_model(model.provider, model.name)
    except ModelRefused as refusal:
        if not remote.is_unknown(refusal):
            raise
    activation.fall_back(model, by=by)
