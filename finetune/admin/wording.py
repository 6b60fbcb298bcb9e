"""What providers say, in Spanish. Values only: events and status words in, sentences out."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.formats import number_format

STATUSES = {
    "validating_files": "revisando los archivos",
    "validating": "revisando los archivos",
    "queued": "en cola",
    "pending": "en espera",
    "running": "entrenando",
    "paused": "en pausa",
    "pausing": "pausando",
    "resuming": "reanudando",
    "succeeded": "terminado",
    "failed": "fallido",
    "cancelled": "cancelado",
}
"""The words of OpenAI's fine-tuning jobs and of services that copy it."""

WORDS = {
    "training": "entrenamiento",
    "validation": "validación",
    "this job": "este trabajo",
    "a machine without a GPU": "una máquina sin tarjeta gráfica",
}
"""Parts of a sentence that have a translation of their own."""

_PART = "(?P<part>training|validation)"

MESSAGES = [
    (re.compile(pattern, re.IGNORECASE), says)
    for pattern, says in [
        (r"Created fine-tuning job: (?P<name>\S+)", "Entrenamiento creado: {name}"),
        (rf"Validating {_PART} file: (?P<name>\S+)", "Revisando el archivo de {part}: {name}"),
        (
            r"Files validated, moving job to queued state",
            "Archivos revisados: el entrenamiento pasa a la cola",
        ),
        (r"Fine-tuning job started", "Empezó el entrenamiento"),
        (
            r"Fine-tuning job goes on from step (?P<step>\d+)",
            "El entrenamiento sigue desde el paso {step}",
        ),
        (
            r"Training on the CPU: .+",
            "Se entrena en el procesador: no hay tarjeta gráfica que sirva",
        ),
        (r"Training on (?P<name>.+)", "Se entrena en: {name}"),
        (
            rf"(?P<number>\d+) {_PART} example\(s\) left out: longer than (?P<limit>\d+) tokens",
            "{number} ejemplos de {part} quedan fuera: tienen más de {limit} tokens",
        ),
        (
            r"Training shortened from (?P<all>\d+) to (?P<most>\d+) steps, the limit of (?P<of>.+)",
            "Entrenamiento acortado de {all} a {most} pasos, el límite de {of}",
        ),
        (
            r"Pausing the training: it stops after the step it is at",
            "En pausa en cuanto acabe el paso en que está",
        ),
        (r"Fine-tuning job paused before it was started", "En pausa antes de empezar"),
        (r"Training paused: the server was stopped", "En pausa: se detuvo el servidor"),
        (r"Training paused at step (?P<step>\d+)", "En pausa en el paso {step}"),
        (r"Resuming the training", "El entrenamiento sigue"),
        (
            r"The server was restarted; the training begins again",
            "El servidor se reinició: el entrenamiento vuelve a empezar",
        ),
        (
            r"The server was restarted; the training goes on from step (?P<step>\d+)",
            "El servidor se reinició: el entrenamiento sigue desde el paso {step}",
        ),
        (
            r"Checkpoint created at step (?P<step>\d+)(?: with Snapshot ID: (?P<name>\S+))?",
            "Copia del modelo guardada en el paso {step}",
        ),
        (r"New fine-tuned model created(?:: (?P<name>\S+))?", "Modelo nuevo: {name}"),
        (
            r"Evaluating model against our usage policies(?: before enabling)?",
            "El proveedor revisa el modelo antes de permitir su uso",
        ),
        (
            r"Moderation checks for snapshot (?P<name>\S+) passed\.?",
            "La revisión del proveedor pasó: {name}",
        ),
        (r"Usage policy evaluations completed.*", "El proveedor terminó de revisar el modelo"),
        (r"The job has successfully completed\.?", "El entrenamiento terminó bien"),
        (r"Fine-tuning job (?:was )?cancelled\.?", "Entrenamiento cancelado"),
        (r"The job (?:has )?failed.*", "El entrenamiento falló"),
    ]
]
"""How OpenAI, and services that copy it, tell what happens; the first that fits counts."""

LOSSES = [
    (("train_loss",), "pérdida de entrenamiento"),
    (("full_valid_loss", "valid_loss"), "pérdida de validación"),
]


def status_said(word: str) -> str:
    """A provider's word for a job's state in Spanish; an unknown one as it is.

    >>> status_said("validating_files"), status_said("warming_up")
    ('revisando los archivos', 'warming_up')
    """
    return STATUSES.get(word, word)


def event_said(message: str, data: Mapping[str, Any]) -> str | None:
    """What an event says in Spanish; ``None`` for wording nobody has translated."""
    return _figures_said(data) or _message_said(message)


def _figures_said(data: Mapping[str, Any]) -> str | None:
    told = []
    for names, label in LOSSES:
        value = next((data[name] for name in names if data.get(name) is not None), None)
        if value is not None:
            told.append(f"{label} {number_format(round(value, 4), 4)}")
    if data.get("step") is None or not told:
        return None
    total = data.get("total_steps")
    step = f"{data['step']} de {total}" if total else f"{data['step']}"
    return f"Paso {step}: {', '.join(told)}"


def _message_said(message: str) -> str | None:
    for pattern, says in MESSAGES:
        if found := pattern.fullmatch(message.strip()):
            words = {key: WORDS.get(it, it or "") for key, it in found.groupdict().items()}
            return says.format(**words).rstrip(": ")
    return None
