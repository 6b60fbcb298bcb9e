"""How well documents are found: the questions, what was measured, the calibration, the vectors."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from core.admin.base import DomainFilter, ReadOnly, ScopedAdmin, SoundAddress, staff
from core.admin.forms import ChosenDomain
from core.errors import Refusal
from core.models import Domain
from rag import question_sets, spaces
from rag.models import RetrievalQuestion, RetrievalRun, SearchTuning, VectorSpace


class ImportForm(ChosenDomain):
    """A table of questions, and for whom: that is chosen, not proposed."""

    domain = forms.ModelChoiceField(
        Domain.objects.none(), label=_("Dominio"), widget=UnfoldAdminSelectWidget
    )
    file = forms.FileField(label=_("Archivo"), max_length=255, widget=UnfoldAdminFileFieldWidget)


@admin.register(RetrievalQuestion)
class RetrievalQuestionAdmin(ScopedAdmin):
    list_display = ["question", "in_domain", "document", "quote", "active"]
    list_filter = [DomainFilter, "active"]
    list_select_related = ["domain", "document"]
    search_fields = ["question", "quote"]
    ordering = ["-pk"]
    actions_list = ["import_table"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("vector", "document__text", "document__layout")

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request)

    @action(description=_("Importar CSV"), url_path="importar", permissions=["import"])
    def import_table(self, request: HttpRequest) -> HttpResponse:
        """Ask for a table (GET); keep its questions, all or none (POST)."""
        form = ImportForm(request.POST or None, request.FILES or None, user=request.user)
        if request.method == "POST" and form.is_valid() and self._read(request, form):
            return HttpResponseRedirect(reverse("admin:rag_retrievalquestion_changelist"))
        title = gettext("Importar preguntas de búsqueda")
        context = admin.site.each_context(request) | {"title": title, "form": form}
        return TemplateResponse(request, "admin/rag/import_questions.html", context)

    def _read(self, request: HttpRequest, form: ImportForm) -> bool:
        given = form.cleaned_data
        content = given["file"].read(question_sets.table.MOST_BYTES + 1)
        try:
            added = question_sets.read(given["domain"], content, by=staff(request))
        except Refusal as refusal:
            form.add_error("file", str(refusal))
            return False
        said = ngettext("%d pregunta nueva.", "%d preguntas nuevas.", added)
        messages.success(request, said % added)
        return True


@admin.register(RetrievalRun)
class RetrievalRunAdmin(ReadOnly, ScopedAdmin):
    list_display = [
        "at",
        "in_domain",
        "cause",
        "questions",
        "recall_at_1",
        "recall_at_3",
        "recall_at_5",
        "mrr",
        "embedding_model",
    ]
    list_filter = [DomainFilter, "embedding_model"]
    ordering = ["-at", "-pk"]


@admin.register(SearchTuning)
class SearchTuningAdmin(ScopedAdmin):
    """Staff may put a number right by hand; a calibration writes it anew."""

    list_display = ["in_domain", "embedding_model", "threshold", "vector_weight", "questions", "at"]
    list_filter = [DomainFilter]
    readonly_fields = ["domain", "embedding_model", "questions", "at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(VectorSpace)
class VectorSpaceAdmin(SoundAddress, ReadOnly, ModelAdmin):
    list_display = ["model", "provider", "dimensions", "state", "progress", "activated_at"]

    @admin.display(description=_("trozos con vector"))
    def progress(self, space: VectorSpace) -> str:
        done, total = spaces.progress(space)
        return str(done) if done == total else f"{done} / {total}"
