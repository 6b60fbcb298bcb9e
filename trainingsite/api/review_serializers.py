"""What comes in and goes out at ``/webhook/review`` (requirements, 3.2), field by field."""

from typing import Any

from django.db.models import OuterRef, Prefetch, Subquery
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from conversations import review
from conversations.capture import LONGEST
from conversations.models import Conversation, ConversationQuerySet, Label, Review, Stage
from trainingsite.api.conversation_serializers import LAST_PAGE, Text, Whole, optional


def with_what_is_shown(rows: ConversationQuerySet) -> ConversationQuerySet:
    """``rows`` with all that :class:`ItemSerializer` reads, in three queries however many."""
    verdicts = Review.objects.filter(
        conversation=OuterRef("pk"),
        undone=False,
        action__in=(Review.Action.APPROVE, Review.Action.REJECT),
    )
    current = Label.objects.filter(current=True)
    return (
        rows.select_related("domain", "person", "reviewed_by")
        .prefetch_related(Prefetch("labels", queryset=current, to_attr="current_labels"))
        .annotate(notes=Subquery(verdicts.values("notes")[:1]))
    )


class AnalysisSerializer(serializers.Serializer):
    """A reading: the fields of the domain (product, size...) stand beside the intent."""

    intent = serializers.CharField()
    confidence = serializers.FloatField(allow_null=True)
    confidences = serializers.DictField(child=serializers.FloatField(), allow_null=True)
    sources = serializers.DictField(child=serializers.CharField())

    def to_representation(self, label: Label) -> dict[str, Any]:
        told = review.told_confidence(label.conversation)
        hidden = told is None
        return {
            "intent": label.intent,
            **label.fields,
            "confidence": told,
            "confidences": None if hidden else label.confidences,
            "sources": label.sources,
        }


class ItemSerializer(serializers.ModelSerializer):
    """An exchange as a reviewer sees it: nothing tells the blind sample from the others."""

    user_id = serializers.SerializerMethodField(help_text=_("Seudónimo abreviado de la persona."))
    role = serializers.SerializerMethodField()
    content = serializers.CharField(source="question")
    bot_response = serializers.CharField(source="answer")
    status = serializers.SerializerMethodField()
    confidence = serializers.SerializerMethodField(
        help_text=_("null mientras espera revisión y alcanza el umbral, o si no se ha leído.")
    )
    analysis = serializers.SerializerMethodField()
    qa_passed = serializers.SerializerMethodField()
    qa_errors = serializers.SerializerMethodField()
    captured_at = serializers.DateTimeField(source="created_at")
    reviewed_by = serializers.CharField(source="reviewed_by.username", default=None)
    review_notes = serializers.CharField(source="notes", allow_null=True)

    class Meta:
        model = Conversation
        fields = [
            "id",
            "user_id",
            "role",
            "content",
            "bot_response",
            "status",
            "confidence",
            "analysis",
            "qa_passed",
            "qa_errors",
            "metadata",
            "captured_at",
            "reviewed_at",
            "reviewed_by",
            "review_notes",
        ]
        read_only_fields = fields

    def get_user_id(self, row: Conversation) -> str | None:
        return str(row.person) if row.person else None

    def get_role(self, row: Conversation) -> str:
        return "user"

    def get_status(self, row: Conversation) -> str:
        if review.is_waiting(row):
            return Stage.NEEDS_REVIEW
        return "pending" if row.stage == Stage.CAPTURED else row.stage

    def get_confidence(self, row: Conversation) -> float | None:
        return review.told_confidence(row)

    @extend_schema_field(AnalysisSerializer(allow_null=True))
    def get_analysis(self, row: Conversation) -> dict[str, Any] | None:
        return AnalysisSerializer(_read(row)).data if _read(row) else None

    def get_qa_passed(self, row: Conversation) -> bool | None:
        label = _read(row)
        return label.qa_passed if label else None

    @extend_schema_field(serializers.ListField(child=serializers.DictField()))
    def get_qa_errors(self, row: Conversation) -> list[dict[str, Any]]:
        label = _read(row)
        return label.qa_errors if label else []


def _read(row: Conversation) -> Label | None:
    """The current label, as :func:`with_what_is_shown` fetched it."""
    labels: list[Label] = row.current_labels  # type: ignore[attr-defined]
    return labels[0] if labels else None


