"""A domain's texts, limits, providers and prompt."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from core import audit, origins
from core.admin.base import ReadOnlyStack, ScopedAdmin, staff
from core.admin.shapes import fault_of_texts
from core.errors import Invalid
from core.models import Domain, PromptVersion

PROVIDERS = ["answer_provider", "training_provider", "help_provider"]


class DomainForm(forms.ModelForm):
    """Writing another prompt makes its next version; the earlier ones stay as they were."""

    prompt_text = forms.CharField(
        label=_("Prompt del sistema"),
        widget=UnfoldAdminTextareaWidget,
        help_text=_(
            "Al cambiarlo se crea una versión nueva. Los modelos ya entrenados siguen con la suya."
        ),
    )

    chat_sites = forms.CharField(
        label=_("Sitios que muestran el chat"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_(
            "Uno por línea, como https://tienda.example. Vacío: solo se ve en su propia página."
        ),
    )

    class Meta:
        model = Domain
        exclude = ["created_at"]  # noqa: DJ006  (the page's fieldsets name the fields)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and (newest := self.instance.prompts.order_by("-number").first()):
            self.initial["prompt_text"] = newest.text
        self.initial["chat_sites"] = "\n".join(self.instance.chat_sites)
        for name in PROVIDERS:
            if name in self.fields:
                self.fields[name] = self._provider_field(name)

    def _provider_field(self, name: str) -> forms.ChoiceField:
        """The providers that the environment knows, and the one in use if it does not."""
        known = [*settings.LLM_PROVIDERS]
        if (used := getattr(self.instance, name)) not in known:
            known.append(used)
        return forms.ChoiceField(
            label=self.fields[name].label,
            choices=[(it, it) for it in known],
            widget=UnfoldAdminSelectWidget,
        )

    def clean_prompt_text(self) -> str:
        """A place that nothing fills would reach people's questions as it is written."""
        text = self.cleaned_data["prompt_text"]
        if fault := import_string(settings.PROMPT_CHECK)(self.instance, text):
            raise ValidationError(fault)
        return text

    def clean_chat_sites(self) -> list[str]:
        """A header names them, so nothing else may stand there."""
        try:
            return origins.origins_in(self.cleaned_data["chat_sites"])
        except Invalid as refusal:
            raise ValidationError(refusal.faults) from refusal

    def clean_texts(self) -> dict[str, Any]:
        """Lists of a wrong shape would break the pages that read them."""
        texts = self.cleaned_data["texts"]
        if texts is None:  # an empty box
            return {}
        if fault := fault_of_texts(texts):
            raise ValidationError(fault)
        return texts

    def clean(self) -> dict[str, Any]:
        """Pieces that are all overlap would never come to the end of a text."""
        fields = super().clean() or self.cleaned_data
        size, overlap = fields.get("chunk_size"), fields.get("chunk_overlap")
        if size and overlap and overlap > size // 2:
            self.add_error("chunk_overlap", _("Como mucho, la mitad del tamaño de un trozo."))
        return fields


class PromptInline(ReadOnlyStack):
    model = PromptVersion
    fields = ["number", "text", "created_at", "created_by"]
    ordering = ["-number"]
    per_page = 3
    verbose_name_plural = _("versiones del prompt")


@admin.register(Domain)
class DomainAdmin(ScopedAdmin):
    form = DomainForm
    domain_path = "pk"
    list_display = ["name", "slug", "policy", "min_stars", "training_provider", "base_model"]
    list_select_related = False
    search_fields = ["name", "slug"]
    inlines = [PromptInline]
    prepopulated_fields = {"slug": ["name"]}
    change_form_outer_before_template = "admin/core/public_chat.html"
    fieldsets = [
        (None, {"fields": ["name", "slug", "description", "prompt_text"]}),
        (
            _("Entrada al conjunto de datos"),
            {"fields": ["policy", ("min_stars", "min_confidence"), "review_sample"]},
        ),
        (
            _("Modelos"),
            {
                "fields": [
                    ("training_provider", "base_model"),
                    ("answer_provider", "answer_model"),
                    "help_provider",
                ]
            },
        ),
        (
            _("Respuestas"),
            {
                "fields": [
                    ("temperature", "top_p", "top_k"),
                    ("max_tokens", "examples"),
                    ("reuse_similarity", "reuse_margin"),
                ]
            },
        ),
        (
            _("Documentos y diálogos"),
            {
                "fields": [
                    "chunks",
                    ("chunk_size", "chunk_overlap"),
                    ("thread_hours", "daily_tokens"),
                    ("thumbs_floor", "thumbs_least"),
                ]
            },
        ),
        (_("Chat público"), {"fields": ["public_chat", "chat_sites"]}),
        (_("Textos y listas"), {"fields": ["texts"]}),
    ]

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Domain | None = None
    ) -> dict[str, Any]:
        return {} if obj else {"slug": ["name"]}

    def get_readonly_fields(self, request: HttpRequest, obj: Domain | None = None) -> list[str]:
        """Programs and addresses name a domain by its key, so it never changes."""
        return ["slug"] if obj else []

    def save_model(
        self, request: HttpRequest, obj: Domain, form: forms.ModelForm, change: Any
    ) -> None:
        by = staff(request).get_username()
        super().save_model(request, obj, form, change)
        obj.write_prompt(form.cleaned_data["prompt_text"], by=by)
        audit.record("domain_edited", obj, by=by, fields=form.changed_data)
