"""Thumbs of whoever asked: how many, on whose answers, and what was done about each."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from conversations.models import ChatRating, Conversation, Thumb
from core.access import domains_of, visible
from core.admin.base import DomainFilter, DomainWhereSeveral, ReadOnly, ScopedAdmin, staff
from rag import feedback, thumb_trend
from rag.admin import timeline
from rag.models import Turn
from trainingsite.admin import thumb_page
from trainingsite.admin.bands import bar

UNSAID = _("(sin palabras: no aceptó que se guarden)")


class ModelFilter(admin.SimpleListFilter):
    """The models whose answers got thumbs in the user's domains."""

    title = _("modelo")
    parameter_name = "modelo"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rated = Turn.objects.filter(thumb__domain__in=domains_of(request.user)).exclude(model="")
        return [
            (it, it) for it in rated.order_by("model").values_list("model", flat=True).distinct()
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(turn__model=self.value()) if self.value() else queryset


@admin.register(ChatRating)
class ThumbAdmin(ReadOnly, DomainWhereSeveral, ScopedAdmin):
    """The list, under its figures; a row opens the page where it is worked on."""

    list_before_template = "admin/trainingsite/thumbs_figures.html"
    list_display = ["said", "shown_thumb", "answered_by", "exchange", "done", "in_domain", "given"]
    list_display_links = None
    list_filter = [
        DomainFilter,
        "thumb",
        "processed",
        "improved",
        ModelFilter,
        ("created_at", admin.DateFieldListFilter),
    ]
    list_select_related = ["domain", "turn"]
    search_fields = ["question", "answer", "reason"]
    search_help_text = _("Busca en la pregunta, la respuesta y el motivo.")
    ordering = ["-created_at", "-pk"]
    actions = ["process"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ChatRating]:
        """None on what was said by who took their consent back, though it is still to be erased."""
        kept = Q(conversation=None) | Q(conversation__in=Conversation.objects.consented())
        return super().get_queryset(request).filter(kept)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        told = {"title": _("Calificaciones del chat"), **_figures(request)}
        return super().changelist_view(request, told | (extra_context or {}))

    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The page of one thumb, for who may see the list."""
        thumb = self.get_object(request, object_id)
        if thumb is None or not self.has_view_permission(request, thumb):
            return super().change_view(request, object_id, *args, **kwargs)
        return thumb_page.screen(request, thumb, among=self.get_queryset(request))

    def has_process_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(thumb_page.PROCESS)

    @admin.action(description=_("Marcar procesadas"), permissions=["process"])
    def process(self, request: HttpRequest, queryset: QuerySet[ChatRating]) -> None:
        """What needs nothing more, at once; what was processed before stays as it was."""
        waiting = list(queryset.filter(processed=False))
        for thumb in waiting:
            feedback.process(thumb, by=staff(request))
        said = ngettext("%d procesada.", "%d procesadas.", len(waiting)) % len(waiting)
        self.message_user(request, said, messages.SUCCESS if waiting else messages.WARNING)

    @admin.display(description=_("pregunta y respuesta"))
    def said(self, thumb: ChatRating) -> SafeString:
        return format_html(
            '<div><a class="ts-open" href="{}">{}</a><div class="ts-muted">{}</div>{}</div>',
            reverse("admin:conversations_chatrating_change", args=[thumb.pk]),
            Truncator(thumb.question).chars(140) or UNSAID,
            Truncator(thumb.answer).chars(140),
            format_html("<div><b>{}</b> {}</div>", gettext("Motivo:"), thumb.reason)
            if thumb.reason
            else "",
        )

    @display(description=_("pulgar"), label={Thumb.UP: "success", Thumb.DOWN: "danger"})
    def shown_thumb(self, thumb: ChatRating) -> tuple[str, str]:
        return thumb.thumb, thumb.get_thumb_display()

    @admin.display(description=_("contestó"))
    def answered_by(self, thumb: ChatRating) -> SafeString | str:
        """Who, leading to how it came about."""
        turn = getattr(thumb, "turn", None)
        if turn is None:
            return "–"
        url = reverse("admin:rag_turn_change", args=[turn.pk])
        return format_html(
            '<a class="ts-link ts-wrap" href="{}">{}</a>', url, who(turn.model, turn.source)
        )

    @admin.display(description=_("conversación"))
    def exchange(self, thumb: ChatRating) -> SafeString | str:
        if not thumb.conversation_id:
            return "–"
        url = reverse("admin:conversations_conversation_change", args=[thumb.conversation_id])
        return format_html('<a class="ts-link" href="{}">N.º {}</a>', url, thumb.conversation_id)

    @display(description=_("estado"), label={"new": "warning", "done": "", "better": "success"})
    def done(self, thumb: ChatRating) -> tuple[str, str]:
        """A thumb up asks for nothing."""
        if thumb.improved:
            return "better", gettext("Mejorado")
        if thumb.processed:
            return "done", gettext("Procesada")
        return ("new", gettext("Sin procesar")) if thumb.thumb == Thumb.DOWN else ("", "–")

    @admin.display(description=_("llegó"), ordering="created_at")
    def given(self, thumb: ChatRating) -> str:
        return date_format(localtime(thumb.created_at), "SHORT_DATETIME_FORMAT")


def who(model: str, source: str) -> str:
    """Who answered, as staff read it: a model by its name, else where the answer came from."""
    return model or (timeline.source_name(source) if source else gettext("no se sabe"))


def _figures(request: HttpRequest) -> dict[str, Any]:
    """This week beside the one before, and the weeks by who answered, of the domains looked at."""
    rows = visible(ChatRating.objects.all(), request.user)
    if chosen := request.GET.get("dominio"):
        rows = rows.filter(domain__slug=chosen)
    lines = thumb_trend.weekly(rows)
    now, before = thumb_trend.standing(lines)
    return {
        "this_week": now,
        "last_week": before,
        "waiting": rows.filter(processed=False, thumb=Thumb.DOWN).count(),
        "weeks": [(it, who(it.model, it.source), bar(it.share)) for it in lines],
    }
