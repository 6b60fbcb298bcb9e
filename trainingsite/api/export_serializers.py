"""What comes in and goes out at the exports (requirements, 3.1 and 3.2), field by field."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from finetune.models import Source
from trainingsite.api.conversation_serializers import optional
from trainingsite.api.review_serializers import Success


class ExportBody(serializers.Serializer):
    min_confidence = optional(
        serializers.FloatField,
        min_value=0,
        max_value=1,
        help_text=_("Por omisión, la del dominio. Una menor no deja entrar nada sin revisar."),
    )
    train_split = serializers.FloatField(
        min_value=0.5, max_value=1, default=0.9, help_text=_("Con menos de 20 no se reparte.")
    )

    def get_fields(self) -> dict[str, serializers.Field]:
        """``source`` cannot be declared: it would hide the serializer's own."""
        source = serializers.ChoiceField(choices=Source.choices, default=Source.BOTH)
        return super().get_fields() | {"source": source}


class ExportFiles(serializers.Serializer):
    train = serializers.CharField()
    valid = serializers.CharField()


class ExportAnswer(Success):
    train_examples = serializers.IntegerField()
    valid_examples = serializers.IntegerField()
    total = serializers.IntegerField()
    files = ExportFiles(help_text=_("Dónde quedaron en el almacén de archivos."))
    downloads = serializers.DictField(
        child=serializers.CharField(), help_text=_("Nombre del archivo y enlace para bajarlo.")
    )


class PairsAnswer(Success):
    message = serializers.CharField()
    num_pairs = serializers.IntegerField()
    output_path = serializers.CharField(help_text=_("Enlace para bajarlo."))


class UploadAnswer(Success):
    file_id = serializers.CharField()
    status = serializers.CharField()
    num_examples = serializers.IntegerField()
