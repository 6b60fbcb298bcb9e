"""A word's definition beside what a model proposes; a person takes it, changed or not."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from core.admin.base import ScopedAdmin, staff
from core.errors import Refusal
from rag import dictionary_help, words
from rag.admin.word_forms import DefinitionForm
from rag.models import DictionaryTerm

LONGEST = 2000  # characters of an answer to the model's question


class WordHelp(ScopedAdmin):
    """The page of a word leads to the dialogue with the model."""

    actions_detail = ["improve"]

    def has_improve_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("rag.change_dictionaryterm")

    @action(description=_("Mejorar con IA"), url_path="mejorar", permissions=["improve"])
    def improve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask the model (POST), answer what it asks, and keep what a person settles on."""
        term = get_object_or_404(self.get_queryset(request), pk=object_id)
        if "guardar" in request.POST:
            return self._take(request, term)
        told = self._asked(request, term) if request.method == "POST" else {}
        return self._page(request, term, **told)

    def _asked(self, request: HttpRequest, term: DictionaryTerm) -> dict[str, Any]:
        """What the model says; a refusal is shown in its place."""
        asked, said = (
            request.POST.get(it, "").replace("\0", "").strip()[:LONGEST]
            for it in ("pregunta", "respuesta")
        )
        try:
            found = dictionary_help.improve(
                term.domain, term.word, current=term.definition, asked=asked, said=said
            )
        except Refusal as refusal:
            return {"refusal": refusal}
        if found.is_question:
            return {"question": found.text}
        return {"form": DefinitionForm(initial={"definition": found.text})}

    def _take(self, request: HttpRequest, term: DictionaryTerm) -> HttpResponse:
        form = DefinitionForm(request.POST)
        if not form.is_valid():
            return self._page(request, term, form=form)
        term.definition = form.cleaned_data["definition"]
        words.write(term, by=staff(request).get_username())
        messages.success(request, gettext("Definición guardada."))
        return HttpResponseRedirect(reverse("admin:rag_dictionaryterm_change", args=[term.pk]))

    def _page(self, request: HttpRequest, term: DictionaryTerm, **told: Any) -> HttpResponse:
        title = gettext("Mejorar «%s»") % term.word
        context = admin.site.each_context(request) | {"title": title, "term": term, **told}
        return TemplateResponse(request, "admin/rag/improve_word.html", context)
