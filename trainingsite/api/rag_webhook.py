"""``/webhook/rag``: what a bot looks up, and what programs add to it (requirements, 3.4)."""

import hashlib
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Count, Sum
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from conversations.capture import masked
from core.errors import Conflict, NotFound
from core.work import WorkState
from rag import documents, faqs, retrieval, spaces
from rag.models import Document, DocumentKind, DocumentQuerySet, DocumentState, DocumentWork
from rag.prices import lists, publishing
from rag.retrieval import Found
from trainingsite.api.base import DOMAIN, WebhookView
from trainingsite.api.pipeline_serializers import EmptyAnswer, EmptyBody
from trainingsite.api.rag_serializers import (
    Answered,
    BatchBody,
    ExchangeBody,
    FaqsBody,
    IndexBody,
    Indexed,
    ListAnswer,
    Listed,
    ManyIndexed,
    PageQuery,
    QueryBody,
    RagHealth,
    Stats,
    name_of,
)
from trainingsite.api.review_serializers import Success

PREFIX = "webhook/rag/"
TITLE = 80  # characters of a text that name it
CONTEXT = 8000  # characters: about 2,000 tokens


class RagView(WebhookView):
    """What the views of this module share: the documents of the domain that the user may read."""

    @property
    def rows(self) -> DocumentQuerySet:
        return Document.objects.filter(domain=self.domain).shown_to(self.actor)

    def add(self, text: str, *, kind: str, **told: Any) -> Document:
        """Keep ``text``; without an id of its own, the same text is the same document."""
        known = hashlib.sha256(f"{kind} {text}".encode()).hexdigest()[:24]
        return documents.add_text(
            self.domain,
            title=told.pop("title", "") or " ".join(text.split())[:TITLE],
            text=text,
            kind=kind,
            outside_id=told.pop("outside_id", None) or f"{kind}-{known}",
            by=self.actor.get_username(),
            **told,
        )


class IndexView(RagView):
    rights = {"POST": "rag.add_document"}

    @extend_schema(
        operation_id="webhook_rag_index", parameters=[DOMAIN], request=IndexBody, responses=Indexed
    )
    def post(self, request: Request) -> Response:
        """Keep a text to be found; with a `doc_id` that is known, instead of what it said."""
        return _indexed(self.add_one(self.read(IndexBody, request.data)))

    def add_one(self, body: dict[str, Any]) -> Document:
        """The document that ``body`` describes."""
        return self.add(
            body["content"],
            kind=body["doc_type"],
            metadata=body.get("metadata"),
            outside_id=body.get("doc_id"),
        )


class BatchView(IndexView):
    @extend_schema(
        operation_id="webhook_rag_index_batch",
        parameters=[DOMAIN],
        request=BatchBody,
        responses=ManyIndexed,
    )
    @transaction.atomic
    def post(self, request: Request) -> Response:
        """Keep up to 100 texts: all of them, or none when one is wrong."""
        body = self.read(BatchBody, request.data)
        return _many_indexed(self.add_one(it) for it in body["documents"])


class FaqsView(RagView):
    rights = {"POST": "rag.add_document"}

    @extend_schema(
        operation_id="webhook_rag_index_faqs",
        parameters=[DOMAIN],
        request=FaqsBody,
        responses=ManyIndexed,
    )
    def post(self, request: Request) -> Response:
        """Keep questions with their answers; a question that is known gets its new answer."""
        body = self.read(FaqsBody, request.data)
        given = [
            faqs.Faq(it["question"], it["answer"], it.get("category") or "") for it in body["faqs"]
        ]
        return _many_indexed(faqs.add(self.domain, given, by=self.actor.get_username()))


class PricesView(RagView):
    rights = {"POST": "rag.add_document"}

    @extend_schema(
        operation_id="webhook_rag_index_prices",
        parameters=[DOMAIN],
        request=None,
        responses=Indexed,
    )
    def post(self, request: Request) -> Response:
        """Keep the price list in force as a text to be found; 404 when there is none."""
        current = lists.current(self.domain)
        if current is None:
            raise NotFound(_("No hay una lista de precios vigente."), lista="not_found")
        return _indexed(publishing.as_document(current, by=self.actor.get_username()))


class ExchangeView(RagView):
    rights = {"POST": "rag.add_document"}

    @extend_schema(
        operation_id="webhook_rag_index_conversation",
        parameters=[DOMAIN],
        request=ExchangeBody,
        responses=Indexed,
    )
    def post(self, request: Request) -> Response:
        """Keep a useful exchange to be found, without its personal data."""
        body = self.read(ExchangeBody, request.data)
        question = masked(body["user_message"], self.domain)
        said = masked(body["assistant_response"], self.domain)
        return _indexed(
            self.add(
                f"{question}\n{said}",
                kind=DocumentKind.CONVERSATION,
                title=question[:TITLE],
                metadata=body.get("metadata"),
            )
        )


class QueryView(RagView):
    rights = {"POST": "rag.ask_assistant"}

    @extend_schema(
        operation_id="webhook_rag_query", parameters=[DOMAIN], request=QueryBody, responses=Answered
    )
    def post(self, request: Request) -> Response:
        """What fits a question best; with `return_context` also as one text for a prompt."""
        body = self.read(QueryBody, request.data)
        found = retrieval.search(
            self.domain,
            body["query"],
            user=self.actor,
            limit=body["top_k"],
            threshold=body.get("min_similarity"),
            kind=body.get("doc_type"),
        )
        answer: dict[str, Any] = {
            "success": True,
            "query": body["query"],
            "results_count": len(found),
            "results": [_result(it) for it in found],
        }
        if body["return_context"]:
            answer["context"] = "\n\n".join(it.chunk.passage for it in found)[:CONTEXT]
        return Response(answer)


