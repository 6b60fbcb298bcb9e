"""Letting a provider go on that stopped for lack of money: somebody says that it is paid."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.admin.base import staff
from finetune import pauses
from trainingsite.admin.base import requires

START = "finetune.start_job"


@require_POST
@requires(START)
def resume(request: HttpRequest) -> HttpResponse:
    """Ask the provider again that the button named; back to the panel."""
    provider = request.POST.get("proveedor", "")
    if provider.isprintable() and pauses.resume(provider, by=staff(request).get_username()):
        said = _("«%s» ya no está en pausa: los entrenamientos en espera continúan.")
        messages.success(request, said % provider)
    else:
        messages.error(request, _("Ese proveedor no está en pausa. No cambió nada."))
    return HttpResponseRedirect(reverse("admin:index"))
