"""Importing frequent questions into the documents of a domain."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminFileFieldWidget

from core.admin.base import ScopedAdmin, staff
from core.admin.forms import ChosenDomain
from core.errors import Refusal
from rag import faqs


class FaqForm(ChosenDomain):
    """A file of questions and answers, and whose they are."""

    file = forms.FileField(
        label=_("Archivo"),
        widget=UnfoldAdminFileFieldWidget,
        help_text=_("CSV con las columnas pregunta, respuesta y categoria; o JSON."),
    )

    def clean_file(self) -> list[faqs.Faq]:
        try:
            return faqs.read(self.cleaned_data["file"].read())
        except Refusal as refusal:
            raise ValidationError([str(refusal), *refusal.faults]) from refusal


class FaqPages(ScopedAdmin):
    """The list of documents leads to the form."""

    @action(
        description=_("Importar preguntas frecuentes"), url_path="preguntas", permissions=["add"]
    )
    def import_faqs(self, request: HttpRequest) -> HttpResponse:
        """A form (GET); a document for each question of its file (POST)."""
        given = (request.POST, request.FILES) if request.method == "POST" else ()
        form = FaqForm(*given, user=request.user)
        if request.method == "POST" and form.is_valid():
            made = faqs.add(
                form.cleaned_data["domain"],
                form.cleaned_data["file"],
                by=staff(request).get_username(),
            )
            said = ngettext("%d pregunta guardada.", "%d preguntas guardadas.", len(made))
            messages.success(request, said % len(made))
            return HttpResponseRedirect(reverse("admin:rag_document_changelist"))
        context = self.admin_site.each_context(request) | {
            "title": gettext("Importar preguntas frecuentes"),
            "form": form,
        }
        return TemplateResponse(request, "admin/rag/import_faqs.html", context)
