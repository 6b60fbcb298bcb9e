"""The API's addresses: those of the documents, without a trailing slash."""

from django.urls import URLPattern, URLResolver, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from trainingsite.api import (
    chat,
    consent,
    conversations,
    documents,
    exports,
    lineage,
    messages,
    metrics,
    pipeline,
    prometheus,
    provider_notices,
    review,
    review_decisions,
    training,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    *chat.paths,
    *consent.paths,
    *conversations.paths,
    *documents.paths,
    *exports.paths,
    *lineage.paths,
    *messages.paths,
    *metrics.paths,
    *pipeline.paths,
    *prometheus.paths,
    *provider_notices.paths,
    *review.paths,
    *review_decisions.paths,
    *training.paths,
]
