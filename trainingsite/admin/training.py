"""Preparing a dataset: what would enter and what not, and why, before anything is made."""

from collections import Counter

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from core.access import domains_of
from core.admin.base import staff
from core.errors import Refusal
from core.models import Domain, EntryPolicy
from finetune import curation, datasets
from trainingsite.admin import selection
from trainingsite.admin.base import domain_asked, page, requires


@requires("finetune.prepare_dataset")
def prepare(request: HttpRequest) -> HttpResponse:
    """Show what would enter a dataset and what not (GET); make and upload it (POST)."""
    domain = domain_asked(request)
    ids = selection.kept(request)
    skip_negative = "con_negativas" not in (request.POST or request.GET)
    if request.method == "POST":
        return _make(request, domain, ids, skip_negative=skip_negative)
    found = curation.candidates(domain, ids=ids, skip_negative=skip_negative)
    parts = curation.split(found.kept)
    return page(
        request,
        "admin/trainingsite/prepare.html",
        title=_("Preparar Datos para Entrenamiento"),
        domain=domain,
        domains=domains_of(request.user),
        found=found,
        train=len(parts.train),
        valid=len(parts.valid),
        missing=max(curation.MINIMUM - len(parts.train), 0),
        minimum=curation.MINIMUM,
        reasons=Counter(curation.kind(it["razon"]) for it in found.excluded).most_common(),
        token=selection.token(request),
        chosen=None if ids is None else len(ids),
        skip_negative=skip_negative,
        by_stars=domain.policy == EntryPolicy.STARS,
        ranked=domain.policy == EntryPolicy.SCORE,
        asked=request.GET.get("numero", ""),
        why=_why_not(request, domain),
    )


def _why_not(request: HttpRequest, domain: Domain) -> str:
    """The rule that keeps the conversation out whose ``numero`` is asked; empty for no question."""
    number = request.GET.get("numero", "").strip()
    if not number:
        return ""
    known = number.isascii() and number.isdecimal() and len(number) < 10
    row = domain.conversations.filter(pk=number).first() if known else None
    if row is None:
        return _("«%s» no tiene esa conversación.") % domain.name
    return curation.why_not(row) or _("Entra: ninguna regla la deja fuera.")


def _make(
    request: HttpRequest, domain: Domain, ids: list[int] | None, *, skip_negative: bool
) -> HttpResponseRedirect:
    by = staff(request).get_username()
    try:
        made, _file = datasets.prepare(domain, ids=ids, skip_negative=skip_negative, by=by)
    except Refusal as refusal:
        messages.error(request, _("%s No se preparó ni se subió nada.") % refusal)
        return HttpResponseRedirect(f"{reverse('admin:prepare')}?dominio={domain.slug}")
    said = _(
        "Conjunto v%(number)d listo: %(items)d ejemplos. No se ha iniciado ningún entrenamiento: "
        "use «Iniciar Entrenamiento»."
    ) % {"number": made.number, "items": made.items.count()}
    messages.success(request, said)
    if made.excluded:
        left = _("%d conversaciones quedaron fuera; los motivos están abajo.") % len(made.excluded)
        messages.warning(request, left)
    return HttpResponseRedirect(reverse("admin:finetune_dataset_change", args=[made.pk]))
