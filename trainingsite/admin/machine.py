"""Whether what works behind the site is at work: the queue, and the models' environment."""

import json
import time
from contextlib import suppress
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from finetune.models import ProviderPause

SILENCE = 150  # seconds without a heartbeat, which beats every minute


@dataclass(frozen=True)
class Part:
    """One part of the machine; ``state`` is ok, busy or down."""

    name: str
    state: str
    says: str
    share: int | None = None  # of 100
    paused: str = ""  # the provider that a person may let go on


def parts() -> list[Part]:
    return [worker(), models(), *paused()]


def paused() -> list[Part]:
    """The providers that are asked for nothing until a person sees to it."""
    says = _("En pausa: %s")
    return [
        Part(_("Proveedor «%s»") % it.provider, "down", says % it.message, paused=it.provider)
        for it in ProviderPause.objects.for_a_person()
    ]


def worker() -> Part:
    """The queue's worker, by the age of the file that it touches."""
    name = _("Cola de tareas")
    age = None
    with suppress(FileNotFoundError):
        age = time.time() - settings.WORKER_HEARTBEAT.stat().st_mtime
    if age is None:
        return Part(name, "busy", _("Todavía no ha dado señales; tarda un minuto en arrancar."))
    if age > SILENCE:
        return Part(name, "down", _("Parada: nada se envía ni se consulta. Reinicie el sitio."))
    return Part(name, "ok", _("En marcha."))


def models() -> Part:
    """The environment that trains and serves models, by the report of its installation."""
    name = _("Entorno de modelos")
    try:
        report = json.loads(settings.MODELS_SETUP.read_text())
    except (FileNotFoundError, ValueError):
        return Part(name, "down", _("Sin instalar en esta máquina. «make run» lo instala."))
    if report.get("state") == "ready":
        return Part(name, "ok", _("Listo: %s MB.") % report.get("megabytes", "?"))
    if report.get("state") == "failed":
        return Part(name, "down", _("La instalación falló: %s") % report.get("message", ""))
    step, steps = report.get("step", 0), report.get("steps", 1)
    says = _("Instalando, paso %(step)s de %(steps)s: %(message)s (%(megabytes)s MB)") % {
        "step": step,
        "steps": steps,
        "message": report.get("message", ""),
        "megabytes": report.get("megabytes", 0),
    }
    return Part(name, "busy", says, share=round(100 * step / steps))
