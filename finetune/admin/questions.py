"""The frozen questions that every model is measured with."""

from typing import Any

from django.contrib import admin, messages
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from conversations.keys import text_hash
from core.admin.base import DomainFilter, ScopedAdmin
from finetune.models import EvaluationQuestion


@admin.register(EvaluationQuestion)
class EvaluationQuestionAdmin(ScopedAdmin):
    fields = ["domain", "topic", "question", "answer"]
    list_display = ["question", "topic", "in_domain"]
    list_filter = [DomainFilter]
    search_fields = ["question", "answer", "topic"]

    def save_model(
        self, request: HttpRequest, obj: EvaluationQuestion, form: ModelForm, change: Any
    ) -> None:
        obj.question_hash = text_hash(obj.question)
        super().save_model(request, obj, form, change)
        if change and form.has_changed():
            note = _("Las evaluaciones ya hechas usaron el texto anterior; no se repiten solas.")
            self.message_user(request, note, messages.WARNING)
