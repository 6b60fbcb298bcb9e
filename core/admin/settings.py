"""The settings that staff may change while the site runs: each value is what its own row allows."""

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelectWidget

from core import audit
from core.admin.base import SoundAddress, staff
from core.limits import KINDS, fault_of
from core.models import Setting


class SettingForm(forms.ModelForm):
    """A setting, refused when its value is not of its kind, range, choices or pattern."""

    kind = forms.ChoiceField(label=gettext_lazy("Tipo"), widget=UnfoldAdminSelectWidget)

    class Meta:
        model = Setting
        exclude = ["created_at"]  # noqa: DJ006  (the admin names the fields)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "kind" in self.fields:  # a row that may only be looked at has none
            used = self.instance.kind
            self.fields["kind"].choices = list(({used: used} | KINDS).items())  # type: ignore[attr-defined]

    def clean_choices(self) -> list[Any] | None:
        given = self.cleaned_data["choices"]
        if given is not None and not isinstance(given, list):
            raise forms.ValidationError(_('Escriba una lista: ["uno", "otro"].'))
        return given

    def clean_pattern(self) -> str:
        try:
            re.compile(self.cleaned_data["pattern"])
        except re.error as error:
            raise forms.ValidationError(_("El patrón no es una expresión regular.")) from error
        return self.cleaned_data["pattern"]

    def clean(self) -> dict[str, Any]:
        """The value is looked at once all that limits it is known to be right."""
        given = super().clean() or {}
        if not self.errors and (fault := fault_of(given)):
            self.add_error("value", fault)
        return given


@admin.register(Setting)
class SettingAdmin(SoundAddress, ModelAdmin):
    """A setting marked as read only is the site's own: to look at."""

    form = SettingForm
    list_display = ["category", "subcategory", "key", "value", "kind", "read_only"]
    list_filter = ["category"]
    search_fields = ["key", "description"]
    readonly_fields = ["created_at"]

    def has_change_permission(self, request: HttpRequest, obj: Setting | None = None) -> bool:
        return not _is_kept(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Setting | None = None) -> bool:
        return not _is_kept(obj) and super().has_delete_permission(request, obj)

    def save_model(
        self, request: HttpRequest, obj: Setting, form: forms.ModelForm, change: Any
    ) -> None:
        super().save_model(request, obj, form, change)
        by = staff(request).get_username()
        audit.record("setting_edited", obj, by=by, fields=form.changed_data)


def _is_kept(setting: Setting | None) -> bool:
    return setting is not None and setting.read_only
