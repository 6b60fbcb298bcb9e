"""What happened to one message, as staff read it."""

from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from conversations.models import Label
from rag.models import Turn
from rag.turns import OPEN

SOURCES: dict[str, Any] = {
    OPEN: _("sin terminar"),
    "model": _("un modelo"),
    "approved": _("una respuesta aprobada, tal cual"),
    "correction": _("una respuesta corregida, tal cual"),
    "quote": _("el diálogo de la proforma"),
    "passage": _("un pasaje, palabra por palabra"),
    "unknown": _("nada: no se sabe"),
    "sorry": _("nadie pudo contestar"),
}
STEPS: dict[str, Any] = {
    "consent": _("Consentimiento"),
    "masks": _("Datos ocultados"),
    "proforma": _("Proforma"),
    "looked_up": _("Buscado"),
    "failed": _("No contestó"),
    "reply": _("Respuesta"),
    "saved": _("Guardado"),
    "label": _("Etiqueta"),
    "qa": _("Control de calidad"),
}
FACTS: dict[str, Any] = {
    "granted": _("aceptado"),
    "kinds": _("clases"),
    "examples": _("ejemplos"),
    "passages": _("pasajes"),
    "model": _("modelo"),
    "why": _("por qué"),
    "source": _("de dónde"),
    "cited": _("trozos citados"),
    "conversation": _("conversación"),
    "does": _("qué hace"),
    "about": _("sobre"),
    "quote": _("número"),
    "intent": _("intención"),
    "confidence": _("confianza"),
    "errors": _("errores"),
}


def shown(turn: Turn) -> SafeString:
    """The steps of ``turn``, a line each, with what was read of its exchange afterwards."""
    lines = (
        (_clock(it["at"]), STEPS.get(it["step"], it["step"]), _facts(it))
        for it in [*turn.steps, *_read_later(turn)]
    )
    return format_html_join("", '<div>{} <span class="ts-badge">{}</span> {}</div>', lines)


def source_name(source: str) -> str:
    return str(SOURCES.get(source, source))


def _read_later(turn: Turn) -> list[dict[str, Any]]:
    """What the queue made of the exchange: its label, and whether it passes the checks."""
    label = Label.objects.filter(conversation=turn.conversation_id, current=True).first()
    if label is None:
        return []
    at, confidence = label.at.isoformat(), round(label.confidence, 2)
    failed = sorted({it["code"] for it in label.qa_errors})
    return [
        {"step": "label", "at": at, "intent": label.intent, "confidence": confidence},
        {"step": "qa", "at": at, "errors": failed},
    ]


def _clock(moment: str) -> str:
    found = parse_datetime(moment)
    return date_format(localtime(found), "H:i:s") if found else moment


def _facts(step: dict[str, Any]) -> str:
    told = {name: it for name, it in step.items() if name not in ("step", "at")}
    return ", ".join(f"{FACTS.get(name, name)}: {_value(name, it)}" for name, it in told.items())


def _value(name: str, value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} ×{number}" for key, number in value.items()) or "–"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    if isinstance(value, bool):
        return str(_("sí") if value else _("no"))
    return source_name(value) if name == "source" else str("–" if value in (None, "") else value)
