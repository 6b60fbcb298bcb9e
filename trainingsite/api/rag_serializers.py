"""What comes in and goes out at ``/rag`` (requirements, 2.3 and 3.4), field by field."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from rag.assistant import LONGEST_QUESTION
from rag.extraction.limits import MOST_CHARACTERS
from rag.models import Document, DocumentKind
from trainingsite.api.conversation_serializers import Text, Whole, optional
from trainingsite.api.review_serializers import Success

MOST_FOUND = 10
MOST_AT_ONCE = 100  # documents of one request
LONGEST_METADATA = 50  # keys


def name_of(document: Document) -> str:
    """What programs call it: the id that it came with, else our own."""
    return document.outside_id or str(document.pk)


class BuildingState(serializers.Serializer):
    modelo = serializers.CharField()
    hechos = serializers.IntegerField()
    total = serializers.IntegerField()


class State(serializers.Serializer):
    """What comes after ``ultima_actualizacion`` is ours."""

    total_documentos = serializers.IntegerField()
    documentos_con_embeddings = serializers.IntegerField()
    total_embeddings = serializers.IntegerField()
    ultima_actualizacion = serializers.DateTimeField(allow_null=True)
    modelo = serializers.CharField(allow_null=True)
    dimensiones = serializers.IntegerField(allow_null=True)
    en_preparacion = BuildingState(
        allow_null=True, help_text="Otro modelo, que se usará cuando no le falte nada."
    )


class MakeBody(serializers.Serializer):
    documento_ids = optional(
        serializers.ListField, child=Whole(min_value=1), max_length=1000, allow_empty=False
    )


class Made(serializers.Serializer):
    documentos_procesados = serializers.IntegerField()
    total_embeddings = serializers.IntegerField()
    en_cola = serializers.IntegerField(help_text="Los que la cola sigue preparando.")


class MadeOne(serializers.Serializer):
    embeddings_generados = serializers.IntegerField()


class SearchBody(serializers.Serializer):
    pregunta = Text(max_length=LONGEST_QUESTION)
    top_k = serializers.IntegerField(min_value=1, max_value=MOST_FOUND, default=3)


class FoundChunk(serializers.Serializer):
    """What comes after ``similitud`` is ours."""

    documento_id = serializers.IntegerField(source="chunk.document_id")
    chunk_index = serializers.IntegerField(source="chunk.position")
    texto_chunk = serializers.CharField(source="chunk.text")
    similitud = serializers.FloatField(source="similarity", allow_null=True)
    titulo = serializers.CharField(source="chunk.document.title")
    apartado = serializers.CharField(source="chunk.heading")
    pagina = serializers.IntegerField(source="chunk.page", allow_null=True)
    puntuacion = serializers.FloatField(source="score")
    motivo = serializers.CharField(source="why")


class Searched(serializers.Serializer):
    documentos = FoundChunk(many=True)
    query_embedding = serializers.ListField(
        child=serializers.FloatField(),
        help_text="Vacío: el modelo no respondió y solo se compararon palabras.",
    )


class Metadata(serializers.DictField):
    """What a program wants to find again beside a document."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        found = super().to_internal_value(data)
        if len(found) > LONGEST_METADATA or len(repr(found)) > 10_000:
            raise serializers.ValidationError(_("Son demasiados datos."))
        return found


class IndexBody(serializers.Serializer):
    content = Text(min_length=10, max_length=MOST_CHARACTERS)
    doc_type = serializers.ChoiceField(DocumentKind.choices, default=DocumentKind.GENERAL)
    metadata = optional(Metadata)
    doc_id = optional(Text, max_length=100)


class BatchBody(serializers.Serializer):
    documents = serializers.ListField(child=IndexBody(), allow_empty=False, max_length=MOST_AT_ONCE)


class Faq(serializers.Serializer):
    question = Text(min_length=3, max_length=LONGEST_QUESTION)
    answer = Text(max_length=20_000)
    category = optional(Text, max_length=50, allow_blank=True)


class FaqsBody(serializers.Serializer):
    faqs = serializers.ListField(child=Faq(), allow_empty=False, max_length=MOST_AT_ONCE)


class ExchangeBody(serializers.Serializer):
    user_message = Text(min_length=3, max_length=LONGEST_QUESTION)
    assistant_response = Text(max_length=20_000)
    metadata = optional(Metadata)


class Indexed(Success):
    doc_id = serializers.CharField()
    status = serializers.CharField(help_text="ready: ya se encuentra; waiting: en un momento.")


class ManyIndexed(Success):
    indexed = serializers.IntegerField()
    doc_ids = serializers.ListField(child=serializers.CharField())


class QueryBody(serializers.Serializer):
    query = Text(min_length=3, max_length=LONGEST_QUESTION)
    top_k = serializers.IntegerField(min_value=1, max_value=MOST_FOUND, default=3)
    doc_type = optional(serializers.ChoiceField, choices=DocumentKind.choices)
    min_similarity = optional(
        serializers.FloatField,
        min_value=0,
        max_value=1,
        help_text="Sin él, la que se calibró con las preguntas del dominio.",
    )
    return_context = serializers.BooleanField(default=False)


class Result(serializers.Serializer):
    id = serializers.CharField()
    content = serializers.CharField()
    metadata = serializers.JSONField()
    similarity = serializers.FloatField(allow_null=True)


class Answered(Success):
    query = serializers.CharField()
    results_count = serializers.IntegerField()
    results = Result(many=True)

    def get_fields(self) -> dict[str, serializers.Field]:
        """``context`` cannot be declared: it would hide the serializer's own."""
        return super().get_fields() | {"context": serializers.CharField(required=False)}


class PageQuery(serializers.Serializer):
    limit = serializers.IntegerField(min_value=1, max_value=1000, default=100)
    offset = Whole(default=0)


class Listed(serializers.Serializer):
    id = serializers.SerializerMethodField()
    title = serializers.CharField()
    doc_type = serializers.CharField(source="kind")
    metadata = serializers.JSONField()
    chunks = serializers.IntegerField(source="chunks_done")
    active = serializers.BooleanField()
    created_at = serializers.DateTimeField()

    def get_id(self, document: Document) -> str:
        return name_of(document)


class ListAnswer(Success):
    total = serializers.IntegerField()
    documents = Listed(many=True)


class Stats(Success):
    total_documents = serializers.IntegerField()
    total_chunks = serializers.IntegerField()
    by_type = serializers.DictField(child=serializers.IntegerField())
    embedding_model = serializers.CharField(allow_null=True)
    dimensions = serializers.IntegerField(allow_null=True)


class RagHealth(serializers.Serializer):
    status = serializers.ChoiceField(choices=["healthy", "degraded"])
    waiting = serializers.IntegerField()
    failed = serializers.IntegerField()
    message = serializers.CharField()
