"""From rated conversations to a training run: prepare the data, then start. Each by its button."""

from collections import Counter
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from core.access import domains_of
from core.admin.base import staff
from core.errors import Refusal
from core.models import Domain
from finetune import curation, datasets, training
from finetune.admin.demonstration import base_demonstrates
from finetune.models import Part, ProviderFile
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
    )


@requires("finetune.start_job")
def start(request: HttpRequest) -> HttpResponse:
    """A form with the domain's own values (GET); a job on a prepared dataset (POST)."""
    domain = domain_asked(request)
    files = _files(domain)
    chosen = next(
        (it for it in files if str(it.dataset.number) == request.GET.get("conjunto")), None
    )
    form = StartForm(request.POST or None, domain=domain, files=files, chosen=chosen)
    if request.method == "POST" and form.is_valid():
        try:
            job = training.start(domain, by=staff(request).get_username(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, _("%s No se inició nada.") % refusal)
        else:
            said = _(
                "Entrenamiento en cola. Esta página lo sigue; no hace falta esperarla abierta."
            )
            messages.success(request, said)
            return HttpResponseRedirect(
                reverse("admin:finetune_finetuningjob_change", args=[job.pk])
            )
    return page(
        request,
        "admin/trainingsite/start.html",
        title=_("Iniciar Entrenamiento"),
        domain=domain,
        domains=domains_of(request.user),
        form=form,
        prepared=bool(files),
        demonstration=bool(files) and base_demonstrates(domain),
        missing=0 if files else curation.missing(domain),
    )


class StartForm(forms.Form):
    """What a training needs; empty numbers leave the choice to the provider."""

    file_id = forms.ChoiceField(
        label=gettext_lazy("Conjunto de datos"), widget=UnfoldAdminSelectWidget
    )
    base_model = forms.CharField(
        label=gettext_lazy("Modelo base"),
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Con «proveedor:modelo» se entrena en otro proveedor."),
    )
    epochs = forms.IntegerField(
        label=gettext_lazy("Épocas"),
        required=False,
        min_value=1,
        max_value=50,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=gettext_lazy("Vacío: las elige el proveedor."),
    )
    learning_rate = forms.FloatField(
        label=gettext_lazy("Multiplicador de aprendizaje"),
        required=False,
        min_value=0.001,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text=gettext_lazy("Vacío: lo elige el proveedor."),
    )

    def __init__(
        self,
        *args: Any,
        domain: Domain,
        files: list[ProviderFile],
        chosen: ProviderFile | None = None,
    ) -> None:
        super().__init__(*args)
        choices = [(it.file_id, _label(it)) for it in files]
        cast(forms.ChoiceField, self.fields["file_id"]).choices = choices
        self.initial["base_model"] = domain.base_model
        if chosen:
            self.initial["file_id"] = chosen.file_id


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


def _files(domain: Domain) -> list[ProviderFile]:
    """The prepared training files of the domain, newest dataset first."""
    files = ProviderFile.objects.filter(dataset__domain=domain, part=Part.TRAIN)
    return list(files.select_related("dataset").order_by("-dataset__number", "provider"))


def _label(file: ProviderFile) -> str:
    dataset = file.dataset
    return f"v{dataset.number} · {dataset.created_at:%Y-%m-%d} · {file.provider}"