class DocumentsView(RagView):
    rights = {"GET": "rag.view_document"}

    @extend_schema(
        operation_id="webhook_rag_documents", parameters=[DOMAIN, PageQuery], responses=ListAnswer
    )
    def get(self, request: Request) -> Response:
        """The documents, the newest first."""
        page = self.read(PageQuery, request.query_params.dict())
        rows = self.rows.defer("text", "layout").order_by("-created_at", "-pk")
        shown = rows[page["offset"] : page["offset"] + page["limit"]]
        return Response(
            {
                "success": True,
                "total": rows.count(),
                "documents": Listed(shown, many=True).data,
            }
        )


class DocumentView(RagView):
    rights = {"DELETE": "rag.delete_document"}

    @extend_schema(operation_id="webhook_rag_delete", parameters=[DOMAIN], responses=Success)
    def delete(self, request: Request, name: str) -> Response:
        """Remove a document; no search finds it from then on."""
        documents.delete(self._named(name), by=self.actor.get_username())
        return Response({"success": True})

    def _named(self, name: str) -> Document:
        """By the id that it was given, else by our own."""
        own = self.rows.filter(outside_id=None, pk=int(name)) if _is_key(name) else None
        found = self.rows.filter(outside_id=name.replace("\0", "")).first() or (own and own.first())
        if not found:
            raise NotFound(_("No existe ese documento."), documento="not_found")
        return found


class ClearView(RagView):
    rights = {"DELETE": "rag.delete_document"}

    @extend_schema(
        operation_id="webhook_rag_clear",
        parameters=[DOMAIN],
        request=EmptyBody,
        responses=EmptyAnswer,
    )
    @transaction.atomic
    def delete(self, request: Request) -> Response:
        """Remove every text that came without a file; 409 says how many unless one knew it."""
        confirmed = self.read(EmptyBody, request.data).get("confirm")
        rows = list(self.rows.filter(path="").select_for_update(of=("self",)).defer("text"))
        if confirmed != len(rows):
            why = _("Se borrarían %(n)s documentos: confírmelo con ese número.")
            raise Conflict(why % {"n": len(rows)}, documents=len(rows))
        for row in rows:
            documents.delete(row, by=self.actor.get_username())
        return Response({"success": True, "deleted": len(rows)})


class StatsView(RagView):
    rights = {"GET": "rag.view_document"}

    @extend_schema(operation_id="webhook_rag_stats", parameters=[DOMAIN], responses=Stats)
    def get(self, request: Request) -> Response:
        """How many documents and chunks there are, by type, and which model they are for."""
        space, rows = spaces.active(), self.rows.order_by()
        return Response(
            {
                "success": True,
                "total_documents": rows.count(),
                "total_chunks": rows.aggregate(n=Sum("chunks_done"))["n"] or 0,
                "by_type": dict(rows.values_list("kind").annotate(n=Count("pk"))),
                "embedding_model": space.model if space else None,
                "dimensions": space.dimensions if space else None,
            }
        )


class HealthView(RagView):
    rights = {"GET": "rag.view_document"}

    @extend_schema(operation_id="webhook_rag_health", parameters=[DOMAIN], responses=RagHealth)
    def get(self, request: Request) -> Response:
        """``degraded`` when a document could not be prepared."""
        rows = self.rows
        failed = rows.filter(state=DocumentState.FAILED).count()
        waiting = DocumentWork.objects.filter(document__in=rows, state=WorkState.WAITING).count()
        said = _("Documentos que fallaron: %d.") % failed if failed else _("Todo funciona.")
        return Response(
            {
                "status": "degraded" if failed else "healthy",
                "waiting": waiting,
                "failed": failed,
                "message": said,
            }
        )


def _indexed(document: Document) -> Response:
    state = "ready" if document.state == DocumentState.READY else "waiting"
    return Response({"success": True, "doc_id": name_of(document), "status": state})


def _many_indexed(added: Iterable[Document]) -> Response:
    names = [name_of(document) for document in added]
    return Response({"success": True, "indexed": len(names), "doc_ids": names})


def _result(found: Found) -> dict[str, Any]:
    document = found.chunk.document
    about = {"doc_type": document.kind, "title": document.title, "page": found.chunk.page}
    return {
        "id": name_of(document),
        "content": found.chunk.text,
        "metadata": document.metadata | about,
        "similarity": found.similarity,
    }


def _is_key(name: str) -> bool:
    return name.isascii() and name.isdecimal() and len(name) < 10


paths: list[URLPattern] = [
    path(f"{PREFIX}index", IndexView.as_view(), name="webhook-rag-index"),
    path(f"{PREFIX}index/batch", BatchView.as_view(), name="webhook-rag-batch"),
    path(f"{PREFIX}index/prices", PricesView.as_view(), name="webhook-rag-prices"),
    path(f"{PREFIX}index/faqs", FaqsView.as_view(), name="webhook-rag-faqs"),
    path(f"{PREFIX}index/conversation", ExchangeView.as_view(), name="webhook-rag-exchange"),
    path(f"{PREFIX}query", QueryView.as_view(), name="webhook-rag-query"),
    path(f"{PREFIX}documents", DocumentsView.as_view(), name="webhook-rag-documents"),
    path(f"{PREFIX}documents/<path:name>", DocumentView.as_view(), name="webhook-rag-document"),
    path(f"{PREFIX}clear", ClearView.as_view(), name="webhook-rag-clear"),
    path(f"{PREFIX}stats", StatsView.as_view(), name="webhook-rag-stats"),
    path(f"{PREFIX}health", HealthView.as_view(), name="webhook-rag-health"),
]
