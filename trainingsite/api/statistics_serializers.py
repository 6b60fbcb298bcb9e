"""The counts of ``/estadisticas-feedback``, ``/analizar-calidad`` and ``/metricas``."""

from rest_framework import serializers


class StarCounts(serializers.Serializer):
    """How many of each rating; the keys are the stars."""

    def get_fields(self) -> dict[str, serializers.Field]:
        return {stars: serializers.IntegerField() for stars in "12345"}


class ToneCounts(serializers.Serializer):
    positivo = serializers.IntegerField()
    negativo = serializers.IntegerField()
    neutro = serializers.IntegerField()
    total = serializers.IntegerField()


class ReadyCounts(serializers.Serializer):
    total = serializers.IntegerField()
    sin_feedback_negativo = serializers.IntegerField()
    con_feedback_negativo = serializers.IntegerField()
    puede_preparar = serializers.BooleanField()


class FeedbackStatistics(serializers.Serializer):
    total_conversaciones = serializers.IntegerField()
    conversaciones_calificadas = serializers.IntegerField()
    conversaciones_con_feedback = serializers.IntegerField()
    distribucion_calificaciones = StarCounts()
    analisis_feedback = ToneCounts()
    conversaciones_listas_entrenamiento = ReadyCounts()


class Quality(serializers.Serializer):
    """Shares are percentages with one decimal."""

    completitud = serializers.FloatField()
    consistencia = serializers.FloatField()
    relevancia = serializers.FloatField()
    calidad_general = serializers.FloatField()
    total_conversaciones = serializers.IntegerField()
    conversaciones_completas = serializers.IntegerField()
    conversaciones_calificadas = serializers.IntegerField()
    conversaciones_relevantes = serializers.IntegerField()
    sugerencias = serializers.ListField(child=serializers.CharField())


class ConversationMetrics(serializers.Serializer):
    total = serializers.IntegerField()
    con_calificacion = serializers.IntegerField()
    promedio_calificacion = serializers.FloatField()
    listas_entrenamiento = serializers.IntegerField()


class JobMetrics(serializers.Serializer):
    jobs_totales = serializers.IntegerField()
    jobs_exitosos = serializers.IntegerField()
    jobs_fallidos = serializers.IntegerField()
    modelo_activo = serializers.CharField(allow_null=True)
    ultimo_entrenamiento = serializers.DateTimeField(allow_null=True)


class DocumentMetrics(serializers.Serializer):
    documentos_con_embeddings = serializers.IntegerField()
    total_embeddings = serializers.IntegerField()
    ultima_actualizacion = serializers.DateTimeField(allow_null=True)


class StatisticalModelMetrics(serializers.Serializer):
    modelos_disponibles = serializers.IntegerField()
    modelo_activo = serializers.CharField(allow_null=True)
    ultimo_entrenamiento = serializers.DateTimeField(allow_null=True)
    accuracy_promedio = serializers.FloatField()


class Metrics(serializers.Serializer):
    conversaciones = ConversationMetrics()
    fine_tuning = JobMetrics()
    rag = DocumentMetrics()
    ml_riesgo = StatisticalModelMetrics()
    ml_impago = StatisticalModelMetrics()
