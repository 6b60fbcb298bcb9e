"""What comes in and goes out at ``/configuracion/ai/documentos`` (requirements, 2.3)."""

from rest_framework import serializers

from rag.documents import LONGEST_TITLE
from rag.models import Audience, Document, DocumentKind
from trainingsite.api.conversation_serializers import Text, optional

LONGEST_DESCRIPTION = 5000


class DocumentSerializer(serializers.ModelSerializer):
    """A document as lists show it; what comes after ``actualizado_en`` is ours."""

    titulo = serializers.CharField(source="title")
    descripcion = serializers.CharField(source="description", allow_null=True)
    nombre_archivo = serializers.CharField(source="file_name")
    tipo_archivo = serializers.CharField(source="file_type")
    tamaño_bytes = serializers.IntegerField(source="bytes", allow_null=True)
    contenido_procesado = serializers.BooleanField(source="processed")
    activo = serializers.BooleanField(source="active")
    creado_en = serializers.DateTimeField(source="created_at")
    actualizado_en = serializers.DateTimeField(source="updated_at")
    clase = serializers.CharField(source="kind")
    para_quien = serializers.CharField(source="audience")
    estado = serializers.CharField(source="state")
    paginas = serializers.IntegerField(source="pages", allow_null=True)
    trozos = serializers.IntegerField(source="chunks_total")
    trozos_listos = serializers.IntegerField(source="chunks_done")

    class Meta:
        model = Document
        fields = [
            "id",
            "titulo",
            "descripcion",
            "nombre_archivo",
            "tipo_archivo",
            "tamaño_bytes",
            "contenido_procesado",
            "activo",
            "creado_en",
            "actualizado_en",
            "clase",
            "para_quien",
            "estado",
            "error",
            "paginas",
            "trozos",
            "trozos_listos",
        ]


class WholeDocument(DocumentSerializer):
    """One document, with the text that was read of it."""

    contenido_texto = serializers.CharField(source="text", allow_null=True)

    class Meta(DocumentSerializer.Meta):
        fields = [*DocumentSerializer.Meta.fields, "contenido_texto"]


class DocumentList(serializers.Serializer):
    total = serializers.IntegerField()
    documentos = DocumentSerializer(many=True)


class DocumentEnvelope(serializers.Serializer):
    mensaje = serializers.CharField()
    documento = DocumentSerializer()


class OneDocument(serializers.Serializer):
    documento = WholeDocument()


class Processed(DocumentEnvelope):
    caracteres_extraidos = serializers.IntegerField()
    contenido_en_bd = serializers.BooleanField()


class DocumentQuery(serializers.Serializer):
    activo = serializers.BooleanField(required=False, allow_null=True, default=None)


class UploadBody(serializers.Serializer):
    titulo = Text(max_length=LONGEST_TITLE)
    descripcion = Text(max_length=LONGEST_DESCRIPTION, required=False, allow_blank=True, default="")
    archivo = serializers.FileField(max_length=255)
    clase = serializers.ChoiceField(DocumentKind.choices, default=DocumentKind.GENERAL)
    para_quien = serializers.ChoiceField(Audience.choices, default=Audience.PUBLIC)


class DocumentEdit(serializers.Serializer):
    """Only what is given changes."""

    titulo = optional(Text, source="title", max_length=LONGEST_TITLE)
    descripcion = optional(
        Text, source="description", max_length=LONGEST_DESCRIPTION, allow_blank=True
    )
    activo = optional(serializers.BooleanField, source="active")
    clase = optional(serializers.ChoiceField, source="kind", choices=DocumentKind.choices)
    para_quien = optional(serializers.ChoiceField, source="audience", choices=Audience.choices)


class ActivateBody(serializers.Serializer):
    activo = serializers.BooleanField(default=True)
