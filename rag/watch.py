"""A model whose answers people turn their thumbs down on gives way to the one before it."""

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from conversations.models import ChatRating, Thumb
from core import audit
from core.errors import Conflict
from core.models import Domain
from finetune import activation
from finetune.models import Activation
from rag.models import Retreat

ACTOR = "pulgares"


def watch_all() -> int:
    """Look at every domain that has set a line; how many models were taken back."""
    return sum(take_back_if_low(domain) for domain in Domain.objects.filter(thumbs_floor__gt=0))


@transaction.atomic
def take_back_if_low(domain: Domain) -> bool:
    """Let the model before the active one answer, or none, if too few of its thumbs are up.

    The line is ``Domain.thumbs_floor``; fewer than ``thumbs_least`` thumbs since it was activated
    judge nobody. Only answers of the model itself count, not approved ones served as they are.
    Whether it was taken back; however many ask at once, one of them does it. The panel tells it
    until somebody has seen it (:func:`acknowledge`).
    """
    domain = Domain.objects.select_for_update(no_key=True).get(pk=domain.pk)
    current = domain.activations.current().select_related("model").first()
    if current is None or not domain.thumbs_floor:
        return False
    up, given = standing(current)
    if given < domain.thumbs_least or up >= domain.thumbs_floor * given:
        return False
    audit.record("thumbs_fell", current.model, by=ACTOR, arriba=up, pulgares=given)
    if activation.before(domain):
        activation.roll_back(domain, by=ACTOR)
    else:
        activation.deactivate(domain, by=ACTOR)
    # Written after the switch: only what is activated later makes the notice old.
    Retreat.objects.create(domain=domain, model=current.model, up=up, thumbs=given)
    return True


@transaction.atomic
def acknowledge(retreat: Retreat, *, by: User) -> None:
    """Say that staff know of it. Raises :class:`Conflict` when somebody has said so before."""
    who = by.get_username()
    unseen = Retreat.objects.filter(pk=retreat.pk, seen_at=None)
    if not unseen.update(seen_at=Now(), seen_by=who):
        raise Conflict(_("Ese aviso ya no está."), id=retreat.pk)
    audit.record("thumbs_fell_seen", retreat.model, by=who)


def standing(current: Activation) -> tuple[int, int]:
    """How many thumbs are up, of how many, on what its model answered since it was activated."""
    thumbs = ChatRating.objects.filter(
        turn__trained_model=current.model_id, turn__at__gte=current.activated_at
    )
    return thumbs.filter(thumb=Thumb.UP).count(), thumbs.count()
