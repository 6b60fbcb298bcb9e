"""The frozen questions that every model is measured with."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from conversations.keys import text_hash
from core.admin.base import DomainFilter, ScopedAdmin
from finetune.models import EvaluationQuestion


class QuestionForm(ModelForm):
    """A question is asked once in a domain, whatever its case and signs."""

    class Meta:
        model = EvaluationQuestion
        fields = ["domain", "topic", "question", "answer"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if "domain" in given and "question" in given:
            self.instance.question_hash = text_hash(given["question"])
            same = EvaluationQuestion.objects.filter(
                domain=given["domain"], question_hash=self.instance.question_hash
            )
            if same.exclude(pk=self.instance.pk).exists():
                raise ValidationError({"question": _("Esa pregunta ya está en el conjunto.")})
        return given


@admin.register(EvaluationQuestion)
class EvaluationQuestionAdmin(ScopedAdmin):
    form = QuestionForm
    list_display = ["question", "topic", "in_domain"]
    list_filter = [DomainFilter]
    search_fields = ["question", "answer", "topic"]

    def save_model(
        self, request: HttpRequest, obj: EvaluationQuestion, form: ModelForm, change: Any
    ) -> None:
        super().save_model(request, obj, form, change)
        if change and form.has_changed():
            note = _("Las evaluaciones ya hechas usaron el texto anterior; no se repiten solas.")
            self.message_user(request, note, messages.WARNING)
