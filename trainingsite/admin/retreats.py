"""The panel's notice that a model was taken out of service by its thumbs."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.access import visible
from core.admin.base import staff
from core.errors import Refusal
from core.models import Domain
from rag import watch
from rag.models import Retreat
from trainingsite.admin.base import requires

RIGHT = "finetune.activate_model"


@require_POST
@requires(RIGHT)
def acknowledge(request: HttpRequest, pk: int) -> HttpResponseRedirect:
    """Take the notice from the panel: who decides what answers knows of it."""
    retreat = get_object_or_404(visible(Retreat.objects.all(), request.user), pk=pk)
    try:
        watch.acknowledge(retreat, by=staff(request))
    except Refusal as refusal:
        messages.warning(request, str(refusal))
    return HttpResponseRedirect(reverse("admin:index"))


def unseen(domains: list[Domain]) -> dict[int, Retreat]:
    """The newest of each domain that staff should hear of."""
    rows = Retreat.objects.unseen().filter(domain__in=domains).select_related("model")
    newest = rows.order_by("domain_id", "-at", "-pk").distinct("domain_id")
    return {it.domain_id: it for it in newest}


def taken_back(domains: list[Domain]) -> set[int]:
    """The keys of their models that ever gave way so: nobody is asked to activate them again."""
    return set(Retreat.objects.filter(domain__in=domains).values_list("model", flat=True))
