"""Rating: one exchange at a time on its screen, or a click in the list. It only stores stars."""

import json
import re
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from conversations import rating, review
from conversations.models import Conversation
from core.access import domains_of, visible
from core.admin.base import staff
from core.errors import Invalid, Refusal
from core.models import Domain
from finetune import curation
from trainingsite.admin.base import page, requires
from trainingsite.admin.rating_queue import Queue, Turn, skip

RIGHT = "conversations.rate_conversation"
GIVEN = frozenset("012345")  # 0 takes the stars back
NUMBER = re.compile(r"[0-9]{1,18}")
MEANINGS = {
    1: gettext_lazy("incorrecta o dañina"),
    2: gettext_lazy("mala"),
    3: gettext_lazy("pasable"),
    4: gettext_lazy("buena, entrenable"),
    5: gettext_lazy("ejemplar"),
}


@require_GET
@requires(RIGHT)
def screen(request: HttpRequest) -> HttpResponse:
    """The exchange named by ``id``, or the first that waits for stars."""
    queue = Queue.of(request)
    asked = request.GET.get("id", "")
    turn = queue.turn(int(asked)) if NUMBER.fullmatch(asked) else queue.next_unrated()
    return _show(request, queue, turn)


@require_POST
@requires(RIGHT)
def rate_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Store ``stars`` (0 takes them back), skip, or say that a personal datum is left; go on.

    The list's own clicks ask for JSON; the rating screen for its next exchange; a browser
    without JavaScript is sent there.
    """
    conversation = get_object_or_404(_mine(request), pk=pk)
    before = {"stars": conversation.stars or 0, "feedback": conversation.feedback or ""}
    back = {"dato": 1} if "dato" in request.POST else before
    try:
        said = _decide(request, conversation)
    except Refusal as refusal:
        return _refused(request, conversation, refusal)
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"message": said, "stars": _stars(request), "before": before})
    queue = Queue.of(request)
    undone = "deshacer" in request.POST
    turn = queue.turn(pk) if undone else queue.next_unrated(after=pk)
    can_undo = not undone and "saltar" not in request.POST
    undo = {"url": request.path, "with": json.dumps(back)} if can_undo else None
    return _go_on(request, queue, turn, said, undo=undo)


def not_started(domain: Domain) -> str:
    """What rating does not do, said after each one (requirements, R115 and R172)."""
    if missing := curation.missing(domain):
        short = ngettext("falta %d", "faltan %d", missing) % missing
        return _("No inicia ningún entrenamiento: %s") % short
    return _("No inicia ningún entrenamiento: ya hay suficientes para preparar los datos.")


def _mine(request: HttpRequest) -> Any:
    rows = Conversation.objects.consented().select_related("domain")
    return visible(rows, request.user)


def _stars(request: HttpRequest) -> int:
    given = request.POST.get("stars", "")
    if given not in GIVEN:
        raise Invalid(_("Las estrellas van de 1 a 5."), calificacion=[_("Un número de 1 a 5.")])
    return int(given)


def _feedback(request: HttpRequest, conversation: Conversation) -> str:
    given = request.POST.get("feedback", conversation.feedback or "").strip()
    if "\0" in given:
        why = _("El comentario tiene un carácter que no se puede guardar.")
        raise Invalid(why, feedback=[why])
    return given


def _decide(request: HttpRequest, conversation: Conversation) -> str:
    """Do what the form says and return the sentence that says so."""
    by = staff(request)
    if "saltar" in request.POST:
        skip(request, conversation.pk)
        return _("Saltada: queda al final de su cola.")
    if "dato" in request.POST:
        return _flag(request, conversation)
    if stars := _stars(request):
        feedback = _feedback(request, conversation)
        rating.rate(conversation, stars=stars, feedback=feedback, by=by)
        said = _("Guardada.")
    else:
        rating.clear(conversation, by=by)
        said = _("Calificación borrada.")
    return f"{said} {not_started(conversation.domain)}"


def _flag(request: HttpRequest, conversation: Conversation) -> str:
    """Send the exchange to a reviewer, or take that back."""
    if "deshacer" in request.POST:
        review.undo(conversation, by=staff(request))
        return _("Ya no está señalada.")
    review.flag(conversation, by=staff(request))
    return _("Queda un dato personal: va a revisión y no enseña a nadie mientras tanto.")


def _refused(request: HttpRequest, conversation: Conversation, refusal: Refusal) -> HttpResponse:
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"message": str(refusal)}, status=refusal.status_code)
    queue = Queue.of(request)
    return _go_on(request, queue, queue.turn(conversation.pk), str(refusal), failed=True)


def _go_on(
    request: HttpRequest,
    queue: Queue,
    turn: Turn | None,
    said: str,
    *,
    failed: bool = False,
    undo: dict[str, Any] | None = None,
) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return _show(request, queue, turn, said=said, failed=failed, undo=undo)
    (messages.error if failed else messages.success)(request, said)
    where: dict[str, Any] = {"seleccion": queue.token} if queue.token else {}
    where |= {"dominio": queue.domain.slug} if queue.domain else {}
    where |= {"id": turn.conversation.pk} if turn else {}
    return HttpResponseRedirect(f"{reverse('admin:rate')}?{urlencode(where)}")


def _show(request: HttpRequest, queue: Queue, turn: Turn | None, **told: Any) -> TemplateResponse:
    conversation = turn.conversation if turn else None
    domain = conversation.domain if conversation else queue.domain
    context = {
        "queue": queue,
        "turn": turn,
        "conversation": conversation,
        "domain": domain,
        "category": conversation.category.replace("_", " ") if conversation else "",
        "progress": queue.progress(),
        "meanings": MEANINGS.items(),
        **told,
    }
    if turn is None and domain:
        context["missing"] = curation.missing(domain)
    if request.headers.get("HX-Request"):
        return TemplateResponse(request, "admin/trainingsite/rate_card.html", context)
    return page(
        request,
        "admin/trainingsite/rate.html",
        title=_("Calificar"),
        domains=domains_of(request.user),
        **context,
    )
