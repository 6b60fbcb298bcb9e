"""The conversations list: read, filter, rate with a click, and start what comes after rating."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm, Script
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from conversations import review
from conversations.capture import capture, remove, rewrite
from conversations.models import DISCARDED, Conversation, Origin, Rating, Stage
from core.admin.base import DomainFilter, DomainWhereSeveral, ReadOnlyTable, ScopedAdmin, staff
from core.errors import Refusal
from core.models import Domain
from rag import approved
from rag.models import Turn
from trainingsite.admin import lineage, selection
from trainingsite.admin.filters import CategoryFilter, StarsFilter
from trainingsite.admin.marked import NO_ANSWER, kind_name
from trainingsite.admin.rating import MEANINGS
from trainingsite.admin.reading import compact, errors, label_of
from trainingsite.admin.review_actions import ReviewActions

STAGES = {
    Stage.CAPTURED: "info",
    Stage.NEEDS_REVIEW: "warning",
    Stage.APPROVED: "success",
    Stage.REJECTED: "danger",
    Stage.SCREENED_OUT: "",
}
REVIEW_LINK = [(_("Revisión"), {"fields": ["to_review"]})]
WRITTEN = ["question", "answer", "category", "product"]


class RatingInline(ReadOnlyTable):
    model = Rating
    fields = ["at", "stars", "feedback", "reason", "by"]
    verbose_name_plural = _("historia de la calificación")


@admin.register(Conversation)
class ConversationAdmin(ReviewActions, DomainWhereSeveral, ScopedAdmin):
    list_display = [
        "short_question",
        "clickable_stars",
        "short_answer",
        "shown_stage",
        "shown_category",
        "in_domain",
        "arrived",
    ]
    list_filter = [
        DomainFilter,
        StarsFilter,
        "stage",
        "origin",
        CategoryFilter,
        ("created_at", admin.DateFieldListFilter),
    ]
    search_fields = ["question", "answer"]
    search_help_text = _("Busca en la pregunta y en la respuesta.")
    ordering = ["-created_at", "-pk"]
    actions = ["rate", "prepare", "start", "send_back", "publish"]
    inlines = [RatingInline]
    fieldsets = [
        (None, {"fields": ["domain", *WRITTEN]}),
        (
            _("Calificación y estado"),
            {
                "fields": [
                    ("stars", "stage"),
                    "feedback",
                    ("reviewed_by", "reviewed_at"),
                    ("score", "successful"),
                    "next_message",
                ]
            },
        ),
        (_("Etiqueta"), {"fields": ["label_read", "label_errors"]}),
        (
            _("Procedencia"),
            {
                "fields": [
                    ("origin", "basis"),
                    ("user", "person", "thread"),
                    ("model", "tokens", "milliseconds"),
                    ("context", "answered"),
                    ("created_at", "updated_at"),
                    ("masked", "anonymiser"),
                    "reached",
                ]
            },
        ),
    ]

    class Media:
        js = [Script("trainingsite/stars.js", type="module")]

    def get_readonly_fields(self, request: HttpRequest, obj: Conversation | None = None) -> list:
        every = [field.name for field in Conversation._meta.fields if field.name not in WRITTEN]
        every += ["label_read", "label_errors", "to_review", "thread", "masked", "reached"]
        every += ["answered"]
        return every if obj else [name for name in every if name != "domain"]

    def get_fieldsets(self, request: HttpRequest, obj: Conversation | None = None) -> Any:
        if obj is None:
            return self.fieldsets[:1]
        return self.fieldsets + (REVIEW_LINK if self.has_review_permission(request) else [])

    def get_inlines(self, request: HttpRequest, obj: Conversation | None) -> list:
        return self.inlines if obj else []

    def save_model(
        self, request: HttpRequest, obj: Conversation, form: ModelForm, change: Any
    ) -> None:
        """``conversations.capture`` writes every text: it anonymises, and clears old stars."""
        texts = {name: form.cleaned_data[name] for name in WRITTEN}
        if change:
            had_stars = bool(form.initial.get("stars") or obj.stars)
            saved = rewrite(obj, by=staff(request), **texts)
            if had_stars and saved.stars is None:
                note = _("El texto cambió: la calificación se borró y queda en la historia.")
                self.message_user(request, note, messages.WARNING)
            return
        domain: Domain = form.cleaned_data["domain"]
        saved = capture(domain=domain, origin=Origin.STAFF, user=staff(request), **texts)
        obj.pk = saved.pk
        obj.refresh_from_db()

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A text that may not be kept is refused with the reason, on the same page."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Refusal as refusal:
            self.message_user(request, f"{refusal} No se guardó nada.", messages.ERROR)
            return HttpResponseRedirect(request.path)

    def delete_model(self, request: HttpRequest, obj: Conversation) -> None:
        remove(obj, by=staff(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Conversation]) -> None:
        for row in queryset:
            remove(row, by=staff(request))

    # --- columns ---------------------------------------------------------------------------

    def get_list_display(self, request: HttpRequest) -> list[str]:
        """Who may not rate sees the stars and cannot click them."""
        columns = super().get_list_display(request)
        if self.has_rate_permission(request):
            return columns
        return ["plain_stars" if it == "clickable_stars" else it for it in columns]

    @admin.display(description=_("pregunta"), ordering="question")
    def short_question(self, row: Conversation) -> str:
        return Truncator(row.question).chars(110)

    @admin.display(description=_("respuesta"))
    def short_answer(self, row: Conversation) -> str:
        return Truncator(row.answer).chars(90) or str(NO_ANSWER)

    @admin.display(description=_("estrellas"), ordering="stars")
    def clickable_stars(self, row: Conversation) -> str:
        if row.stage in DISCARDED or not row.answer:
            return "–"
        context = {"row": row, "meanings": MEANINGS.items()}
        return render_to_string("admin/trainingsite/stars.html", context)

    @admin.display(description=_("estrellas"), ordering="stars")
    def plain_stars(self, row: Conversation) -> str:
        return "★" * row.stars + "☆" * (5 - row.stars) if row.stars else "–"

    @display(description=_("estado"), label=STAGES, ordering="stage")
    def shown_stage(self, row: Conversation) -> tuple[str, str]:
        return row.stage, row.get_stage_display()

    @admin.display(description=_("categoría"), ordering="category")
    def shown_category(self, row: Conversation) -> str:
        return row.category.replace("_", " ")

    @admin.display(description=_("creada"), ordering="created_at")
    def arrived(self, row: Conversation) -> str:
        return date_format(localtime(row.created_at), "SHORT_DATETIME_FORMAT")

    # --- what the machine made of it ---------------------------------------------------------

    @admin.display(description=_("lo leído"))
    def label_read(self, row: Conversation) -> SafeString | str:
        return compact(label_of(row), told=review.told_confidence(row) is not None)

    @admin.display(description=_("control de calidad"))
    def label_errors(self, row: Conversation) -> SafeString | str:
        label = label_of(row)
        if label is None:
            return "–"
        said = ((it,) for it in errors(label))
        return format_html_join("", '<div class="ts-error">{}</div>', said) or gettext(
            "sin errores"
        )

    @admin.display(description=_("datos ocultados"))
    def masked(self, row: Conversation) -> str:
        return ", ".join(f"{kind_name(kind)} ×{n}" for kind, n in row.masks.items()) or "–"

    @admin.display(description=_("revisión"))
    def to_review(self, row: Conversation) -> SafeString:
        return link("review_one", row.pk, _("Revisar o corregir"))

    @admin.display(description=_("hilo"))
    def thread(self, row: Conversation) -> SafeString | str:
        if row.session is None:
            return "–"
        return link("conversations_chatsession_change", row.session.pk, str(row.session))

    @admin.display(description=_("dónde está"))
    def reached(self, row: Conversation) -> SafeString:
        return lineage.link("conversacion", row.pk, domain=row.domain)

    @admin.display(description=_("cómo se contestó"))
    def answered(self, row: Conversation) -> SafeString | str:
        turn = Turn.objects.filter(conversation=row).first()
        return link("rag_turn_change", turn.pk, _("Ver paso a paso")) if turn else "–"

    # --- actions ---------------------------------------------------------------------------

    def has_rate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("conversations.rate_conversation")

    def has_prepare_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("finetune.prepare_dataset")

    def has_start_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("finetune.start_job")

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("rag.add_document")

    @admin.action(description=_("Guardar como documento"), permissions=["publish"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Conversation]) -> None:
        """What is approved among them is searched like a file from now on (R151)."""
        kept, left = 0, 0
        for row in queryset.select_related("domain"):
            try:
                approved.publish(row, by=staff(request).get_username())
                kept += 1
            except Refusal:
                left += 1
        said = gettext("%(kept)d guardadas como documentos; %(left)d no están aprobadas.")
        level = messages.WARNING if left else messages.SUCCESS
        self.message_user(request, said % {"kept": kept, "left": left}, level)

    @admin.action(description=_("Calificar"), permissions=["rate"])
    def rate(self, request: HttpRequest, queryset: QuerySet[Conversation]) -> HttpResponseRedirect:
        token = selection.keep(request, queryset.values_list("pk", flat=True))
        return _to("rate", seleccion=token)

    @admin.action(description=_("Preparar Datos para Entrenamiento"), permissions=["prepare"])
    def prepare(
        self, request: HttpRequest, queryset: QuerySet[Conversation]
    ) -> HttpResponseRedirect | None:
        domain = self._only_domain(request, queryset)
        if domain is None:
            return None
        token = selection.keep(request, queryset.values_list("pk", flat=True))
        return _to("prepare", dominio=domain, seleccion=token)

    @admin.action(description=_("Iniciar Entrenamiento"), permissions=["start"])
    def start(
        self, request: HttpRequest, queryset: QuerySet[Conversation]
    ) -> HttpResponseRedirect | None:
        domain = self._only_domain(request, queryset)
        return _to("start_training", dominio=domain) if domain else None

    def _only_domain(self, request: HttpRequest, queryset: QuerySet[Conversation]) -> str | None:
        """The key of the one domain of the chosen rows; a refusal is said when they are of more."""
        rows = queryset.order_by()
        slugs = rows.values_list("domain__slug", flat=True).distinct()[:2]
        if len(slugs) == 1:
            return slugs[0]
        note = _("Elija conversaciones de un solo dominio. No se preparó ni se inició nada.")
        self.message_user(request, note, messages.ERROR)
        return None


def link(view: str, pk: int, words: Any) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse(f"admin:{view}", args=[pk]), words)


def _to(screen: str, **where: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse(f'admin:{screen}')}?{urlencode(where)}")
