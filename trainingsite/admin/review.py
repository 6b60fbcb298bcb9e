"""One exchange to review: its texts, what was read in them, and the decisions about it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from conversations import review
from conversations.catalogue import Catalogue
from conversations.models import Conversation, Label, Review
from core.access import visible
from core.admin.base import staff
from core.errors import Conflict, Refusal
from rag import reviewing
from rag.models import Turn
from trainingsite.admin import lineage, passages
from trainingsite.admin.base import page, requires
from trainingsite.admin.label_form import LabelForm
from trainingsite.admin.marked import answer_of, question_of
from trainingsite.admin.reading import errors, label_of, lines
from trainingsite.admin.review_actions import RIGHT


@require_http_methods(["GET", "POST"])
@requires(RIGHT)
def screen(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an exchange, which keeps it for who looks (GET); do what the button says (POST)."""
    row = _row(request, pk)
    label = label_of(row)
    catalogue = Catalogue.of(row.domain)
    form = LabelForm(request.POST or None, row=row, label=label, catalogue=catalogue)
    if request.method == "POST" and (answer := _decide(request, row, form)):
        return answer
    return page(
        request,
        "admin/trainingsite/review.html",
        title=_("Revisar"),
        held=_held(request, row),
        form=form,
        **_shown(row, label),
        **_answered(request, row),
        errors=errors(label, beside={"intent", *form.names}) if label else [],
        boxes=form.boxes(_lines(row, label), catalogue),
        done=_just_done(request),
        undoable=_is_undoable(request, row),
    )


@require_POST
@requires(RIGHT)
def heartbeat(request: HttpRequest, pk: int) -> JsonResponse:
    """The page is still open: nobody else is offered the exchange for a while longer."""
    try:
        review.heartbeat(_row(request, pk), by=staff(request))
    except Conflict as refusal:
        return JsonResponse({"message": str(refusal)}, status=refusal.status_code)
    return JsonResponse({"message": ""})


def _row(request: HttpRequest, pk: int) -> Conversation:
    """Not found, too, when its person took their consent back: it only waits to be erased."""
    rows = Conversation.objects.consented().select_related("domain", "session")
    return get_object_or_404(visible(rows, request.user), pk=pk)


def _held(request: HttpRequest, row: Conversation) -> str:
    """Keep the exchange for who opened it; the sentence that says who has it already."""
    if review.is_waiting(row):
        try:
            review.claim(row, by=staff(request))
        except Conflict as refusal:
            return str(refusal)
    return ""


def _shown(row: Conversation, label: Label | None) -> dict[str, Any]:
    return {
        "row": row,
        "label": label,
        "waiting": review.is_waiting(row),
        "why": review.told_why(row),
        "question": question_of(row, label),
        "answer": answer_of(row),
        "labels": [(it, _lines(row, it)) for it in row.labels.filter(current=False)],
        "reviews": row.reviews.all(),
        "reached": lineage.link("conversacion", row.pk, domain=row.domain),
    }


def _answered(request: HttpRequest, row: Conversation) -> dict[str, Any]:
    turn = Turn.objects.filter(conversation=row).first()
    return {"turn": turn, "passages": passages.shown_with(turn, staff(request))}


def _lines(row: Conversation, label: Label | None) -> list[Any]:
    return lines(label, told=review.told_confidence(row) is not None) if label else []


def _is_undoable(request: HttpRequest, row: Conversation) -> bool:
    """Whether the last decision about it that stands is of who looks."""
    standing = row.reviews.filter(undone=False).exclude(action=Review.Action.UNDO)
    last = standing.first()
    return last is not None and last.by == staff(request).get_username()


def _just_done(request: HttpRequest) -> Conversation | None:
    """The exchange that was decided about a moment ago: it can be undone from the next one."""
    pk = request.GET.get("hecha", "")
    rows = visible(Conversation.objects.all(), request.user)
    return rows.filter(pk=int(pk)).first() if pk.isdecimal() and len(pk) < 19 else None


def _decide(request: HttpRequest, row: Conversation, form: LabelForm) -> HttpResponse | None:
    """What the form asked for was done, or refused and told; ``None``: show the form's faults."""
    asked = request.POST.get("accion", "")
    if asked in {"aprobar", "corregir"} and not form.is_valid():
        return None
    try:
        said = VERBS[asked](request, row, form) if asked in VERBS else ""
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return _to(row)
    if asked in LEAVING:
        return _to_next(request, row, said)
    messages.success(request, f"N.º {row.pk}: {said}")
    return _to(row)


def _approve(request: HttpRequest, row: Conversation, form: LabelForm) -> str:
    """A correction that was typed and not yet kept is kept first."""
    if changes := form.corrections:
        reviewing.edit(row, by=staff(request), **changes)
    reviewing.approve(row, by=staff(request), notes=request.POST.get("notas", ""))
    return _("aprobada.")


def _correct(request: HttpRequest, row: Conversation, form: LabelForm) -> str:
    if changes := form.corrections:
        reviewing.edit(row, by=staff(request), **changes)
        return _("corrección guardada.")
    return _("no había nada que corregir.")


def _reject(request: HttpRequest, row: Conversation, form: LabelForm) -> str:
    review.reject(row, by=staff(request), reason=request.POST.get("notas", ""))
    return _("rechazada.")


def _reanalyse(request: HttpRequest, row: Conversation, form: LabelForm) -> str:
    review.reanalyse(row, by=staff(request))
    return _("leída otra vez.")


def _send_back(request: HttpRequest, row: Conversation, form: LabelForm) -> str:
    review.send_back(row, by=staff(request), notes=request.POST.get("notas", ""))
    return _("vuelve a revisión.")


def _undo(request: HttpRequest, row: Conversation, form: LabelForm) -> str:
    review.undo(row, by=staff(request))
    return _("decisión deshecha.")


def _skip(request: HttpRequest, row: Conversation, form: LabelForm) -> str:
    review.release(row, by=staff(request))
    return ""


VERBS: dict[str, Callable[[HttpRequest, Conversation, LabelForm], str]] = {
    "aprobar": _approve,
    "corregir": _correct,
    "rechazar": _reject,
    "reanalizar": _reanalyse,
    "devolver": _send_back,
    "deshacer": _undo,
    "saltar": _skip,
}
LEAVING = {"aprobar", "rechazar", "saltar"}


def _to(row: Conversation) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:review_one", args=[row.pk]))


def _to_next(request: HttpRequest, row: Conversation, said: str) -> HttpResponseRedirect:
    """The next of the same domain that nobody else has open; the list when none is left.

    Both say what was done (``said``) and lead back to it: the page with a button to undo it.
    """
    rows = Conversation.objects.filter(domain=row.domain).exclude(pk=row.pk).consented()
    following = review.pending(rows, by=staff(request)).first()
    if following is None:
        here = format_html(
            '<a href="{}">N.º {}</a>', reverse("admin:review_one", args=[row.pk]), row.pk
        )
        messages.success(request, format_html("{}: {}", here, said or _("saltada.")))
        return HttpResponseRedirect(reverse("admin:conversations_toreview_changelist"))
    decided = f"?hecha={row.pk}" if said else ""
    return HttpResponseRedirect(f"{reverse('admin:review_one', args=[following.pk])}{decided}")
