"""What comes in and goes out at ``/webhook/training`` and ``/api/training`` (requirements, 3.1)."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from conversations.pipeline_stats import MASKS
from trainingsite.api.conversation_serializers import Whole, optional
from trainingsite.api.review_serializers import Success

MOST_AT_ONCE = 1000


class PipelineCounts(serializers.Serializer):
    captured = serializers.IntegerField()
    anonymized = serializers.IntegerField()
    filtered_out = serializers.IntegerField()
    analyzed = serializers.IntegerField()
    qa_passed = serializers.IntegerField()
    qa_failed = serializers.IntegerField()
    exported = serializers.IntegerField()
    needs_review = serializers.IntegerField()
    queue_size = serializers.IntegerField()
    processed_size = serializers.IntegerField()
    rejected_size = serializers.IntegerField()


class MaskCounts(serializers.Serializer):
    """How many of each kind of personal data were masked."""

    total_processed = serializers.IntegerField()

    def get_fields(self) -> dict[str, serializers.Field]:
        return super().get_fields() | {name: serializers.IntegerField() for name in MASKS}


class SessionCounts(serializers.Serializer):
    total = serializers.IntegerField()
    with_consent = serializers.IntegerField()
    consent_rate = serializers.CharField()


class QualityCounts(serializers.Serializer):
    average_confidence = serializers.FloatField(allow_null=True)
    parse_errors = serializers.IntegerField()
    dead = serializers.IntegerField()


class Statistics(Success):
    pipeline = PipelineCounts()
    anonymization = MaskCounts()
    sessions = SessionCounts()
    quality = QualityCounts()


class ProcessBody(serializers.Serializer):
    max_items = serializers.IntegerField(min_value=1, max_value=MOST_AT_ONCE, default=100)


class ProcessCounts(serializers.Serializer):
    """``processed`` is the sum of the three that follow it."""

    processed = serializers.IntegerField()
    passed_qa = serializers.IntegerField()
    failed_qa = serializers.IntegerField()
    needs_review = serializers.IntegerField()
    filtered_out = serializers.IntegerField(source="screened_out")

    def get_fields(self) -> dict[str, serializers.Field]:
        """``errors`` cannot be declared: it would hide the serializer's own."""
        return super().get_fields() | {"errors": serializers.IntegerField()}


class ProcessAnswer(Success):
    results = ProcessCounts()
    queue_size = serializers.IntegerField()


class Health(serializers.Serializer):
    status = serializers.ChoiceField(choices=["healthy", "degraded", "unhealthy"])
    directories_ok = serializers.BooleanField(allow_null=True)
    queue_size = serializers.IntegerField(allow_null=True)
    processed_size = serializers.IntegerField(allow_null=True)
    dead = serializers.IntegerField(allow_null=True)
    oldest_seconds = serializers.IntegerField(allow_null=True)
    message = serializers.CharField()


class EmptyBody(serializers.Serializer):
    confirm = optional(
        Whole,
        help_text=_(
            "Cuántas se borrarán. Sin ese número, la respuesta 409 lo dice y nada se borra."
        ),
    )


class EmptyAnswer(Success):
    deleted = serializers.IntegerField()


class CategoryScore(serializers.Serializer):
    category = serializers.CharField()
    qualityScore = serializers.IntegerField(source="score", allow_null=True)  # noqa: N815
    _count = serializers.IntegerField(source="total")


class ScoreStatistics(serializers.Serializer):
    total = serializers.IntegerField()
    byCategory = CategoryScore(many=True)  # noqa: N815
    highQuality = serializers.IntegerField()  # noqa: N815
