"""``/api/v1/ai/training/fine-tuning``: prepare data, train, activate (requirements, 2.2).

Reading shows our own tables; the queue asks the providers.
"""

from django.db.models import QuerySet
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.errors import NotFound
from finetune import activation, budgets, curation, datasets, pauses, training
from finetune.models import FineTuningJob
from trainingsite.api.base import DOMAIN, LendingView
from trainingsite.api.conversation_serializers import Message
from trainingsite.api.idempotency import KEY, idempotent
from trainingsite.api.training_serializers import (
    ActivateBody,
    Activated,
    BudgetSerializer,
    Deleted,
    DeleteQuery,
    Estimated,
    EstimateSerializer,
    JobCancelled,
    JobEnvelope,
    JobList,
    JobSerializer,
    PrepareBody,
    Prepared,
    ResumeBody,
    StartBody,
)

PREFIX = "api/v1/ai/training/fine-tuning/"
JOB = OpenApiParameter(
    "job_id", str, OpenApiParameter.PATH, description="El id del proveedor, o run-<uuid>."
)


class TrainingView(LendingView):
    """What the views of this module share: who acts, and the domain's jobs."""

    @property
    def by(self) -> str:
        return self.actor.get_username()

    @property
    def jobs(self) -> QuerySet[FineTuningJob]:
        return FineTuningJob.objects.filter(domain=self.domain)

    def job(self, name: str) -> FineTuningJob:
        """The job called ``name``, by the provider or by us; else :class:`NotFound`."""
        found = self.jobs.filter(pk__in=FineTuningJob.objects.named(name).values("pk")).first()
        if found is None:
            raise NotFound(_("No existe ese entrenamiento."), job_id="not_found")
        return found


class PrepareView(TrainingView):
    rights = {"POST": "finetune.prepare_dataset"}

    @extend_schema(
        operation_id="preparar_datos",
        parameters=[DOMAIN],
        request=PrepareBody,
        responses=Prepared,
    )
    def post(self, request: Request) -> Response:
        """Make and upload the file of the good conversations; 400 says how many are missing."""
        body = self.read(PrepareBody, request.data)
        ids, skip_negative = body.get("conversacion_ids"), body["filtrar_feedback_negativo"]
        found = curation.candidates(self.domain, ids=ids, skip_negative=skip_negative)
        filters = {"skip_negative": skip_negative, "chosen": None if ids is None else len(ids)}
        _dataset, file = datasets.keep(self.domain, found, by=self.by, filters=filters)
        return Response(
            {
                "archivo_id": file.file_id,
                "total_conversaciones": len(found.kept),
                "conversaciones_originales": found.considered,
                "conversaciones_excluidas": len(found.excluded),
                "detalles_exclusion": found.excluded[: datasets.SHOWN],
            }
        )


class CheckedView(TrainingView):
    """What the views of a start share."""

    rights = {"POST": "finetune.start_job"}

    def checked(self, request: Request) -> FineTuningJob:
        """The job that is asked for; its provider says whether it would train it."""
        body = self.read(StartBody, request.data)
        return training.checked(
            self.domain,
            file_id=body["archivo_id"],
            base_model=body.get("modelo_base") or "",
            epochs=body.get("epochs"),
            learning_rate=body.get("learning_rate"),
            method=body.get("metodo") or "",
            options=body.get("parametros"),
            by=self.by,
        )


class EstimateView(CheckedView):
    @extend_schema(
        operation_id="estimar_entrenamiento",
        parameters=[DOMAIN],
        request=StartBody,
        responses=Estimated,
    )
    def post(self, request: Request) -> Response:
        """What a start would take and cost, beside the limits; it starts nothing."""
        job = self.checked(request)
        standing = budgets.standing(self.domain)
        return Response(
            {
                "estimacion": EstimateSerializer(job.estimate).data,
                "presupuesto": BudgetSerializer(standing).data if standing else None,
            }
        )


class StartView(CheckedView):
    @extend_schema(
        operation_id="iniciar_entrenamiento",
        parameters=[DOMAIN, KEY],
        request=StartBody,
        responses=JobEnvelope,
    )
    @idempotent(first=CheckedView.checked)
    def post(self, request: Request, job: FineTuningJob) -> Response:
        """Start a training on a prepared file; the queue sends it to the provider."""
        return Response({"job": JobSerializer(training.queue(job, by=self.by)).data})


