"""The lists of reviewers: labels to review, what was rejected, what was screened out."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.timezone import localtime, now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from conversations import review
from conversations.models import (
    Conversation,
    ConversationQuerySet,
    Rejected,
    ScreenedOut,
    Stage,
    ToReview,
)
from core.access import domains_of
from core.admin.base import DomainFilter, ReadOnly, ScopedAdmin
from trainingsite.admin import review_filters as by
from trainingsite.admin.bands import bar
from trainingsite.admin.marked import NO_ANSWER, question_of
from trainingsite.admin.reading import CURRENT, compact, errors, label_of
from trainingsite.admin.review_actions import ReviewActions


class ReviewerList(ReviewActions, ReadOnly, ScopedAdmin):
    """Exchanges with what was read in them; a row opens the page where it is decided about."""

    list_display_links = None
    sortable_by = ["arrived"]
    search_fields = ["question", "answer"]
    search_help_text = _("Busca en la pregunta y en la respuesta.")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_review_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Nobody's who took their consent back, though it is still to be erased."""
        rows = cast(ConversationQuerySet, super().get_queryset(request))
        return rows.consented().prefetch_related(CURRENT)

    def get_list_display(self, request: HttpRequest) -> list[str]:
        columns = list(super().get_list_display(request))
        return columns if domains_of(request.user).count() > 1 else columns[:-2] + columns[-1:]

    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Links of the theme to a row lead to its page of review."""
        return HttpResponseRedirect(reverse("admin:review_one", args=[object_id]))

    @admin.display(description=_("pregunta y respuesta"))
    def said(self, row: Conversation) -> SafeString:
        return format_html(
            '<div><a class="ts-open" href="{}">{}</a><div class="ts-muted">{}</div></div>',
            reverse("admin:review_one", args=[row.pk]),
            question_of(row, label_of(row)),
            Truncator(row.answer).chars(140) or NO_ANSWER,
        )

    @admin.display(description=_("etiqueta"))
    def label(self, row: Conversation) -> SafeString | str:
        return compact(label_of(row), told=review.told_confidence(row) is not None)

    @admin.display(description=_("errores"))
    def faults(self, row: Conversation) -> SafeString | str:
        label = label_of(row)
        return _stacked([("ts-error", it) for it in (errors(label) if label else [])])

    @admin.display(description=_("por qué"))
    def reason(self, row: Conversation) -> str:
        return review.told_why(row) or "–"

    @admin.display(description=_("llegó"), ordering="created_at")
    def arrived(self, row: Conversation) -> str:
        return date_format(localtime(row.created_at), "SHORT_DATETIME_FORMAT")


def _stacked(lines: list[tuple[str, Any]]) -> SafeString | str:
    """Lines of a cell, each with its class; they are one block, as the theme's phone rows need."""
    inside = format_html_join("", '<div class="{}">{}</div>', lines)
    return format_html("<div>{}</div>", inside) if lines else "–"


@admin.register(ToReview)
class ToReviewAdmin(ReviewerList):
    list_display = ["said", "label_told", "doubts", "in_domain", "arrived"]
    list_filter = [
        DomainFilter,
        by.WaitingFilter,
        by.WaitingWhyFilter,
        by.BandFilter,
        by.IntentFilter,
        by.QaFilter,
    ]
    list_select_related = ["domain", "claim__user"]
    actions = ["approve", "reject", "reanalyse", "send_back"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The least certain first."""
        return review.by_confidence(cast(ConversationQuerySet, super().get_queryset(request)))

    @admin.display(description=_("etiqueta y confianza"))
    def label_told(self, row: Any) -> SafeString | str:
        """The confidence in it all, then what was read."""
        if label_of(row) is None:
            return "–"
        overall = '<div><div class="ts-read"><b>{}</b> {}</div>{}</div>'
        return format_html(overall, gettext("en conjunto"), bar(row.told), self.label(row))

    @admin.display(description=_("dudas"))
    def doubts(self, row: Conversation) -> SafeString | str:
        """Why a person must look, what QA found, and who is looking."""
        why = review.told_why(row)
        reason = [("", why)] if why else []
        label = label_of(row)
        wrong = [("ts-error", it) for it in (errors(label) if label else [])]
        return _stacked([*reason, *wrong, *self._open_by(row)])

    def _open_by(self, row: Conversation) -> list[tuple[str, str]]:
        claim = getattr(row, "claim", None)
        if claim is None or claim.until < now():
            return []
        return [("ts-muted", gettext("En revisión por %s") % claim.user.get_username())]


@admin.register(Rejected)
class RejectedAdmin(ReviewerList):
    """What does not teach: its text, why, what QA found; it can be reviewed again."""

    list_display = ["said", "label", "faults", "reason", "in_domain", "arrived"]
    list_filter = [DomainFilter, by.RejectedWhyFilter, by.IntentFilter]
    ordering = ["-created_at", "-pk"]
    actions = ["review_again"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(stage=Stage.REJECTED)


@admin.register(ScreenedOut)
class ScreenedOutAdmin(ReviewerList):
    """What asked for nothing of the business, and why it was thought so."""

    list_display = ["said", "reason", "in_domain", "arrived"]
    list_filter = [DomainFilter, by.ScreenedWhyFilter]
    ordering = ["-created_at", "-pk"]
    actions = ["review_again"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(stage=Stage.SCREENED_OUT)
