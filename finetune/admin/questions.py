"""The frozen questions and the domain's own probes that every model is measured with."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from conversations.keys import text_hash
from core.admin.base import DomainFilter, ScopedAdmin
from finetune.models import EvaluationQuestion, QuestionKind


class QuestionForm(ModelForm):
    """A question is asked once in a domain, whatever its case and signs.

    What an answer to a probe must not hold is written one to a line.
    """

    forbidden = forms.CharField(
        label=_("No debe decir"),
        required=False,
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text=_("Solo en una prueba de seguridad: una palabra o frase por línea."),
    )

    class Meta:
        model = EvaluationQuestion
        fields = [
            "domain",
            "kind",
            "topic",
            "critical",
            "structured",
            "question",
            "answer",
            "forbidden",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["forbidden"] = "\n".join(self.instance.forbidden)

    def clean_forbidden(self) -> list[str]:
        lines = (it.strip() for it in self.cleaned_data["forbidden"].splitlines())
        return list(dict.fromkeys(filter(None, lines)))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if fault := _fault_of_kind(given):
            raise ValidationError(fault)
        if "domain" in given and "question" in given:
            self.instance.question_hash = text_hash(given["question"])
            same = EvaluationQuestion.objects.filter(
                domain=given["domain"], question_hash=self.instance.question_hash
            )
            if same.exclude(pk=self.instance.pk).exists():
                raise ValidationError({"question": _("Esa pregunta ya está en el conjunto.")})
        return given


def _fault_of_kind(given: dict[str, Any]) -> dict[str, Any]:
    """What a question of its kind lacks, or has and means nothing, by field."""
    probe = given.get("kind") == QuestionKind.PROBE
    if not probe and not given.get("answer"):
        return {"answer": _("Una pregunta del negocio necesita su respuesta aprobada.")}
    if not probe and given.get("forbidden"):
        return {"forbidden": _("Solo una prueba de seguridad dice lo que no se debe decir.")}
    marked = [it for it in ("critical", "structured") if probe and given.get(it)]
    return dict.fromkeys(marked, _("Una prueba de seguridad no lleva esta marca."))


@admin.register(EvaluationQuestion)
class EvaluationQuestionAdmin(ScopedAdmin):
    form = QuestionForm
    list_display = ["question", "kind", "topic", "critical", "in_domain"]
    list_filter = [DomainFilter, "kind", "critical"]
    search_fields = ["question", "answer", "topic"]

    def save_model(
        self, request: HttpRequest, obj: EvaluationQuestion, form: ModelForm, change: Any
    ) -> None:
        super().save_model(request, obj, form, change)
        if change and form.has_changed():
            note = _("Las evaluaciones ya hechas usaron el texto anterior; no se repiten solas.")
            self.message_user(request, note, messages.WARNING)
