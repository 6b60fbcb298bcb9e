"""What comes in and goes out at ``/fine-tuning`` (requirements, 2.2), field by field."""

from rest_framework import serializers

from finetune.models import FineTuningJob, Method
from trainingsite.api.conversation_serializers import Message, Text, Whole


class PrepareBody(serializers.Serializer):
    conversacion_ids = serializers.ListField(child=Whole(), required=False, allow_null=True)
    filtrar_feedback_negativo = serializers.BooleanField(default=True)


class ExclusionSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    razon = serializers.CharField()
    feedback = serializers.CharField(allow_null=True)


class Prepared(serializers.Serializer):
    archivo_id = serializers.CharField()
    total_conversaciones = serializers.IntegerField()
    conversaciones_originales = serializers.IntegerField()
    conversaciones_excluidas = serializers.IntegerField()
    detalles_exclusion = ExclusionSerializer(many=True)


class StartBody(serializers.Serializer):
    archivo_id = Text(max_length=500)
    modelo_base = Text(max_length=100, required=False, allow_null=True, allow_blank=True)
    epochs = serializers.IntegerField(
        min_value=1, max_value=50, required=False, allow_null=True, help_text="De 1 a 50."
    )
    learning_rate = serializers.FloatField(
        required=False, allow_null=True, help_text="Multiplicador, mayor que cero."
    )
    metodo = serializers.ChoiceField(
        Method.choices,
        required=False,
        allow_null=True,
        help_text="Por omisión, el del archivo preparado.",
    )
    parametros = serializers.DictField(
        required=False,
        allow_null=True,
        help_text="lora_rank, lora_alpha, lora_dropout, lora_targets, max_steps, seed, "
        "batch_size; con dpo, beta.",
    )


class EstimateSerializer(serializers.Serializer):
    """What a training will take, as its job keeps it; null is not known."""

    ejemplos = serializers.IntegerField(source="examples")
    epocas = serializers.IntegerField(source="epochs")
    tokens = serializers.IntegerField()
    costo = serializers.CharField(source="cost", allow_null=True)
    moneda = serializers.CharField(source="currency")
    precio_por_millon = serializers.CharField(source="per_million", allow_null=True)
    precio_leido_el = serializers.CharField(source="price_read_on", allow_null=True)
    minutos = serializers.FloatField(source="minutes", allow_null=True)
    memoria_mb = serializers.IntegerField(source="memory_mb", allow_null=True)
    proveedor_hasta = serializers.CharField(source="closes_on", allow_null=True)
    modelo_base_hasta = serializers.CharField(source="ends_on", allow_null=True)
    avisos = serializers.ListField(source="warnings", child=serializers.CharField())


class BudgetSerializer(serializers.Serializer):
    """A domain's limits and what is spent of them; null is no limit."""

    moneda = serializers.CharField(source="currency")
    por_entrenamiento = serializers.DecimalField(12, 2, source="per_run", allow_null=True)
    por_dia = serializers.DecimalField(12, 2, source="per_day", allow_null=True)
    gastado_hoy = serializers.DecimalField(12, 4, source="today")
    por_mes = serializers.DecimalField(12, 2, source="per_month", allow_null=True)
    gastado_este_mes = serializers.DecimalField(12, 4, source="this_month")


class Estimated(serializers.Serializer):
    estimacion = EstimateSerializer()
    presupuesto = BudgetSerializer(allow_null=True)


class ResumeBody(serializers.Serializer):
    proveedor = Text(max_length=40)


class JobSerializer(serializers.ModelSerializer):
    """A job under the names of the contract; ``id`` is the provider's, or ``run-<uuid>``."""

    id = serializers.CharField(source="openai_job_id")
    modelo_base = serializers.CharField(source="base_model")
    modelo_entrenado = serializers.CharField(source="trained_model", allow_null=True)
    archivo_entrenamiento = serializers.CharField(source="training_file", allow_null=True)
    total_conversaciones = serializers.IntegerField(source="total_conversations", allow_null=True)
    progreso = serializers.FloatField(source="progress", allow_null=True)
    creado_en = serializers.DateTimeField(source="created_at")
    completado_en = serializers.DateTimeField(source="finished_at", allow_null=True)

    class Meta:
        model = FineTuningJob
        fields = [
            "id",
            "status",
            "modelo_base",
            "modelo_entrenado",
            "archivo_entrenamiento",
            "total_conversaciones",
            "progreso",
            "error",
            "epochs",
            "learning_rate",
            "creado_en",
            "completado_en",
        ]


class JobEnvelope(serializers.Serializer):
    job = JobSerializer()


class JobList(serializers.Serializer):
    jobs = JobSerializer(many=True)


class JobCancelled(JobEnvelope):
    mensaje = serializers.CharField()


class DeleteQuery(serializers.Serializer):
    solo_fallidos = serializers.BooleanField(
        default=False, help_text="Solo los fallidos y los cancelados."
    )


class Deleted(Message):
    eliminados = serializers.IntegerField()


class ActivateBody(serializers.Serializer):
    modelo_id = Text(max_length=200, help_text="El nombre del modelo entrenado.")
    motivo = Text(
        max_length=2000,
        default="",
        allow_blank=True,
        help_text="Por qué se activa, si la evaluación no demuestra que sea mejor.",
    )
    forzar = serializers.BooleanField(
        default=False, help_text="Contra el veredicto; lo aprueba una segunda persona."
    )


class Activated(Message):
    modelo_activo = serializers.CharField()
    modelo_base = serializers.CharField()
