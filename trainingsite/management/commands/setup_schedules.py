"""The work that comes back: written to the queue's table."""

from typing import Any

from django.core.management.base import BaseCommand
from django_q.models import Schedule

EVERY_MINUTE = {
    "latido": "core.tasks.heartbeat",
    "respuestas": "core.tasks.forget_replies",
    "vectores": "conversations.tasks.embed_waiting",
    "borrados": "conversations.tasks.erase_waiting",
    "etiquetas": "conversations.tasks.process_waiting",
    "diálogos caducados": "rag.tasks.forget_dialogues",
    "documentos": "rag.tasks.process_documents",
    "nombres en proformas": "rag.tasks.forget_clients",
    "conversaciones como documentos": "rag.tasks.keep_approved",
    "vectores de respuestas": "rag.tasks.fill_pairs",
    "vectores de documentos": "rag.tasks.build_vectors",
    "medidas de la búsqueda": "rag.tasks.measure_searches",
    "mensajes de WhatsApp": "rag.tasks.answer_messages",
    "respuestas por WhatsApp": "rag.tasks.deliver_replies",
    "entrenamientos": "finetune.tasks.poll_jobs",
    "archivos borrados": "finetune.tasks.remove_files",
    "evaluaciones": "finetune.tasks.evaluate_waiting",
    "despliegues": "finetune.tasks.deploy_waiting",
    "velocidades": "finetune.tasks.measure_speeds",
}
EVERY_HOUR = {
    "entrenamiento automático": "finetune.tasks.train_by_itself",
    "hojas de precios": "rag.tasks.read_price_sheets",
    "pulgares": "rag.tasks.watch_thumbs",
    "entregas caducadas": "rag.tasks.forget_deliveries",
    "listas de precios vencidas": "rag.tasks.retire_price_lists",
}
EVERY_DAY = {
    "modelos de los proveedores": "finetune.tasks.check_models",
    "avisos de los proveedores": "finetune.tasks.forget_notices",
    "visitas sin palabras": "trainingsite.tasks.forget_visitors",
    "originales sin documento": "rag.tasks.sweep_originals",
}
TIMED = {
    Schedule.MINUTES: EVERY_MINUTE,
    Schedule.HOURLY: EVERY_HOUR,
    Schedule.DAILY: EVERY_DAY,
}


class Command(BaseCommand):
    help = "Create or mend the schedules of the queue; safe to run again."

    def handle(self, **options: Any) -> None:
        known = dict(Schedule.objects.values_list("name", "pk"))
        kept = [
            mend(known.get(name), name=name, func=func, schedule_type=often)
            for often, work in TIMED.items()
            for name, func in work.items()
        ]
        Schedule.objects.exclude(pk__in=kept).delete()


def mend(pk: int | None, **fields: str) -> int:
    """Write the schedule ``pk``, or a new one, as it must be; its key."""
    plain = dict.fromkeys(("args", "kwargs", "hook", "cluster", "intended_date_kwarg"))
    timing = {"minutes": 1, "repeats": -1}
    row, _ = Schedule.objects.update_or_create(pk=pk, defaults=plain | timing | fields)
    return row.pk
