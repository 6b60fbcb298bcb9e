"""What the value of a setting may be: its kind, range, choices and pattern, as its row says."""

import json
import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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
