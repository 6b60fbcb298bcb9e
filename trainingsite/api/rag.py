"""``/api/v1/ai/training/rag``: the vectors of documents, and searching them (requirements, 2.3)."""

import time
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Max
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.errors import NotFound, Refusal
from rag import indexing, retrieval, spaces
from rag.models import Chunk, Document, DocumentQuerySet, VectorSpace
from trainingsite.api.base import DOMAIN, LendingView
from trainingsite.api.rag_serializers import (
    FoundChunk,
    Made,
    MadeOne,
    MakeBody,
    SearchBody,
    Searched,
    State,
)

PREFIX = "api/v1/ai/training/rag/"
SECONDS = 20  # of one request; the queue goes on with the rest


class NotProcessed(Refusal):
    """The document has no text yet."""

    code = "not_processed"


class RagView(LendingView):
    """What the views of this module share: the documents that the user may read."""

    @property
    def rows(self) -> DocumentQuerySet:
        return Document.objects.filter(domain=self.domain).shown_to(self.actor)


class StateView(RagView):
    rights = {"GET": "rag.view_document"}

    @extend_schema(operation_id="rag_estado", parameters=[DOMAIN], responses=State)
    def get(self, request: Request) -> Response:
        """How much can be searched, by which model, and which one is being prepared."""
        space = spaces.active()
        chunks = Chunk.objects.filter(document__in=self.rows)
        used = chunks.filter(embedding_model=space.model if space else None).aggregate(
            documentos_con_embeddings=Count("document", distinct=True),
            total_embeddings=Count("pk"),
            ultima_actualizacion=Max("updated_at"),
        )
        facts = used | {
            "total_documentos": self.rows.count(),
            "modelo": space.model if space else None,
            "dimensiones": space.dimensions if space else None,
            "en_preparacion": _building(),
        }
        return Response(State(facts).data)


class MakeView(RagView):
    rights = {"POST": "rag.change_document"}

    @extend_schema(
        operation_id="rag_generar", parameters=[DOMAIN], request=MakeBody, responses=Made
    )
    def post(self, request: Request) -> Response:
        """Make what is missing of the vectors of these documents, or of all that have a text."""
        body = self.read(MakeBody, request.data)
        rows = self.rows.filter(processed=True).select_related("domain").order_by("pk")
        if wanted := body.get("documento_ids"):
            rows = rows.filter(pk__in=wanted)
            _refuse_unknown(wanted, self.rows)
        done = _index(list(rows))
        return Response(
            {
                "documentos_procesados": len(done),
                "total_embeddings": sum(done),
                "en_cola": rows.count() - len(done),
            }
        )


class MakeOneView(RagView):
    rights = {"POST": "rag.change_document"}

    @extend_schema(
        operation_id="rag_generar_uno", parameters=[DOMAIN], request=None, responses=MadeOne
    )
    def post(self, request: Request, pk: int) -> Response:
        """Make what is missing of the vectors of one document; 400 when it has no text yet."""
        document = self.rows.filter(pk=pk).select_related("domain").first()
        if document is None:
            raise NotFound(_("No existe ese documento."), documento="not_found")
        if not document.processed:
            raise NotProcessed(_("El documento aún no tiene texto."), documento="not_processed")
        return Response({"embeddings_generados": indexing.index(document)})


class SearchView(RagView):
    rights = {"POST": "rag.ask_assistant"}

    @extend_schema(
        operation_id="rag_buscar", parameters=[DOMAIN], request=SearchBody, responses=Searched
    )
    def post(self, request: Request) -> Response:
        """The chunks that fit a question best, by meaning and by words, with why."""
        body = self.read(SearchBody, request.data)
        looked = retrieval.look(self.domain, body["pregunta"], user=self.actor, limit=body["top_k"])
        return Response(
            {
                "documentos": FoundChunk(looked.found, many=True).data,
                "query_embedding": looked.vector or [],
            }
        )


def _building() -> dict[str, Any] | None:
    space = VectorSpace.objects.filter(state=VectorSpace.State.BUILDING).first()
    if space is None:
        return None
    done, total = spaces.progress(space)
    return {"modelo": space.model, "hechos": done, "total": total}


def _refuse_unknown(wanted: Sequence[int], rows: DocumentQuerySet) -> None:
    if set(wanted) - set(rows.filter(pk__in=wanted).values_list("pk", flat=True)):
        raise NotFound(_("Alguno de esos documentos no existe."), documento_ids="not_found")


def _index(documents: Sequence[Document]) -> list[int]:
    """Index some of ``documents`` now, and queue the others; the chunks of each that is done."""
    done, began = [], time.monotonic()
    for document in documents:
        if time.monotonic() - began < SECONDS:
            done.append(indexing.index(document))
        else:
            indexing.queue(document)
    return done


paths: list[URLPattern] = [
    path(f"{PREFIX}estado", StateView.as_view(), name="rag-state"),
    path(f"{PREFIX}generar-embeddings", MakeView.as_view(), name="rag-make"),
    path(f"{PREFIX}buscar", SearchView.as_view(), name="rag-search"),
    path(f"{PREFIX}documentos/<int:pk>/embeddings", MakeOneView.as_view(), name="rag-make-one"),
]
