"""The admin theme's settings: titles and the side menu."""

from django.urls import reverse_lazy
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


def _item(title: Promise, icon: str, view: str) -> dict[str, object]:
    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{view}")}


UNFOLD = {
    "SITE_TITLE": _("Entrenamiento del bot"),
    "SITE_HEADER": _("Entrenamiento del bot"),
    "SITE_SYMBOL": "school",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {
                "title": _("Aprender"),
                "items": [
                    _item(_("Panel"), "dashboard", "index"),
                    _item(_("Calificar"), "star", "rate"),
                    _item(_("Conversaciones"), "forum", "conversations_conversation_changelist"),
                    _item(_("Probar el bot"), "smart_toy", "playground"),
                ],
            },
            {
                "title": _("Entrenar"),
                "separator": True,
                "items": [
                    _item(_("Conjuntos de datos"), "dataset", "finetune_dataset_changelist"),
                    _item(
                        _("Entrenamientos"), "model_training", "finetune_finetuningjob_changelist"
                    ),
                    _item(_("Modelos"), "psychology", "finetune_trainedmodel_changelist"),
                    _item(
                        _("Preguntas de evaluación"),
                        "quiz",
                        "finetune_evaluationquestion_changelist",
                    ),
                ],
            },
            {
                "title": _("Administrar"),
                "separator": True,
                "collapsible": True,
                "items": [
                    _item(_("Dominios"), "domain", "core_domain_changelist"),
                    _item(_("Catálogo"), "category", "conversations_catalogueentry_changelist"),
                    _item(_("Usuarios"), "group", "auth_user_changelist"),
                    _item(_("Claves de la API"), "key", "core_apitoken_changelist"),
                    _item(_("Auditoría"), "history", "core_auditevent_changelist"),
                ],
            },
        ],
    },
}
