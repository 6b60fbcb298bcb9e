"""The admin theme's settings: titles, our style sheet and the side menu."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse, reverse_lazy
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_ROOM = "conversations"
_REVIEW = "conversations.review_conversation"


def _item(title: Promise, icon: str, view: str, right: str = "") -> dict[str, object]:
    """A line of the menu, for who holds ``right``."""
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{view}"),
        "active": _is_at(view),
        "permission": lambda request: not right or request.user.has_perm(right),
    }


def _list(title: Promise, icon: str, app: str, model: str) -> dict[str, object]:
    return _item(title, icon, f"{app}_{model}_changelist", f"{app}.view_{model}")


def _is_at(view: str) -> Callable[[HttpRequest], bool]:
    """Whether a page belongs to the menu's line; the panel's address is a prefix of every other."""

    def is_at(request: HttpRequest) -> bool:
        home = reverse(f"admin:{view}")
        return request.path == home if view == "index" else request.path.startswith(home)

    return is_at


def _style(request: HttpRequest) -> str:
    return static("trainingsite/screens.css")


def _favicon(request: HttpRequest) -> str:
    return static("trainingsite/favicon.svg")


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Entrenamiento del bot"),
    "SITE_HEADER": _("Entrenamiento del bot"),
    "SITE_SYMBOL": "school",
    "SITE_URL": None,
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _favicon}],
    "STYLES": [_style],
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {
                "title": _("Aprender"),
                "items": [
                    _item(_("Panel"), "dashboard", "index"),
                    _item(_("Calificar"), "star", "rate", "conversations.rate_conversation"),
                    _list(_("Conversaciones"), "forum", "conversations", "conversation"),
                    _item(_("Probar el bot"), "smart_toy", "playground", "rag.ask_assistant"),
                    _list(_("Respuestas del bot"), "timeline", "rag", "turn"),
                    _list(
                        _("Calificaciones del chat"),
                        "thumbs_up_down",
                        "conversations",
                        "chatrating",
                    ),
                ],
            },
            {
                "title": _("Revisar"),
                "separator": True,
                "items": [
                    _item(
                        _("Etiquetas por revisar"), "rule", f"{_ROOM}_toreview_changelist", _REVIEW
                    ),
                    _item(_("Rechazadas"), "block", f"{_ROOM}_rejected_changelist", _REVIEW),
                    _item(
                        _("Descartadas"),
                        "filter_alt_off",
                        f"{_ROOM}_screenedout_changelist",
                        _REVIEW,
                    ),
                    _list(_("Personas"), "person_check", "conversations", "person"),
                    _item(_("Probar el anonimizador"), "visibility_off", "anonymiser", _REVIEW),
                ],
            },
            {
                "title": _("Entrenar"),
                "separator": True,
                "items": [
                    _list(_("Conjuntos de datos"), "dataset", "finetune", "dataset"),
                    _list(_("Exportaciones"), "download", "finetune", "export"),
                    _list(_("Entrenamientos"), "model_training", "finetune", "finetuningjob"),
                    _list(_("Modelos"), "psychology", "finetune", "trainedmodel"),
                    _list(_("Evaluaciones"), "monitoring", "finetune", "evaluation"),
                    _list(
                        _("Activaciones por aprobar"), "how_to_reg", "finetune", "activationrequest"
                    ),
                    _list(_("Preguntas de evaluación"), "quiz", "finetune", "evaluationquestion"),
                    _item(_("Linaje"), "account_tree", "lineage", "finetune.view_trainedmodel"),
                    _list(_("Precios"), "sell", "finetune", "price"),
                    _list(_("Presupuestos"), "savings", "finetune", "budget"),
                    _list(_("Entrenamiento automático"), "autoplay", "finetune", "autotraining"),
                ],
            },
            {
                "title": _("Documentos y búsqueda"),
                "separator": True,
                "items": [
                    _list(_("Documentos"), "description", "rag", "document"),
                    _list(_("Trozos por arreglar"), "build", "rag", "correction"),
                    _item(_("Probar la búsqueda"), "search", "retrieval", "rag.view_document"),
                    _list(_("Preguntas de búsqueda"), "find_in_page", "rag", "retrievalquestion"),
                    _list(_("Medidas de la búsqueda"), "query_stats", "rag", "retrievalrun"),
                    _list(_("Calibración de la búsqueda"), "tune", "rag", "searchtuning"),
                    _list(_("Índices de vectores"), "hub", "rag", "vectorspace"),
                ],
            },
            {
                "title": _("Catálogo y precios"),
                "separator": True,
                "items": [
                    _list(_("Catálogo"), "category", "conversations", "catalogueentry"),
                    _list(_("Listas de precios"), "price_check", "rag", "pricelist"),
                    _list(_("Hojas de precios"), "cloud_sync", "rag", "pricesource"),
                    _list(_("Proformas"), "request_quote", "rag", "quote"),
                ],
            },
            {
                "title": _("Palabras"),
                "separator": True,
                "items": [
                    _list(_("Diccionario"), "dictionary", "rag", "dictionaryterm"),
                    _list(_("Definiciones de campos"), "table_rows", "rag", "fielddefinition"),
                    _list(_("Variables del prompt"), "data_object", "rag", "promptvariable"),
                ],
            },
            {
                "title": _("Administrar"),
                "separator": True,
                "items": [
                    _list(_("Dominios"), "domain", "core", "domain"),
                    _list(_("Usuarios"), "group", "auth", "user"),
                    _list(_("Roles"), "badge", "auth", "group"),
                    _list(_("Claves de la API"), "key", "core", "apitoken"),
                    _list(_("Auditoría"), "history", "core", "auditevent"),
                    _list(_("Ajustes"), "settings", "core", "setting"),
                    _list(
                        _("Textos de consentimiento"), "contract", "conversations", "consenttext"
                    ),
                    _list(_("Trabajo en cola"), "pending_actions", "conversations", "processing"),
                    _list(_("Borrados pendientes"), "delete", "conversations", "erasure"),
                    _list(_("Mensajes recibidos"), "mark_chat_unread", "rag", "inbound"),
                    _list(_("Mensajes por enviar"), "outgoing_mail", "rag", "outbound"),
                    _list(_("Tareas fallidas"), "error", "django_q", "failure"),
                    _list(_("Horarios"), "schedule", "django_q", "schedule"),
                ],
            },
        ],
    },
}
