"""``/webhook/training``: process what waits, count it, watch it (requirements, 3.1), and S2's."""

import tempfile
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from conversations import pipeline, pipeline_stats, queue, stats
from conversations.models import Conversation, Stage
from core.models import Domain
from finetune.models import DatasetItem
from trainingsite.api.base import DOMAIN, DomainView, WebhookView
from trainingsite.api.pipeline_serializers import (
    EmptyAnswer,
    EmptyBody,
    Health,
    ProcessAnswer,
    ProcessBody,
    ScoreStatistics,
    Statistics,
)

PREFIX = "webhook/training/"
LATE = timedelta(minutes=15)  # of work that comes every minute
SECONDS = 20.0  # after which no batch is begun: proxies wait for a minute or less


def statistics(domain: Domain) -> dict[str, dict[str, Any]]:
    """The four blocks of ``/webhook/training/stats``, with what this room alone can count.

    ``exported`` are the exchanges that some dataset holds.
    """
    found = pipeline_stats.statistics(domain)
    held = DatasetItem.objects.filter(conversation__in=pipeline_stats.of_people(domain))
    exported = held.values("conversation").distinct().count()
    found["pipeline"]["exported"] = exported
    return found


class StatisticsView(WebhookView):
    rights = {"GET": "conversations.view_conversation"}

    @extend_schema(operation_id="pipeline_stats", parameters=[DOMAIN], responses=Statistics)
    def get(self, request: Request) -> Response:
        """How far the exchanges of people came; the outcomes exclude each other and add up."""
        return Response(Statistics({"success": True, **statistics(self.domain)}).data)


class ProcessView(WebhookView):
    rights = {"POST": "conversations.process_queue"}

    @extend_schema(
        operation_id="pipeline_process",
        parameters=[DOMAIN],
        request=ProcessBody,
        responses=ProcessAnswer,
    )
    def post(self, request: Request) -> Response:
        """Take what waits to its end now, as the worker does each minute.

        A long queue takes several requests: ``queue_size`` says how many still wait.
        """
        body = self.read(ProcessBody, request.data)
        limit = body["max_items"]
        results = pipeline.process(domain=self.domain, max_items=limit, seconds=SECONDS)
        left = queue.state_of(self.domain).waiting
        answer = {"success": True, "results": results, "queue_size": left}
        return Response(ProcessAnswer(answer).data)


class EmptyView(WebhookView):
    rights = {"POST": "conversations.empty_queue"}

    @extend_schema(
        operation_id="pipeline_empty_queue",
        parameters=[DOMAIN],
        request=EmptyBody,
        responses=EmptyAnswer,
    )
    def post(self, request: Request) -> Response:
        """Delete for good what waits to be processed; 409 says how many unless one knew it."""
        confirmed = self.read(EmptyBody, request.data).get("confirm")
        nothing_confirmed = -1
        deleted = queue.empty(
            self.domain,
            confirmed=nothing_confirmed if confirmed is None else confirmed,
            by=self.actor,
        )
        return Response({"success": True, "deleted": deleted})


class HealthView(WebhookView):
    rights = {"GET": "conversations.view_conversation"}

    @extend_schema(
        operation_id="pipeline_health",
        parameters=[DOMAIN],
        responses={200: Health, 503: Health},
    )
    def get(self, request: Request) -> Response:
        """``degraded`` when work is late or was given up; 503, ``unhealthy`` with no database."""
        found = queue.state_of(self.domain)
        processed = pipeline_stats.of_people(self.domain).filter(stage=Stage.APPROVED).count()
        writable = directories_ok()
        wrong = _wrong(found, writable=writable)
        return Response(
            {
                "status": "degraded" if wrong else "healthy",
                "directories_ok": writable,
                "queue_size": found.waiting,
                "processed_size": processed,
                "dead": found.dead,
                "oldest_seconds": int(found.overdue.total_seconds()),
                "message": " ".join(wrong) or _("Todo funciona."),
            }
        )

    def handle_exception(self, exc: Exception) -> Response:
        """Who watches gets the same shape when even asking who they are needs the database."""
        response = super().handle_exception(exc)
        if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            unknown = dict.fromkeys(Health().fields)
            message = response.data["detail"]
            response.data = {**unknown, "status": "unhealthy", "message": message}
        return response


class RetailView(DomainView):
    """The family ``/api/training`` of the retail bot (requirements, section 4)."""

    default_domain = "tienda"


class ScoreView(RetailView):
    rights = {"GET": "conversations.view_conversation"}

    @extend_schema(operation_id="training_stats", parameters=[DOMAIN], responses=ScoreStatistics)
    def get(self, request: Request) -> Response:
        """Interactions of the domain, by category and score, and how many scored 4 or 5."""
        found = stats.by_score(Conversation.objects.filter(domain=self.domain))
        return Response(ScoreStatistics(found).data)


def directories_ok() -> bool:
    """Whether files can be written where exports and uploads go."""
    folder = Path(settings.MEDIA_ROOT)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"?")
    except OSError:
        return False
    return True


def _wrong(found: queue.Queue, *, writable: bool) -> list[str]:
    """What is not as it should be, a sentence each."""
    said = []
    if found.overdue > LATE:
        minutes = int(found.overdue.total_seconds() // 60)
        said.append(_("La cola lleva %(n)s minutos de retraso.") % {"n": minutes})
    if found.dead:
        given_up = ngettext(
            "Una conversación se abandonó tras cinco intentos.",
            "%(n)s conversaciones se abandonaron tras cinco intentos.",
            found.dead,
        )
        said.append(given_up % {"n": found.dead})
    if not writable:
        said.append(_("No se puede escribir en la carpeta de archivos."))
    return said


paths: list[URLPattern] = [
    path(f"{PREFIX}stats", StatisticsView.as_view(), name="pipeline-stats"),
    path(f"{PREFIX}process", ProcessView.as_view(), name="pipeline-process"),
    path(f"{PREFIX}health", HealthView.as_view(), name="pipeline-health"),
    path(f"{PREFIX}queue/empty", EmptyView.as_view(), name="pipeline-empty-queue"),
    path("api/training/stats", ScoreView.as_view(), name="score-stats"),
]
