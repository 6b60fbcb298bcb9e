"""The settings that staff may change while the site runs: each value is what its own row allows."""

import json
import re
from collections.abc import Mapping
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
from core.models import Setting

KINDS: dict[str, Any] = {
    "string": gettext_lazy("Texto"),
    "integer": gettext_lazy("Número entero"),
    "number": gettext_lazy("Número"),
    "boolean": gettext_lazy("Sí o no"),
    "json": gettext_lazy("JSON"),
}
"""What ``tipo_dato`` may say; a row with another word is a text."""
NUMBERS = {
    "integer": re.compile(r"-?[0-9]{1,15}"),
    "number": re.compile(r"-?[0-9]{1,15}(\.[0-9]+)?"),
}


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


def fault_of(setting: Mapping[str, Any]) -> str | None:
    """What is wrong with the value of a setting, by its other fields; ``None`` when nothing is."""
    value = setting["value"]
    if not value:
        lacks = setting["required"] and setting["value_json"] is None
        return _("Este ajuste necesita un valor.") if lacks else None
    return (
        _fault_of_kind(value, setting["kind"])
        or _fault_of_range(value, setting)
        or _fault_of_choice(value, setting["choices"])
        or _fault_of_pattern(value, setting["pattern"])
    )


def _fault_of_kind(value: str, kind: str) -> str | None:
    if kind in NUMBERS and not NUMBERS[kind].fullmatch(value):
        return _("Escriba un número entero.") if kind == "integer" else _("Escriba un número: 0.5.")
    if kind == "boolean" and value not in {"true", "false"}:
        return _("Escriba «true» (sí) o «false» (no).")
    if kind == "json":
        try:
            json.loads(value)
        except ValueError:
            return _("No es JSON.")
    return None


def _fault_of_range(value: str, setting: Mapping[str, Any]) -> str | None:
    low, high = setting["minimum"], setting["maximum"]
    if setting["kind"] not in NUMBERS:
        return None
    if low is not None and float(value) < low:
        return _("Lo mínimo es %s.") % f"{low:g}"
    if high is not None and float(value) > high:
        return _("Lo máximo es %s.") % f"{high:g}"
    return None


def _fault_of_choice(value: str, choices: list[Any] | None) -> str | None:
    allowed = [it if isinstance(it, str) else json.dumps(it) for it in choices or []]
    if not allowed or value in allowed:
        return None
    return _("Uno de estos: %s.") % ", ".join(allowed)


def _fault_of_pattern(value: str, pattern: str) -> str | None:
    if not pattern or re.fullmatch(pattern, value):
        return None
    return _("No tiene la forma que pide el patrón.")


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