class ResumeView(TrainingView):
    rights = {"POST": "finetune.start_job"}

    @extend_schema(
        operation_id="reanudar_proveedor",
        parameters=[DOMAIN],
        request=ResumeBody,
        responses=Message,
    )
    def post(self, request: Request) -> Response:
        """Ask a provider again that stopped for lack of money; 404 when it is not paused."""
        provider = self.read(ResumeBody, request.data)["proveedor"]
        if not pauses.resume(provider, by=self.by):
            raise NotFound(_("Ese proveedor no está en pausa."), proveedor="not_found")
        return Response({"mensaje": _("Los entrenamientos en espera continúan.")})


class JobsView(TrainingView):
    rights = {"GET": "finetune.view_finetuningjob", "DELETE": "finetune.delete_finetuningjob"}

    @extend_schema(operation_id="listar_entrenamientos", parameters=[DOMAIN], responses=JobList)
    def get(self, request: Request) -> Response:
        """Every training of the domain, the newest first."""
        return Response({"jobs": JobSerializer(self.jobs, many=True).data})

    @extend_schema(
        operation_id="borrar_entrenamientos",
        parameters=[DOMAIN, DeleteQuery],
        responses={200: Deleted},
    )
    def delete(self, request: Request) -> Response:
        """Delete those that ended; those whose model is or was active stay."""
        query = self.read(DeleteQuery, request.query_params.dict())
        only_failed = query["solo_fallidos"]
        deleted = training.delete_all(self.domain, only_failed=only_failed, by=self.by)
        message = _("Entrenamientos eliminados: %(total)s.") % {"total": deleted}
        return Response({"mensaje": message, "eliminados": deleted})


class JobView(TrainingView):
    rights = {"GET": "finetune.view_finetuningjob", "DELETE": "finetune.delete_finetuningjob"}

    @extend_schema(
        operation_id="ver_entrenamiento", parameters=[DOMAIN, JOB], responses=JobEnvelope
    )
    def get(self, request: Request, job_id: str) -> Response:
        """One training, as last heard of."""
        return Response({"job": JobSerializer(self.job(job_id)).data})

    @extend_schema(
        operation_id="borrar_entrenamiento", parameters=[DOMAIN, JOB], responses={200: Message}
    )
    def delete(self, request: Request, job_id: str) -> Response:
        """Delete one that ended; 400 while it runs, or when its model is or was active."""
        training.delete(self.job(job_id), by=self.by)
        return Response({"mensaje": _("Entrenamiento eliminado.")})


class CancelView(TrainingView):
    rights = {"POST": "finetune.start_job"}

    @extend_schema(
        operation_id="cancelar_entrenamiento",
        parameters=[DOMAIN, JOB],
        request=None,
        responses=JobCancelled,
    )
    def post(self, request: Request, job_id: str) -> Response:
        """Cancel one, at its provider too; 400 when it has ended."""
        job = training.cancel(self.job(job_id), by=self.by)
        message = (
            _("El proveedor está cancelando el entrenamiento.")
            if job.is_live
            else _("Entrenamiento cancelado.")
        )
        return Response({"job": JobSerializer(job).data, "mensaje": message})


class ActivateView(TrainingView):
    rights = {"POST": "finetune.activate_model"}

    @extend_schema(
        operation_id="activar_modelo",
        parameters=[DOMAIN],
        request=ActivateBody,
        responses=Activated,
    )
    def post(self, request: Request) -> Response:
        """Let a trained model answer from now on; 409 with the numbers where the gate says no.

        Without evidence that it is better, `motivo` is needed. One that is worse takes `forzar`,
        `motivo` and the same request of a second person.
        """
        body = self.read(ActivateBody, request.data)
        model = activation.model_named(self.domain, body["modelo_id"])
        reason, force = body["motivo"], body["forzar"]
        activation.activate(model, by=self.by, reason=reason, force=force)
        return Response(
            {
                "mensaje": _("Modelo activado."),
                "modelo_activo": model.name,
                "modelo_base": model.base_model,
            }
        )


paths: list[URLPattern] = [
    path(f"{PREFIX}preparar", PrepareView.as_view(), name="prepare"),
    path(f"{PREFIX}estimar", EstimateView.as_view(), name="estimate"),
    path(f"{PREFIX}iniciar", StartView.as_view(), name="start"),
    path(f"{PREFIX}reanudar", ResumeView.as_view(), name="resume-provider"),
    path(f"{PREFIX}jobs", JobsView.as_view(), name="jobs"),
    path(f"{PREFIX}jobs/<str:job_id>", JobView.as_view(), name="job"),
    path(f"{PREFIX}jobs/<str:job_id>/cancelar", CancelView.as_view(), name="cancel-job"),
    path(f"{PREFIX}activar", ActivateView.as_view(), name="activate"),
]
