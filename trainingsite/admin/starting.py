"""Starting a training: choose, see what it will take, and only then press the button."""

import hashlib
import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from core.access import domains_of
from core.admin.base import staff
from core.errors import Refusal
from core.models import Domain
from finetune import budgets, curation, speeds, training
from finetune.demonstration import base_demonstrates
from finetune.models import FineTuningJob, Method, Part, ProviderFile
from trainingsite.admin.base import domain_asked, page, requires
from trainingsite.admin.start_form import StartForm


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
            job = training.checked(domain, by=staff(request).get_username(), **form.wanted)
            if request.POST.get("estimado") == _seal(job):
                return _queue(request, job)
        except Refusal as refusal:
            form.refuse(refusal)
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
        measuring=job is not None and speeds.is_asked(job.provider, job.base_model),
    )


def _queue(request: HttpRequest, job: FineTuningJob) -> HttpResponseRedirect:
    job = training.queue(job, by=staff(request).get_username())
    said = _("Entrenamiento en cola. Esta página lo sigue; no hace falta esperarla abierta.")
    messages.success(request, said)
    return HttpResponseRedirect(reverse("admin:finetune_finetuningjob_change", args=[job.pk]))


def _seal(job: FineTuningJob) -> str:
    """Names what would be started and what it would take; anything else has another name."""
    how = [job.method, job.params_hash]
    seen = [job.training_file, job.provider, job.base_model, *how, job.estimate]
    return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()


def _files(domain: Domain) -> list[ProviderFile]:
    """What was prepared of the domain, newest dataset first; other methods make files of it."""
    files = ProviderFile.objects.filter(
        dataset__domain=domain, part=Part.TRAIN, method=Method.SUPERVISED
    )
    return list(files.select_related("dataset").order_by("-dataset__number", "provider"))
