"""``GET /metrics``: the numbers of the pipeline, for Prometheus.

They are counted in the tables at each visit, by the functions that the API answers with; a counter
in a process would be lost with it (requirements, X27).
"""

import hmac
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import URLPattern, path
from drf_spectacular.utils import OpenApiTypes, extend_schema
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from rest_framework.authentication import SessionAuthentication, get_authorization_header
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from conversations import queue
from core.access import domains_of
from core.models import ApiToken, Domain
from trainingsite.api.authentication import TokenAuthentication, TokenScheme
from trainingsite.api.pipeline import statistics

SCRAPER = "prometheus"
RIGHT = "core.view_auditevent"  # of who watches over everything: auditors and administrators

BLOCKS = {
    "pipeline": "Exchanges of people, by how far they came.",
    "anonymization": "Personal data masked in them, by kind.",
    "quality": "Confidence of the labels, unreadable answers of models, work given up.",
}


class Pipeline(Collector):
    """The numbers of ``domains`` as gauges, labelled with the domain and what is counted."""

    def __init__(self, domains: Iterable[Domain]) -> None:
        self._domains = domains

    def collect(self) -> Iterator[Metric]:
        found = {domain: statistics(domain) for domain in self._domains}
        for block, about in BLOCKS.items():
            gauge = GaugeMetricFamily(f"training_{block}", about, labels=["domain", "count"])
            for domain, blocks in found.items():
                _add(gauge, domain, blocks[block])
            yield gauge
        people = GaugeMetricFamily("training_people", "Persons known.", labels=["domain", "count"])
        late = GaugeMetricFamily(
            "training_queue_overdue_seconds", "How late the oldest work is.", labels=["domain"]
        )
        for domain, blocks in found.items():
            sessions = blocks["sessions"]
            _add(people, domain, {name: sessions[name] for name in ("total", "with_consent")})
            late.add_metric([domain.slug], queue.state_of(domain).overdue.total_seconds())
        yield from (people, late)


def _add(gauge: GaugeMetricFamily, domain: Domain, counts: dict[str, Any]) -> None:
    for name, value in counts.items():
        if value is not None:
            gauge.add_metric([domain.slug, name], value)


class ScraperAuthentication(TokenAuthentication):
    """``Authorization: Bearer <METRICS_TOKEN>``, if the settings have one; else a user's token."""

    def authenticate(self, request: Request) -> Any:
        wanted = f"{self.keyword} {settings.METRICS_TOKEN}".encode()
        given = get_authorization_header(request)
        if settings.METRICS_TOKEN and hmac.compare_digest(given, wanted):
            return AnonymousUser(), SCRAPER
        return super().authenticate(request)


class ScraperScheme(TokenScheme):
    """How the OpenAPI document describes :class:`ScraperAuthentication`."""

    target_class = "trainingsite.api.prometheus.ScraperAuthentication"
    name = "metrics"


class MayWatch(BasePermission):
    message = "Su usuario no tiene permiso para esto."

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.auth == SCRAPER or request.user.has_perm(RIGHT)


class OneKind(BaseContentNegotiation):
    """Prometheus asks for its own kinds of text; a refusal is JSON all the same."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class PrometheusView(APIView):
    content_negotiation_class = OneKind
    authentication_classes = [ScraperAuthentication, SessionAuthentication]
    permission_classes = [MayWatch]

    @extend_schema(
        operation_id="prometheus",
        responses={(200, "text/plain"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> HttpResponse:
        """The numbers of every domain that who asks may see."""
        registry = CollectorRegistry()
        registry.register(Pipeline(_domains(request)))
        return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _domains(request: Request) -> QuerySet[Domain]:
    if request.auth == SCRAPER:
        return Domain.objects.all()
    domains = domains_of(request.user)
    if isinstance(request.auth, ApiToken) and request.auth.domain_id:
        return domains.filter(pk=request.auth.domain_id)
    return domains


paths: list[URLPattern] = [path("metrics", PrometheusView.as_view(), name="prometheus")]
