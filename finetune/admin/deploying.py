"""Putting a trained model elsewhere, and taking the file that was checked."""

import tempfile
from pathlib import Path

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext

from core.admin.base import staff
from core.errors import Refusal
from finetune import deployment
from finetune.models import Target, TrainedModel

DEPLOY = "finetune.deploy_model"


class DeploymentPages(admin.ModelAdmin):
    """The queue packs and checks a model; the file it found good is downloaded from here."""

    def get_urls(self) -> list[URLPattern]:
        name = "finetune_trainedmodel_{}".format
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/desplegar/", view(self.deploy_view), name=name("deploy")),
            path("<int:pk>/archivo/<str:target>/", view(self.file_view), name=name("file")),
            *super().get_urls(),
        ]

    def deploy_view(self, request: HttpRequest, pk: int) -> HttpResponseRedirect:
        """Have the model put into the place ``target`` (POST); the page tells how far it is."""
        model = self._deployable(request, pk)
        target = request.POST.get("target", "")
        if target in Target.values:
            try:
                deployment.deploy(model, target, by=staff(request).get_username())
                said = gettext("En cola: se empaqueta y se comprueba «%s».") % model
                messages.success(request, said)
            except Refusal as refusal:
                messages.error(request, str(refusal))
        return _back(model)

    def file_view(self, request: HttpRequest, pk: int, target: str) -> HttpResponseBase:
        """The file of the newest deployment of that kind that was checked."""
        model = self._deployable(request, pk)
        checked = model.deployments.filter(target=target, checked_at__isnull=False)
        row = get_object_or_404(checked.exclude(target=Target.OLLAMA)[:1])
        with tempfile.TemporaryDirectory() as folder:
            try:
                taken = deployment.take(row, Path(folder), by=staff(request).get_username())
            except Refusal as refusal:
                messages.error(request, str(refusal))
                return _back(model)
            # Open, it can be read to its end although its folder goes.
            return FileResponse(taken.open("rb"), as_attachment=True, filename=row.name)

    def _deployable(self, request: HttpRequest, pk: int) -> TrainedModel:
        model = get_object_or_404(self.get_queryset(request).select_related("domain"), pk=pk)
        if not request.user.has_perm(DEPLOY):
            raise PermissionDenied
        return model


def _back(model: TrainedModel) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:finetune_trainedmodel_change", args=[model.pk]))
