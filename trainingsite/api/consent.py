"""``/webhook/training/consent/{user_id}``: what a person agreed to (requirements, 3.1)."""

from typing import Any

from django.urls import URLPattern, path
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from conversations import consent
from conversations.models import ConsentText, Purpose
from core.errors import Invalid
from trainingsite.api.base import DOMAIN, WebhookView
from trainingsite.api.conversation_serializers import Text, Whole, optional
from trainingsite.api.idempotency import KEY, idempotent

PURPOSE = OpenApiParameter("purpose", str, enum=Purpose.values, description="Por omisión: training")
KEYS: dict[str, serializers.Field] = {
    "success": serializers.BooleanField(),
    "user_id": serializers.CharField(),
    "consent": serializers.BooleanField(),
}


class YesOrNo(serializers.BooleanField):
    """``true`` or ``false``: nobody agreed by a word that merely looks like it."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=type(data).__name__)
        return data


class Channel(serializers.RegexField):
    """The name of a channel; a person's id would not pass for one."""

    def __init__(self, **options: Any) -> None:
        super().__init__(r"^[a-z][a-z_-]{1,39}\Z", **options)


class PurposeSerializer(serializers.Serializer):
    purpose = serializers.ChoiceField(Purpose.choices, default=Purpose.TRAINING)


class WordSerializer(PurposeSerializer):
    """A yes or a no, and what proves it."""

    consent = YesOrNo()
    text_version = optional(Whole, min_value=1, help_text="La versión del texto que se mostró.")
    language = serializers.RegexField(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,6})?\Z", required=False)
    channel = Channel(default="api")
    evidence = optional(
        Text, max_length=500, help_text="Id del mensaje con que contestó; se guarda su huella."
    )


class ConsentView(WebhookView):
    """Read, give and withdraw a person's consent."""

    rights = {"*": "conversations.record_consent"}

    @extend_schema(
        operation_id="consent_read",
        parameters=[PURPOSE, DOMAIN],
        responses=inline_serializer(
            "Consentimiento",
            KEYS | {"consent_timestamp": serializers.FloatField(allow_null=True)},
        ),
    )
    def get(self, request: Request, user_id: str) -> Response:
        """Someone who never wrote has not agreed, and is not written down for being asked about."""
        purpose = self.read(PurposeSerializer, request.query_params)["purpose"]
        person = consent.find_person(user_id, domain=self.domain)
        word = person.word_on(purpose) if person else None
        return Response(
            {
                "success": True,
                "user_id": user_id,
                "consent": bool(word and word.granted),
                "consent_timestamp": word.at.timestamp() if word else None,
            }
        )

    @extend_schema(
        operation_id="consent_record",
        parameters=[DOMAIN, KEY],
        request=WordSerializer,
        responses=inline_serializer(
            "ConsentimientoRegistrado", KEYS | {"message": serializers.CharField()}
        ),
    )
    @idempotent()
    def post(self, request: Request, user_id: str) -> Response:
        body = self.read(WordSerializer, request.data)
        granted = body["consent"]
        text = self._text(body.get("text_version"))
        consent.record(
            consent.person_known_as(user_id, domain=self.domain),
            purpose=body["purpose"],
            granted=granted,
            channel=body["channel"],
            text=text,
            language=body.get("language", ""),
            evidence=self._evidence(body.get("evidence")),
        )
        done = "otorgado" if granted else "revocado"
        return Response(
            {
                "success": True,
                "user_id": user_id,
                "consent": granted,
                "message": f"Consentimiento {done} exitosamente",
            }
        )

    def _text(self, number: int | None) -> ConsentText | None:
        if number is None:
            return None
        found = ConsentText.objects.filter(domain=self.domain, number=number).first()
        if found is None:
            raise Invalid("No existe esa versión del texto.", text_version=["No existe."])
        return found

    def _evidence(self, given: str | None) -> str:
        """Who says so; and a print of what they show, which may hold a number or a name."""
        said_by = f"usuario {self.actor.pk}"
        return f"{said_by}, huella {consent.keyed(given)}" if given else said_by


paths: list[URLPattern] = [
    path("webhook/training/consent/<str:user_id>", ConsentView.as_view(), name="consent")
]
