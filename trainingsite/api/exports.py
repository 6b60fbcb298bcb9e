"""Exports of bots and reviewers, and the files of any export (requirements, 3.1 and 3.2)."""

from urllib.parse import urlencode
from uuid import UUID

from django.http import FileResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.errors import NotFound
from finetune import datasets, exports
from finetune.models import Export, Part
from trainingsite.api.base import DOMAIN, WebhookView
from trainingsite.api.export_serializers import (
    ExportAnswer,
    ExportBody,
    PairsAnswer,
    UploadAnswer,
)


def link(export: Export, name: str) -> str:
    """The address of a file of an export, for who may have it."""
    its = reverse("export-file", kwargs={"key": export.key, "name": name})
    return f"{its}?{urlencode({'dominio': export.domain.slug})}"


class ExportView(WebhookView):
    rights = {"POST": "finetune.export_dataset"}

    def exported(self, request: Request) -> Export:
        """The export that the body asks for."""
        body = self.read(ExportBody, request.data)
        return exports.export(
            self.domain,
            source=body["source"],
            min_confidence=body.get("min_confidence"),
            train_split=body["train_split"],
            by=self.actor.get_username(),
        )

    @extend_schema(
        operation_id="pipeline_export",
        parameters=[DOMAIN],
        request=ExportBody,
        responses=ExportAnswer,
    )
    def post(self, request: Request) -> Response:
        """Write the files; 400 names the policy or filter that held everything back."""
        made = self.exported(request)
        found = exports.counts(made)
        return Response(
            {
                "success": True,
                "train_examples": found[Part.TRAIN],
                "valid_examples": found[Part.VALID],
                "total": sum(found.values()),
                "files": {it: exports.path_of(made, f"{it}.jsonl") for it in Part.values},
                "downloads": {name: link(made, name) for name in made.files},
            }
        )


class PairsView(ExportView):
    @extend_schema(
        operation_id="revision_exportar",
        parameters=[DOMAIN],
        request=ExportBody,
        responses=PairsAnswer,
    )
    def post(self, request: Request) -> Response:
        """The same export, told as reviewers read it: the pairs that were approved."""
        made = self.exported(request)
        total = sum(exports.counts(made).values())
        return Response(
            {
                "success": True,
                "message": _("Pares exportados: %(total)s.") % {"total": total},
                "num_pairs": total,
                "output_path": link(made, "train.chat.jsonl"),
            }
        )


class UploadView(WebhookView):
    rights = {"POST": "finetune.prepare_dataset"}

    @extend_schema(
        operation_id="revision_subir", parameters=[DOMAIN], request=None, responses=UploadAnswer
    )
    def post(self, request: Request) -> Response:
        """Make a version and upload it to the domain's provider; 400 under ten examples."""
        dataset, file = datasets.prepare(self.domain, by=self.actor.get_username())
        return Response(
            {
                "success": True,
                "file_id": file.file_id,
                "status": "uploaded",
                "num_examples": dataset.card["examples"][Part.TRAIN],
            }
        )


class FileView(WebhookView):
    rights = {"GET": "finetune.export_dataset"}

    @extend_schema(
        operation_id="bajar_exportacion",
        parameters=[DOMAIN],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, key: UUID, name: str) -> FileResponse:
        """A file of an export of the domain, to be saved and never shown."""
        found = Export.objects.filter(domain=self.domain, key=key).first()
        if found is None:
            raise NotFound(_("No existe esa exportación."), exportacion="not_found")
        response = FileResponse(
            exports.opened(found, name, by=self.actor.get_username()),
            as_attachment=True,
            filename=f"{self.domain.slug}-{name}",
            content_type="application/octet-stream",
        )
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "private, no-store"
        return response


paths: list[URLPattern] = [
    path("webhook/training/export", ExportView.as_view(), name="pipeline-export"),
    path("webhook/review/export", PairsView.as_view(), name="review-export"),
    path("webhook/review/upload-to-openai", UploadView.as_view(), name="review-upload"),
    path("webhook/training/exports/<uuid:key>/<str:name>", FileView.as_view(), name="export-file"),
]
