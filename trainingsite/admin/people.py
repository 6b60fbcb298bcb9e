"""People who write, known by a pseudonym only: what they agreed to, and taking it back for them."""

import re
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from conversations import consent
from conversations.models import ChatSession, ConsentEvent, Conversation, Person, Purpose
from core.access import domains_of
from core.admin.base import DomainFilter, ReadOnly, ReadOnlyTable, ScopedAdmin, staff
from trainingsite.admin import lineage
from trainingsite.admin.base import page

WORDS = {True: ("yes", _("sí")), False: ("no", _("no")), None: ("none", _("sin respuesta"))}
AT_ONCE = 100  # people whose consent is taken back by one order
FINGERPRINT = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{20,}\b")


class WordFilter(admin.SimpleListFilter):
    """By people's latest word on training."""

    title = _("entrenar")
    parameter_name = "entrenar"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("si", _("Acepta")), ("no", _("No acepta")), ("nada", _("Sin respuesta"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        words = {"si": True, "no": False, "nada": None}
        asked = self.value() or ""
        return queryset.filter(word=words[asked]) if asked in words else queryset


class ConsentInline(ReadOnlyTable):
    model = ConsentEvent
    fields = ["when", "purpose", "granted", "text_number", "language", "channel", "proof"]
    readonly_fields = ["when", "proof"]
    ordering = ["-at", "-pk"]
    hide_title = True
    verbose_name_plural = _("historia de sus consentimientos")

    @admin.display(description=_("cuándo"))
    def when(self, event: ConsentEvent) -> str:
        return date_format(localtime(event.at), "SHORT_DATETIME_FORMAT")

    @admin.display(description=_("prueba"))
    def proof(self, event: ConsentEvent) -> SafeString | str:
        """A fingerprint by its first digits; all of them for who points at it."""
        short = FINGERPRINT.sub(r"\1…", event.evidence)
        return format_html('<span title="{}">{}</span>', event.evidence, short) if short else "–"


@admin.register(Person)
class PersonAdmin(ReadOnly, ScopedAdmin):
    """Read only: a person says yes or no where they write. Staff may take a yes back for them."""

    list_display = ["name", "since", "training", "written", "in_domain"]
    list_filter = [DomainFilter, WordFilter]
    search_fields = ["pseudonym"]
    search_help_text = _("Busca en el seudónimo.")
    ordering = ["-created_at", "-pk"]
    fields = ["pseudonym", "domain", "created_at", "agrees", "written", "reached"]
    readonly_fields = fields
    inlines = [ConsentInline]
    actions = ["withdraw"]
    actions_detail = ["withdraw_one"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Person]:
        """With each one's latest word on training and how much they wrote, in the one query."""
        words = ConsentEvent.objects.filter(person=OuterRef("pk"), purpose=Purpose.TRAINING)
        written = Conversation.objects.filter(person=OuterRef("pk")).order_by().values("person")
        return (
            super()
            .get_queryset(request)
            .annotate(
                word=Subquery(words.order_by("-at", "-pk").values("granted")[:1]),
                exchanges=Coalesce(Subquery(written.annotate(n=Count("pk")).values("n")), 0),
            )
        )

    def get_list_display(self, request: HttpRequest) -> list[str]:
        return self.list_display if domains_of(request.user).count() > 1 else self.list_display[:-1]

    def has_withdraw_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("conversations.record_consent")

    @admin.display(description=_("persona"), ordering="pseudonym")
    def name(self, person: Person) -> str:
        return str(person)

    @admin.display(description=_("desde"), ordering="created_at")
    def since(self, person: Person) -> str:
        return date_format(localtime(person.created_at), "SHORT_DATETIME_FORMAT")

    @display(
        description=_("acepta entrenar"),
        label={"yes": "success", "no": "danger", "none": ""},
        ordering="word",
    )
    def training(self, person: Any) -> tuple[str, Any]:
        return WORDS[person.word]

    @admin.display(description=_("acepta entrenar"))
    def agrees(self, person: Any) -> Any:
        return WORDS[person.word][1]

    @admin.display(description=_("conversaciones"), ordering="exchanges")
    def written(self, person: Any) -> SafeString | int:
        """How many, leading to them; a list keeps the addresses that it is asked for."""
        if not person.exchanges:
            return 0
        url = reverse("admin:conversations_conversation_changelist")
        asked = f"{url}?person__id__exact={person.pk}"
        return format_html('<a href="{}">{}</a>', asked, person.exchanges)

    @admin.display(description=_("dónde está lo suyo"))
    def reached(self, person: Person) -> SafeString:
        return lineage.link("persona", person.pseudonym, domain=person.domain)

    @admin.action(description=_("Retirar consentimiento"), permissions=["withdraw"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Says first what goes; then takes the consent back, which has it all deleted."""
        people = list(queryset[: AT_ONCE + 1])
        if len(people) > AT_ONCE:
            messages.error(request, gettext("Elija hasta %d personas.") % AT_ONCE)
            return None
        if "confirmado" not in request.POST:
            return self._ask(request, people)
        for person in people:
            consent.withdraw(person, channel="admin", evidence=staff(request).get_username())
        said = ngettext(
            "Consentimiento de %d persona retirado: ya no se usa nada suyo, y se está borrando.",
            "Consentimiento de %d personas retirado: ya no se usa nada suyo, y se está borrando.",
            len(people),
        )
        messages.success(request, said % len(people))
        return None

    @action(description=_("Retirar consentimiento"), url_path="retirar", permissions=["withdraw"])
    def withdraw_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The same question, from a person's own page; the list's action does what it says."""
        person = get_object_or_404(self.get_queryset(request), pk=object_id)
        return self._ask(request, [person])

    def _ask(self, request: HttpRequest, people: list[Person]) -> HttpResponse:
        return page(
            request,
            "admin/trainingsite/withdraw.html",
            title=gettext("Retirar consentimiento"),
            people=people,
            exchanges=Conversation.objects.filter(person__in=people).count(),
            threads=ChatSession.objects.filter(person__in=people).count(),
        )