class Query(serializers.Serializer):
    """A page of a list. A parameter that is not here is refused: none reaches the database."""

    limit = serializers.IntegerField(min_value=1, max_value=100, default=50)
    offset = serializers.IntegerField(min_value=0, max_value=LAST_PAGE, default=0)
    min_confidence = optional(serializers.FloatField, min_value=0, max_value=1)
    max_confidence = optional(serializers.FloatField, min_value=0, max_value=1)
    band = optional(serializers.ChoiceField, choices=list(review.BANDS))

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        unknown = set(self.initial_data) - set(self.fields) - {"dominio"}
        if unknown:
            raise serializers.ValidationError({name: [_("No existe.")] for name in unknown})
        return data


class PendingQuery(Query):
    sort_by = serializers.ChoiceField(choices=["confidence", "captured_at"], default="confidence")
    sort_desc = serializers.BooleanField(default=False)


class MessagesQuery(Query):
    status = serializers.ChoiceField(choices=["all", *review.STATUSES], default="all")
    sort_by = serializers.ChoiceField(
        choices=["captured_at", "confidence", "reviewed_at"], default="captured_at"
    )
    sort_desc = serializers.BooleanField(default=True)


class Decision(serializers.Serializer):
    reviewer = optional(
        Text, allow_blank=True, help_text=_("Se ignora: decide quien firma la petición.")
    )


class ApproveBody(Decision):
    notes = optional(Text, allow_blank=True, max_length=LONGEST)


class RejectBody(Decision):
    reason = optional(Text, allow_blank=True, max_length=LONGEST)


class ItemIds(serializers.Serializer):
    item_ids = serializers.ListField(
        child=Whole(min_value=1), min_length=1, max_length=review.AT_ONCE
    )


class EditBody(Decision):
    new_content = optional(Text, max_length=LONGEST)
    new_bot_response = optional(Text, max_length=LONGEST)
    new_analysis = optional(
        serializers.DictField,
        help_text=_("intent y los campos del dominio que cambian; null los vacía."),
    )

    def validate_new_analysis(self, given: dict[str, Any] | None) -> dict[str, Any] | None:
        if not all(name.isidentifier() for name in given or ()):
            raise serializers.ValidationError([_("Los campos se llaman con letras, cifras y «_».")])
        if given and not isinstance(given.get("intent", ""), str):
            raise serializers.ValidationError({"intent": [_("Debe ser un texto.")]})
        return given


class BatchApproveBody(ItemIds, ApproveBody):
    """Which exchanges, and the same note for all."""


class BatchRejectBody(ItemIds, RejectBody):
    """Which exchanges, and the same reason for all."""


class AutoApproveBody(serializers.Serializer):
    min_confidence = serializers.FloatField(min_value=0.5, max_value=1, default=0.9)


class Success(serializers.Serializer):
    success = serializers.BooleanField()


class ItemEnvelope(Success):
    item = ItemSerializer()


class ClaimEnvelope(Success):
    item = ItemSerializer(allow_null=True)
    claimed_until = serializers.DateTimeField(allow_null=True)


class HeartbeatAnswer(Success):
    claimed_until = serializers.DateTimeField()


class ReleaseAnswer(Success):
    released = serializers.BooleanField()


class ItemPage(Success):
    total = serializers.IntegerField()
    limit = serializers.IntegerField()
    offset = serializers.IntegerField()
    items = ItemSerializer(many=True)


class BatchError(serializers.Serializer):
    id = serializers.IntegerField()
    code = serializers.CharField()
    message = serializers.CharField()


class BatchAnswer(Success):
    total = serializers.IntegerField()
    failed = serializers.IntegerField()

    def get_fields(self) -> dict[str, serializers.Field]:
        """``errors`` cannot be declared: it would hide the serializer's own."""
        return super().get_fields() | {"errors": BatchError(many=True)}


class Approved(BatchAnswer):
    approved = serializers.IntegerField()


class Rejected(BatchAnswer):
    rejected = serializers.IntegerField()


class Bands(serializers.Serializer):
    """How many in each band of confidence; the keys are the bands."""

    def get_fields(self) -> dict[str, serializers.Field]:
        return {band: serializers.IntegerField() for band in review.BANDS}


class Standing(Success):
    total = serializers.IntegerField()
    pending = serializers.IntegerField()
    screened_out = serializers.IntegerField()
    needs_review = serializers.IntegerField()
    approved = serializers.IntegerField()
    rejected = serializers.IntegerField()
    average_confidence = serializers.FloatField(allow_null=True)
    bands = Bands()


class Summary(Success):
    waiting = serializers.IntegerField()
    in_review = serializers.IntegerField()
    oldest = serializers.DateTimeField(allow_null=True)
    today = serializers.IntegerField()
    mine_today = serializers.IntegerField()
    week = serializers.DictField(child=serializers.IntegerField())
