"""A thread as it was said: its turns in order, each leading to its exchange. Read only."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from conversations.models import ChatMessage, ChatSession
from core.admin.base import DomainFilter, ReadOnly, ReadOnlyTable, ScopedAdmin
from trainingsite.admin.marked import marked, placeholders

RIGHT = "conversations.view_conversation"


class TurnInline(ReadOnlyTable):
    model = ChatMessage
    fields = ["when", "role", "said", "exchange"]
    readonly_fields = ["when", "said", "exchange"]
    ordering = ["at", "pk"]
    hide_title = True
    verbose_name_plural = _("mensajes, en orden")

    @admin.display(description=_("cuándo"))
    def when(self, turn: ChatMessage) -> str:
        return date_format(localtime(turn.at), "SHORT_DATETIME_FORMAT")

    @admin.display(description=_("texto"))
    def said(self, turn: ChatMessage) -> SafeString:
        text = marked(turn.content, placeholders(turn.content))
        return format_html('<span class="ts-lines">{}</span>', text)

    @admin.display(description=_("conversación"))
    def exchange(self, turn: ChatMessage) -> SafeString:
        url = reverse("admin:conversations_conversation_change", args=[turn.conversation_id])
        return format_html('<a href="{}">N.º {}</a>', url, turn.conversation_id)


@admin.register(ChatSession)
class ThreadAdmin(ReadOnly, ScopedAdmin):
    list_display = ["shown", "channel", "in_domain", "since"]
    list_filter = [DomainFilter, "channel"]
    ordering = ["-created_at", "-pk"]
    fields = ["shown", "domain", "channel", "person", "created_at"]
    readonly_fields = fields
    inlines = [TurnInline]
    list_select_related = ["domain"]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(RIGHT)

    @admin.display(description=_("hilo"))
    def shown(self, thread: ChatSession) -> str:
        return str(thread)

    @admin.display(description=_("desde"), ordering="created_at")
    def since(self, thread: ChatSession) -> str:
        return date_format(localtime(thread.created_at), "SHORT_DATETIME_FORMAT")
