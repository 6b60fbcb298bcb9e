"""Trying the bot: the same question to the base, to the active model and to the examples alone."""

from typing import Any, cast, get_args

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.access import domains_of
from core.admin.base import staff
from core.errors import Refusal
from core.models import Domain
from finetune import activation
from finetune.demonstration import demonstrates
from finetune.models import TrainedModel
from rag import assistant
from rag.admin.timeline import source_name
from rag.assistant import Variant
from trainingsite.admin.base import domain_asked, page, requires

RIGHT = "rag.ask_assistant"
LONGEST = 2000  # characters of a question
CHANNEL = "prueba"  # what staff try out here is no chat
WITHOUT = "sin_documentos"


@requires(RIGHT)
def screen(request: HttpRequest) -> HttpResponse:
    """The question, and a column for each who answers; each column asks by itself.

    A question travels in the body of a POST, never in an address that ends up in a log.
    """
    domain = domain_asked(request)
    active = activation.active(domain)
    return page(
        request,
        "admin/trainingsite/playground.html",
        title=_("Probar el bot"),
        domain=domain,
        domains=domains_of(request.user),
        question=_question(request),
        without=WITHOUT in request.POST,
        columns=_columns(active),
        active=active,
    )


@require_POST
@requires(RIGHT)
def column(request: HttpRequest) -> HttpResponse:
    """One answer as a piece of the page; a refusal is shown in its place, the others go on."""
    variant = cast(Variant, request.POST.get("variante", ""))
    question = _question(request)
    if variant not in get_args(Variant) or not question:
        raise PermissionDenied
    domain = domain_asked(request)
    context: dict[str, Any] = {"domain": domain}
    try:
        reply = assistant.answer(
            domain,
            question,
            by=staff(request),
            variant=variant,
            channel=CHANNEL,
            keep=False,
            documents=WITHOUT not in request.POST,
        )
    except Refusal as refusal:
        context["refusal"] = refusal
    else:
        context |= {"reply": reply, "shown": reply.examples[: domain.examples]}
        context["came_from"] = source_name(reply.source)
        context["demonstration"] = reply.source == "model" and _demonstrates(domain, reply.model)
        context["said_above"] = variant == "active" and _is_active(domain, reply.model)
    return TemplateResponse(request, "admin/trainingsite/playground_answer.html", context)


def _question(request: HttpRequest) -> str:
    return request.POST.get("pregunta", "").replace("\0", "").strip()[:LONGEST]


def _columns(active: Any) -> list[dict[str, Any]]:
    return [
        {
            "variant": "base",
            "title": _("Modelo base"),
            "note": _("Sin entrenar y sin ejemplos."),
        },
        {
            "variant": "active",
            "title": _("Modelo activo") if active else _("Como contesta hoy"),
            "note": active.name
            if active
            else _("No hay un modelo activo: contesta la base, con ejemplos y documentos."),
        },
        {
            "variant": "examples",
            "title": _("Solo ejemplos"),
            "note": _("La base, con las respuestas aprobadas más parecidas."),
        },
    ]


def _demonstrates(domain: Domain, name: str) -> bool:
    """Whether the provider itself calls ``name`` a model that only shows the loop."""
    if active := _is_active(domain, name):
        return active.demonstration
    return demonstrates(domain.answer_provider, name)


def _is_active(domain: Domain, name: str) -> TrainedModel | None:
    active = activation.active(domain)
    return active if active and active.name == name else None
