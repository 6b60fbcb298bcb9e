"""Asking for an export of what a domain may learn from today, by where it came from."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminSelectWidget

from core.admin.base import ScopedAdmin, staff
from core.admin.forms import ChosenDomain
from core.errors import Refusal
from finetune import exports
from finetune.admin.dataset_pages import EXPORT
from finetune.exports.choosing import TRAIN_SPLIT
from finetune.models import Source


class ExportForm(ChosenDomain):
    """What :func:`finetune.exports.export` takes; an empty confidence is the domain's own."""

    source = forms.ChoiceField(
        label=_("Fuente"),
        choices=Source.choices,
        initial=Source.BOTH,
        widget=UnfoldAdminSelectWidget,
        help_text=_(
            "Hilos: los que pasaron el control de calidad. Procesadas: las que leyó la máquina. "
            "Ambas: todo lo que deja entrar el dominio, cada una una vez."
        ),
    )
    min_confidence = forms.FloatField(
        label=_("Confianza mínima"),
        required=False,
        min_value=0,
        max_value=1,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text=_("De 0 a 1. Vacío: la del dominio. Bajarla no deja entrar nada sin revisar."),
    )
    train_split = forms.FloatField(
        label=_("Parte de entrenamiento"),
        initial=TRAIN_SPLIT,
        min_value=0.5,
        max_value=1,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text=_("De 0,5 a 1; el resto es para validar. Con menos de 20 no se reparte."),
    )


class ExportPages(ScopedAdmin):
    """The list leads to the form, and the form to the files."""

    def has_export_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(EXPORT)

    @action(description=_("Exportar"), url_path="exportar", permissions=["export"])
    def make(self, request: HttpRequest) -> HttpResponse:
        """A form (GET); the files of what it asks for, or the rule that holds all back (POST)."""
        form = ExportForm(request.POST or None, user=request.user)
        if request.method == "POST" and form.is_valid():
            try:
                made = exports.export(by=staff(request).get_username(), **form.cleaned_data)
            except Refusal as refusal:
                form.add_error(None, gettext("%s No se escribió ningún archivo.") % refusal)
            else:
                messages.success(request, gettext("Archivos escritos."))
                where = reverse("admin:finetune_export_change", args=[made.pk])
                return HttpResponseRedirect(where)
        context = self.admin_site.each_context(request) | {
            "title": gettext("Exportar"),
            "form": form,
        }
        return TemplateResponse(request, "admin/finetune/export.html", context)
