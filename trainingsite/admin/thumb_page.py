"""One thumb: what was asked and answered, from what, and what staff do about it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from conversations.models import ChatRating, Conversation, Thumb
from core.admin.base import staff
from core.errors import Refusal
from rag import feedback
from rag.admin import timeline
from rag.models import Turn
from trainingsite.admin import passages
from trainingsite.admin.base import page
from trainingsite.admin.marked import marked, placeholders
from trainingsite.admin.review_actions import RIGHT as REVIEW
from trainingsite.admin.thumb_form import ThumbForm

PROCESS = "conversations.change_chatrating"


def screen(request: HttpRequest, thumb: ChatRating, *, among: QuerySet[ChatRating]) -> HttpResponse:
    """Show a thumb (GET); do about it what the form says (POST), for who may.

    ``among`` are those that who asks sees: the next one comes from there.
    """
    turn = Turn.objects.filter(thumb=thumb).select_related("trained_model", "prompt").first()
    shown = passages.shown_with(turn, staff(request))
    may_process = request.user.has_perm(PROCESS)
    form = ThumbForm(request.POST or None, thumb=thumb, passages=shown)
    if request.method == "POST":
        if not may_process:
            raise PermissionDenied
        if form.is_valid() and _process(request, thumb, form):
            return HttpResponseRedirect(request.path)
    return page(
        request,
        "admin/trainingsite/thumbs_one.html",
        title=_("Pulgar %s") % thumb.get_thumb_display().lower(),
        thumb=thumb,
        question=marked(thumb.question, placeholders(thumb.question)),
        answer=marked(thumb.answer, placeholders(thumb.answer)),
        passages=shown,
        form=form,
        may_process=may_process,
        may_review=request.user.has_perm(REVIEW),
        mended=_mended(thumb),
        following=_next(thumb, among),
        **_answered(turn, hidden=len(shown)),
    )


def _process(request: HttpRequest, thumb: ChatRating, form: ThumbForm) -> bool:
    """Whether it was done; a refusal is told."""
    asked = form.said
    try:
        feedback.process(thumb, by=staff(request), **asked)
    except Refusal as refusal:
        messages.error(request, _("%s No se cambió nada.") % refusal)
        return False
    if asked["correction"]:
        said = _("Procesada. Quien pregunte casi lo mismo recibe ya la respuesta corregida.")
    else:
        said = _("Procesada.")
    messages.success(request, said)
    return True


def _answered(turn: Turn | None, *, hidden: int) -> dict[str, Any]:
    """How the answer came about, as far as that is known."""
    if turn is None:
        return {"turn": None}
    served = Conversation.objects.filter(pk=turn.served).first() if turn.served else None
    return {
        "turn": turn,
        "source": timeline.source_name(turn.source),
        "steps": timeline.shown(turn),
        "served": served,
        "hidden": turn.chunks.count() - hidden,
    }


def _mended(thumb: ChatRating) -> SafeString | str:
    """What was changed because of it, leading there; nothing where nothing was."""
    kind, _colon, number = thumb.change.partition(":")
    pages: dict[str, tuple[str, Any, str]] = {
        "correction": ("conversations_conversation", thumb.conversation_id, _("la respuesta")),
        "dictionaryterm": ("rag_dictionaryterm", number, _("una palabra del diccionario")),
        "fielddefinition": ("rag_fielddefinition", number, _("la definición de un campo")),
        "promptversion": ("core_domain", thumb.domain_id, _("el prompt")),
    }
    if kind not in pages:
        return thumb.change
    model, pk, words = pages[kind]
    if not pk:  # it was deleted since
        return words
    return format_html('<a href="{}">{}</a>', reverse(f"admin:{model}_change", args=[pk]), words)


def _next(thumb: ChatRating, among: QuerySet[ChatRating]) -> ChatRating | None:
    """The newest of its domain that is down and that nobody has processed."""
    waiting = among.filter(domain=thumb.domain, thumb=Thumb.DOWN, processed=False)
    return waiting.exclude(pk=thumb.pk).order_by("-created_at", "-pk").first()
