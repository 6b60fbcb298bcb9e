"""What the code records in English words, as staff read it."""

from typing import Any

from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

ROLE_NAMES: dict[str, Any] = {
    "rater": _("Calificador"),
    "reviewer": _("Revisor"),
    "trainer": _("Entrenador"),
    "auditor": _("Auditor"),
    "bot": _("Bot"),
    "admin": _("Administrador"),
}
"""The roles of ``core.access``; a group that staff made keeps the name they gave it."""

ACTIONS: dict[str, Any] = {
    "activation_approved": _("Activación aprobada"),
    "activation_asked": _("Activación pedida"),
    "activation_declined": _("Activación rechazada"),
    "auto_training_announced": _("Entrenamiento automático anunciado"),
    "auto_training_off": _("Entrenamiento automático apagado"),
    "auto_training_on": _("Entrenamiento automático encendido"),
    "auto_training_refused": _("Entrenamiento automático que no pudo empezar"),
    "configuration_edited": _("Configuración del asistente cambiada"),
    "chunk_fixed": _("Trozo arreglado"),
    "consent_granted": _("Consentimiento dado"),
    "consent_withdrawn": _("Consentimiento retirado"),
    "consent_text_written": _("Texto de consentimiento escrito"),
    "person_erased": _("Borrado lo que dijo una persona"),
    "answer_corrected": _("Respuesta corregida"),
    "conversation_cleared": _("Calificación borrada"),
    "conversation_deleted": _("Conversación eliminada"),
    "conversation_edited": _("Conversación editada"),
    "conversation_rated": _("Conversación calificada"),
    "dataset_exported": _("Datos exportados"),
    "dataset_prepared": _("Conjunto de datos preparado"),
    "dataset_reviewed": _("Líneas de un conjunto revisadas"),
    "document_activated": _("Documento activado"),
    "document_deactivated": _("Documento desactivado"),
    "document_deleted": _("Documento eliminado"),
    "document_edited": _("Documento editado"),
    "document_reprocessed": _("Documento procesado de nuevo"),
    "document_taken": _("Original de un documento descargado"),
    "document_uploaded": _("Documento subido"),
    "document_written": _("Texto guardado como documento"),
    "domain_edited": _("Dominio editado"),
    "evaluation_begun": _("Evaluación empezada"),
    "export_downloaded": _("Exportación descargada"),
    "fields_synchronised": _("Catálogo de campos sincronizado"),
    "job_cancel_asked": _("Cancelación pedida"),
    "job_cancelled": _("Entrenamiento cancelado"),
    "job_deleted": _("Entrenamiento eliminado"),
    "job_duplicate_cancelled": _("Entrenamiento repetido cancelado"),
    "job_failed": _("Entrenamiento fallido"),
    "job_started": _("Entrenamiento iniciado"),
    "job_succeeded": _("Entrenamiento terminado"),
    "mask_added": _("Dato personal ocultado a mano"),
    "mask_lifted": _("Dato destapado: no era personal"),
    "model_activated": _("Modelo activado"),
    "model_deactivated": _("Modelo desactivado"),
    "model_deployment_asked": _("Despliegue pedido"),
    "model_end_changed": _("Fecha de fin de un modelo cambiada"),
    "model_evaluated": _("Modelo evaluado"),
    "model_file_taken": _("Archivo de un modelo descargado"),
    "model_gone": _("Modelo que ya no está en su proveedor"),
    "person_erased_from_knowledge": _("Persona borrada de diálogos, proformas y pulgares"),
    "person_erased_from_data": _("Persona borrada de los conjuntos de datos"),
    "price_list_drafted": _("Lista de precios leída"),
    "price_list_in_force": _("Lista de precios puesta vigente"),
    "price_list_over": _("Lista de precios vencida"),
    "provider_paused": _("Proveedor en pausa"),
    "provider_resumed": _("Proveedor reanudado"),
    "queue_emptied": _("Cola vaciada"),
    "quote_made": _("Proforma emitida"),
    "review_approve": _("Etiqueta aprobada"),
    "review_complain": _("Pulgar abajo: vuelve a revisión"),
    "review_edit": _("Etiqueta o texto corregidos"),
    "review_flag": _("Dato personal señalado"),
    "review_reanalyse": _("Conversación reanalizada"),
    "review_reject": _("Conversación rechazada"),
    "review_send_back": _("Conversación devuelta a revisión"),
    "review_undo": _("Decisión deshecha"),
    "search_questions_read": _("Preguntas de búsqueda importadas"),
    "search_tuned": _("Búsqueda calibrada"),
    "setting_edited": _("Ajuste cambiado"),
    "thumb_processed": _("Pulgar procesado"),
    "thumbs_fell": _("Modelo retirado por sus pulgares"),
    "thumbs_fell_seen": _("Aviso de modelo retirado, visto"),
    "token_issued": _("Clave creada"),
    "token_revoked": _("Clave revocada"),
    "vocabulary_removed": _("Palabra, campo o variable eliminados"),
    "vocabulary_written": _("Palabra, campo o variable escritos"),
}
"""Every action that is recorded; one nobody has named yet shows its own word."""


def role_name(group: Group) -> str:
    """The name of a role as staff read it."""
    return str(ROLE_NAMES.get(group.name, group.name))


def action_name(action: str) -> str:
    """An action as staff read it."""
    return str(ACTIONS.get(action, action))
