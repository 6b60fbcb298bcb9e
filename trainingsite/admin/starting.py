"""Starting a training: choose, see what it will take, and only then press the button."""

import hashlib
import json
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
from finetune import budgets, curation, training
from finetune.admin.demonstration import base_demonstrates
from finetune.models import FineTuningJob, Part, ProviderFile
from trainingsite.admin.base import domain_asked, page, requires


@requires("finetune.start_job")
def start(request: HttpRequest) -> HttpResponse:
    """A form with the domain's own values (GET); its estimate, and then a job (POST, twice).

    The second press names the estimate that was seen: another one is shown before it counts.
    """
    domain = domain_asked(request)
    files = _files(domain)
    asked = request.GET.get("conjunto")
    chosen = next((it for it in files if str(it.dataset.number) == asked), None)
    form = StartForm(request.POST or None, domain=domain, files=files, chosen=chosen)
    job = None
    if request.method == "POST" and form.is_valid():
        try:
            job = training.checked(domain, by=staff(request).get_username(), **form.cleaned_data)
            if request.POST.get("estimado") == _seal(job):
                return _queue(request, job)
        except Refusal as refusal:
            form.add_error(None, _("%s No se inició nada.") % refusal)
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
        job=job,
        seal=_seal(job) if job else "",
        changed=bool(job and request.POST.get("estimado")),
        budget=budgets.standing(domain),
    )


class StartForm(forms.Form):
    """What a training needs; empty numbers leave the choice to the provider."""

    file_id = forms.ChoiceField(
        label=gettext_lazy("Conjunto de datos"), widget=UnfoldAdminSelectWidget
    )
    base_model = forms.CharField(
        label=gettext_lazy("Modelo base"),
        max_length=200,
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


def _queue(request: HttpRequest, job: FineTuningJob) -> HttpResponseRedirect:
    job = training.queue(job, by=staff(request).get_username())
    said = _("Entrenamiento en cola. Esta página lo sigue; no hace falta esperarla abierta.")
    messages.success(request, said)
    return HttpResponseRedirect(reverse("admin:finetune_finetuningjob_change", args=[job.pk]))


def _seal(job: FineTuningJob) -> str:
    """Names what would be started and what it would take; anything else has another name."""
    seen = [job.training_file, job.provider, job.base_model, job.params_hash, job.estimate]
    return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()


def _files(domain: Domain) -> list[ProviderFile]:
    """The prepared training files of the domain, newest dataset first."""
    files = ProviderFile.objects.filter(dataset__domain=domain, part=Part.TRAIN)
    return list(files.select_related("dataset").order_by("-dataset__number", "provider"))


def _label(file: ProviderFile) -> str:
    dataset = file.dataset
    return f"v{dataset.number} · {dataset.created_at:%Y-%m-%d} · {file.provider}"
