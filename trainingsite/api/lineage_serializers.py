"""What comes in and goes out at ``/linaje``."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from finetune.lineage import SHOWN
from finetune.models import Activation, Dataset, Evaluation, Export, FineTuningJob, TrainedModel
from trainingsite.api.conversation_serializers import Text, Whole

OF = ("modelo", "persona", "conversacion", "revisor")


class LineageQuery(serializers.Serializer):
    modelo = Text(max_length=200, required=False, help_text="El nombre del modelo entrenado.")
    persona = Whole(min_value=1, required=False, help_text="Su número en el sistema.")
    conversacion = Whole(min_value=1, required=False)
    revisor = Text(max_length=150, required=False, help_text="Su nombre de usuario.")
    desde = Whole(default=0, help_text="Cuántas líneas se saltan.")
    limite = serializers.IntegerField(min_value=1, max_value=1000, default=SHOWN)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if sum(name in attrs for name in OF) != 1:
            one = _("Escriba uno, y solo uno: modelo, persona, conversacion o revisor.")
            raise serializers.ValidationError({"modelo": [one]})
        return attrs


class TrainedModelSerializer(serializers.ModelSerializer):
    """A trained model, by the names of the documents."""

    nombre = serializers.CharField(source="name")
    proveedor = serializers.CharField(source="provider")
    modelo_base = serializers.CharField(source="base_model")
    aprendio_de_borrados = serializers.BooleanField(source="learnt_from_erased")
    desaparecido_en = serializers.DateTimeField(source="gone_at", allow_null=True)

    class Meta:
        model = TrainedModel
        fields = ["nombre", "proveedor", "modelo_base", "aprendio_de_borrados", "desaparecido_en"]


class ServedModelSerializer(TrainedModelSerializer):
    en_servicio = serializers.BooleanField(source="serving")

    class Meta(TrainedModelSerializer.Meta):
        fields = [*TrainedModelSerializer.Meta.fields, "en_servicio"]


class RunSerializer(serializers.ModelSerializer):
    id = serializers.CharField(source="openai_job_id")
    creado_en = serializers.DateTimeField(source="created_at")
    por = serializers.CharField(source="created_by")

    class Meta:
        model = FineTuningJob
        fields = ["id", "status", "creado_en", "por"]


class VersionSerializer(serializers.ModelSerializer):
    version = serializers.IntegerField(source="number")
    huella = serializers.CharField(source="sha256")
    entrada = serializers.CharField(source="policy")
    prompt = serializers.IntegerField(source="prompt.number")
    creada_en = serializers.DateTimeField(source="created_at")
    por = serializers.CharField(source="created_by")

    class Meta:
        model = Dataset
        fields = ["version", "huella", "entrada", "prompt", "creada_en", "por"]


class JudgedSerializer(serializers.ModelSerializer):
    veredicto = serializers.CharField(source="verdict")
    razones = serializers.JSONField(source="reasons")
    hecha_en = serializers.DateTimeField(source="finished_at")

    class Meta:
        model = Evaluation
        fields = ["veredicto", "razones", "hecha_en"]


class ServedSerializer(serializers.ModelSerializer):
    desde = serializers.DateTimeField(source="activated_at")
    hasta = serializers.DateTimeField(source="retired_at", allow_null=True)
    por = serializers.CharField(source="activated_by")
    aprobado_por = serializers.CharField(source="approved_by")
    veredicto = serializers.CharField(source="verdict")
    forzado = serializers.BooleanField(source="forced")
    motivo = serializers.CharField(source="reason")

    class Meta:
        model = Activation
        fields = ["desde", "hasta", "por", "aprobado_por", "veredicto", "forzado", "motivo"]


class StepSerializer(serializers.Serializer):
    que = serializers.CharField(source="what")
    por = serializers.CharField(source="by")
    cuando = serializers.DateTimeField(source="at")


class LineSerializer(serializers.Serializer):
    parte = serializers.CharField(source="item.part")
    linea = serializers.IntegerField(source="item.position")
    huella = serializers.CharField(source="item.sha256")
    conversacion = serializers.IntegerField(source="item.conversation_id", allow_null=True)
    persona = serializers.IntegerField(source="item.person_id", allow_null=True)
    consentimiento = serializers.IntegerField(source="item.consent_id", allow_null=True)
    decisiones = StepSerializer(source="steps", many=True)
    borrada_en = serializers.DateTimeField(source="item.erased_at", allow_null=True)


class AncestrySerializer(serializers.Serializer):
    modelo = TrainedModelSerializer(source="model")
    en_servicio = serializers.BooleanField(source="in_service")
    entrenamiento = RunSerializer(source="job")
    conjunto = VersionSerializer(source="dataset")
    evaluaciones = JudgedSerializer(source="evaluations", many=True)
    activaciones = ServedSerializer(source="activations", many=True)
    total = serializers.IntegerField()
    borradas = serializers.IntegerField(source="erased")
    lineas = LineSerializer(source="lines", many=True)


class ExportSerializer(serializers.ModelSerializer):
    clave = serializers.UUIDField(source="key")
    creada_en = serializers.DateTimeField(source="created_at")

    class Meta:
        model = Export
        fields = ["clave", "creada_en"]


class ReachSerializer(serializers.Serializer):
    lineas = serializers.IntegerField(source="lines")
    conjuntos = VersionSerializer(source="datasets", many=True)
    modelos = ServedModelSerializer(source="models", many=True)
    exportaciones = ExportSerializer(source="exports", many=True)
