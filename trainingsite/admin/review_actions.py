"""Decisions about the rows chosen in a list: each is one of its own, and refusals are told."""

from collections import Counter
from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from conversations import review
from conversations.models import Conversation, ConversationQuerySet
from core.access import visible
from core.admin.base import staff
from rag import reviewing
from trainingsite.admin.base import page
from trainingsite.admin.marked import answer_of, question_of
from trainingsite.admin.reading import CURRENT, compact, errors, label_of

AT_ONCE = 100  # a person reads each of them
RIGHT = "conversations.review_conversation"


class ReviewActions:
    """What a reviewer may decide about chosen rows; a list names the ones that it offers."""

    def has_review_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(RIGHT)

    @admin.action(description=_("Aprobar"), permissions=["review"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Asks first, with every text: these are what the machine was not sure of."""
        if "confirmado" not in request.POST:
            return self._ask(request, queryset)
        self._decide(request, queryset, reviewing.approve, done=_approved)
        return None

    @admin.action(description=_("Rechazar"), permissions=["review"])
    def reject(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._decide(request, queryset, review.reject, done=_rejected)

    @admin.action(description=_("Reanalizar"), permissions=["review"])
    def reanalyse(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._decide(request, queryset, review.reanalyse, done=_read_again)

    @admin.action(description=_("Enviar a revisión"), permissions=["review"])
    def send_back(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._decide(request, queryset, review.send_back, done=_sent_back)

    @admin.action(description=_("Volver a revisar"), permissions=["review"])
    def review_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._decide(request, queryset, review.send_back, done=_sent_back)

    def _ask(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        if queryset.count() > AT_ONCE:
            note = gettext("Elija hasta %d: antes de aprobarlas se leen todas.") % AT_ONCE
            messages.error(request, note)
            return None
        rows = _with_labels(request, queryset)
        return page(
            request,
            "admin/trainingsite/review_confirm.html",
            title=gettext("Aprobar"),
            rows=[_as_read(row) for row in rows],
            action="approve",
        )

    def _decide(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        verb: Callable[..., Any],
        *,
        done: Callable[[int], str],
    ) -> None:
        rows = cast(ConversationQuerySet, visible(Conversation.objects.all(), request.user))
        ids = queryset.values_list("pk", flat=True)
        batch = review.in_turn(rows, list(ids), lambda row: verb(row, by=staff(request)))
        if batch.done:
            messages.success(request, done(len(batch.done)))
        for why, total in Counter(map(str, batch.refused.values())).items():
            messages.error(request, f"{total} × {why}")


def _with_labels(request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Conversation]:
    chosen = Conversation.objects.filter(pk__in=queryset.values("pk"))
    rows = cast(ConversationQuerySet, visible(chosen, request.user))
    return review.by_confidence(rows).select_related("domain").prefetch_related(CURRENT)


def _as_read(row: Conversation) -> dict[str, Any]:
    label = label_of(row)
    return {
        "row": row,
        "question": question_of(row, label),
        "answer": answer_of(row),
        "label": compact(label, told=review.told_confidence(row) is not None),
        "errors": errors(label) if label else [],
    }


def _approved(total: int) -> str:
    return ngettext("%d aprobada.", "%d aprobadas.", total) % total


def _rejected(total: int) -> str:
    return ngettext("%d rechazada.", "%d rechazadas.", total) % total


def _read_again(total: int) -> str:
    return ngettext("%d leída otra vez.", "%d leídas otra vez.", total) % total


def _sent_back(total: int) -> str:
    return ngettext("%d vuelve a revisión.", "%d vuelven a revisión.", total) % total
