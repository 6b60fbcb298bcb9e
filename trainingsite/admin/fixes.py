"""What staff put right, and the passages of documents that misled: what is to be mended."""

from collections.abc import Iterator
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from conversations.models import Conversation
from core.admin.base import DomainFilter, DomainWhereSeveral, ReadOnly, ScopedAdmin, staff
from core.errors import Refusal
from rag import corrections
from rag.models import Correction, Document
from rag.models.answers import CorrectionQuerySet

FIX = "rag.change_correction"
LONGEST = 240  # characters of a passage in the list


class OfExchange(DomainFilter):
    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = {"conversation__domain__slug": self.value()}
        return queryset.filter(**chosen) if self.value() else queryset


class FixFilter(admin.SimpleListFilter):
    """The passages to mend, unless those that are mended, or every correction, are asked for."""

    title = _("estado")
    parameter_name = "estado"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("arreglados", _("Trozos arreglados")), ("todas", _("Todas las correcciones"))]

    def choices(self, changelist: Any) -> Iterator[Any]:
        """The theme's first choice is "all": here it is what waits."""
        every, *others = super().choices(changelist)
        yield every | {"display": _("Trozos por arreglar")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "arreglados":
            return queryset.exclude(chunk_fixed_at=None)
        return queryset if self.value() == "todas" else cast(CorrectionQuerySet, queryset).to_fix()


@admin.register(Correction)
class CorrectionAdmin(ReadOnly, DomainWhereSeveral, ScopedAdmin):
    domain_path = "conversation__domain"
    list_display = ["asked", "misled", "state", "hits", "in_domain", "made"]
    list_display_links = None
    list_filter = [FixFilter, OfExchange]
    list_select_related = ["conversation__domain", "document"]
    search_fields = ["conversation__question", "conversation__answer", "document__title"]
    search_help_text = _("Busca en la pregunta, la respuesta correcta y el título del documento.")
    ordering = ["-at", "-pk"]
    actions = ["mark_fixed"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Correction]:
        """None of who took their consent back, nor of documents that who asks may not read."""
        rows = cast(CorrectionQuerySet, super().get_queryset(request))
        readable = Document.objects.shown_to(staff(request))
        seen = rows.filter(
            Q(document=None) | Q(document__in=readable),
            conversation__in=Conversation.objects.consented(),
        )
        return seen.with_passage().defer("document__text", "document__layout")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        told = {"title": _("Correcciones y trozos por arreglar")}
        return super().changelist_view(request, told | (extra_context or {}))

    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Its words are those of the exchange."""
        row = self.get_object(request, object_id)
        if row is None or not self.has_view_permission(request, row):
            return super().change_view(request, object_id, *args, **kwargs)
        return HttpResponseRedirect(_conversation(row))

    def has_fix_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(FIX)

    @admin.action(description=_("Marcar arreglado"), permissions=["fix"])
    def mark_fixed(self, request: HttpRequest, queryset: QuerySet[Correction]) -> None:
        done, refused = 0, 0
        for row in queryset.select_related("conversation"):
            try:
                corrections.mark_fixed(row, by=staff(request))
                done += 1
            except Refusal:
                refused += 1
        if done:
            said = ngettext("%d trozo arreglado.", "%d trozos arreglados.", done)
            messages.success(request, said % done)
        if refused:
            messages.warning(request, gettext("%d no esperaban arreglo.") % refused)

    @admin.display(description=_("qué se preguntó y qué era lo correcto"))
    def asked(self, row: Correction) -> SafeString:
        return format_html(
            '<div><a class="ts-open" href="{}">{}</a><div class="ts-muted">{}</div></div>',
            _conversation(row),
            Truncator(row.conversation.question).chars(200),
            Truncator(row.conversation.answer).chars(200),
        )

    @admin.display(description=_("trozo que indujo al error"))
    def misled(self, row: Any) -> SafeString | str:
        """Its document, to be mended and processed again, and the words, where they still stand."""
        if row.document is None:
            return "–"
        gone = gettext("Ya no está: el documento se procesó de nuevo y ese texto cambió.")
        return format_html(
            '<div><a class="ts-open" href="{}">{}</a>{}<div class="ts-muted">{}</div></div>',
            reverse("admin:rag_document_change", args=[row.document_id]),
            row.document.title,
            format_html(" ({} {})", gettext("página"), row.page) if row.page else "",
            gone if row.passage is None else Truncator(row.passage).chars(LONGEST),
        )

    @admin.display(description=_("estado"))
    def state(self, row: Correction) -> str:
        if row.document is None:
            return "–"
        if row.chunk_fixed_at is None:
            return gettext("Por arreglar")
        when = date_format(localtime(row.chunk_fixed_at), "SHORT_DATE_FORMAT")
        return gettext("Arreglado por %(who)s, %(when)s") % {
            "who": row.chunk_fixed_by,
            "when": when,
        }

    @admin.display(description=_("dominio"))
    def in_domain(self, row: Correction) -> str:
        return row.conversation.domain.name

    @admin.display(description=_("corregida"), ordering="at")
    def made(self, row: Correction) -> str:
        when = date_format(localtime(row.at), "SHORT_DATETIME_FORMAT")
        return f"{when}, {row.by}"


def _conversation(row: Correction) -> str:
    return reverse("admin:conversations_conversation_change", args=[row.conversation_id])
