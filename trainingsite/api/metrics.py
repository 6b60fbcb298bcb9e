"""What is counted: ``estadisticas-feedback``, ``analizar-calidad``, ``metricas`` (2.1)."""

from typing import Any

from django.db.models import Avg, Count, Max, Q
from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from conversations import stats
from core.models import Domain
from finetune import curation
from finetune.models import FineTuningJob, JobStatus
from lending.models import DefaultModel, RiskModel
from rag.models import Chunk
from trainingsite.api.base import DOMAIN
from trainingsite.api.conversations import PREFIX, ConversationView
from trainingsite.api.statistics_serializers import FeedbackStatistics, Metrics, Quality


class FeedbackStatisticsView(ConversationView):
    rights = {"GET": "conversations.view_conversation"}

    @extend_schema(
        operation_id="estadisticas_feedback", parameters=[DOMAIN], responses=FeedbackStatistics
    )
    def get(self, request: Request) -> Response:
        """Stars, the tone of comments, and whether there is enough to prepare a dataset."""
        found = stats.feedback_statistics(self.rows, self.domain)
        ready = found["conversaciones_listas_entrenamiento"]
        ready["puede_preparar"] = curation.missing(self.domain) == 0
        return Response(found)


class QualityView(ConversationView):
    rights = {"POST": "conversations.view_conversation"}

    @extend_schema(
        operation_id="analizar_calidad", parameters=[DOMAIN], request=None, responses=Quality
    )
    def post(self, request: Request) -> Response:
        """How complete, rated and relevant the conversations are, with advice."""
        return Response(stats.quality(self.rows))


class MetricsView(ConversationView):
    rights = {"GET": "conversations.view_conversation"}

    @extend_schema(operation_id="metricas", parameters=[DOMAIN], responses=Metrics)
    def get(self, request: Request) -> Response:
        """Conversations, trainings, documents and the lending business's own models."""
        found = {
            "conversaciones": stats.overview(self.rows, self.domain),
            "fine_tuning": _jobs(self.domain),
            "rag": _documents(self.domain),
            "ml_riesgo": _models(RiskModel, self.domain),
            "ml_impago": _models(DefaultModel, self.domain),
        }
        return Response(Metrics(found).data)


def _jobs(domain: Domain) -> dict[str, Any]:
    active = domain.activations.current()
    succeeded, failed = Q(status=JobStatus.SUCCEEDED), Q(status=JobStatus.FAILED)
    return FineTuningJob.objects.filter(domain=domain).aggregate(
        jobs_totales=Count("pk"),
        jobs_exitosos=Count("pk", filter=succeeded),
        jobs_fallidos=Count("pk", filter=failed),
        ultimo_entrenamiento=Max("finished_at", filter=succeeded),
    ) | {"modelo_activo": active.values_list("model__name", flat=True).first()}


def _documents(domain: Domain) -> dict[str, Any]:
    return Chunk.objects.filter(document__domain=domain).aggregate(
        documentos_con_embeddings=Count("document", distinct=True),
        total_embeddings=Count("pk"),
        ultima_actualizacion=Max("updated_at"),
    )


def _models(kind: type[RiskModel | DefaultModel], domain: Domain) -> dict[str, Any]:
    rows = kind.objects.filter(domain=domain)
    found = rows.aggregate(
        modelos_disponibles=Count("pk"),
        ultimo_entrenamiento=Max("trained_at"),
        accuracy=Avg("accuracy"),
    )
    active = rows.filter(active=True).order_by("-activated_at", "-pk")
    return found | {
        "modelo_activo": active.values_list("name", flat=True).first(),
        "accuracy_promedio": round(found["accuracy"] or 0.0, 4),
    }


paths: list[URLPattern] = [
    path(f"{PREFIX}metricas", MetricsView.as_view(), name="metrics"),
    path(f"{PREFIX}analizar-calidad", QualityView.as_view(), name="quality"),
    path(
        f"{PREFIX}conversaciones/estadisticas-feedback",
        FeedbackStatisticsView.as_view(),
        name="feedback-statistics",
    ),
]
