"""The bot's answers: where each came from, at what cost, step by step. Read only, without words."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from conversations.models import Conversation
from core.admin.base import DomainFilter, ReadOnly, ScopedAdmin
from rag.admin import timeline
from rag.models import Turn

LINK = '<a href="{}">{}</a>'


class SourceFilter(admin.SimpleListFilter):
    """The sources that there are, by their names."""

    title = _("de dónde salió")
    parameter_name = "source"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(timeline.SOURCES.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Turn]) -> QuerySet[Turn]:
        return queryset.filter(source=self.value()) if self.value() else queryset


@admin.register(Turn)
class TurnAdmin(ReadOnly, ScopedAdmin):
    list_display = ["when", "channel", "came_from", "model", "tokens", "milliseconds", "replied"]
    list_filter = [
        DomainFilter,
        SourceFilter,
        "failed",
        "channel",
        ("at", admin.DateFieldListFilter),
    ]
    search_fields = ["model"]
    ordering = ["-at", "-pk"]
    fieldsets = [
        (None, {"fields": [("when", "domain", "channel"), ("came_from", "model"), "exchange"]}),
        (_("Lo que pasó"), {"fields": ["steps_taken"]}),
        (
            _("Con qué se contestó"),
            {"fields": ["passages", "near", ("trained_model", "prompt")]},
        ),
        (_("Lo que costó"), {"fields": [("tokens", "milliseconds", "replied")]}),
    ]
    readonly_fields = [
        "when",
        "came_from",
        "replied",
        "exchange",
        "steps_taken",
        "passages",
        "near",
    ]

    @admin.display(description=_("cuándo"), ordering="at")
    def when(self, turn: Turn) -> str:
        return date_format(localtime(turn.at), "SHORT_DATETIME_FORMAT")

    @admin.display(description=_("de dónde salió"), ordering="source")
    def came_from(self, turn: Turn) -> str:
        return timeline.source_name(turn.source)

    @admin.display(description=_("contestó"), boolean=True, ordering="failed")
    def replied(self, turn: Turn) -> bool:
        return not turn.failed

    @admin.display(description=_("conversación"))
    def exchange(self, turn: Turn) -> SafeString | str:
        """Its words, where it was agreed that they are kept."""
        return _link_to(turn.conversation_id) if turn.conversation_id else str(_("No se guardó."))

    @admin.display(description=_("pasos"))
    def steps_taken(self, turn: Turn) -> SafeString:
        return timeline.shown(turn)

    @admin.display(description=_("pasajes"))
    def passages(self, turn: Turn) -> SafeString | str:
        """Where they stand: who may open a document reads them there."""
        rows = turn.chunks.order_by("pk").values_list("document", "position", "page")
        lines = (
            (
                reverse("admin:rag_document_change", args=[document]),
                _("Documento %(pk)s, trozo %(at)s") % {"pk": document, "at": position + 1},
                f", {_('página')} {page}" if page else "",
            )
            for document, position, page in rows
        )
        return format_html_join("", '<div><a href="{}">{}</a>{}</div>', lines) or "–"

    @admin.display(description=_("ejemplos"))
    def near(self, turn: Turn) -> SafeString | str:
        there = Conversation.objects.filter(pk__in=turn.examples, domain=turn.domain_id)
        links = ((_link_to(pk),) for pk in there.values_list("pk", flat=True).order_by("pk"))
        return format_html_join(", ", "{}", links) or "–"


def _link_to(pk: int) -> SafeString:
    url = reverse("admin:conversations_conversation_change", args=[pk])
    return format_html(LINK, url, _("N.º %s") % pk)
