"""What is masked: to try on any text, and to put right in an exchange."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from conversations import masking
from conversations.anonymise import LABELS, anonymise
from conversations.capture import LONGEST
from conversations.categories import whitelist
from conversations.models import Conversation
from core.access import domains_of, visible
from core.admin.base import staff
from core.errors import Refusal
from trainingsite.admin.base import domain_asked, page, requires
from trainingsite.admin.marked import KINDS, Mark, answer_of, kind_name, marked, placeholders
from trainingsite.admin.review_actions import RIGHT


class AddForm(forms.Form):
    words = forms.CharField(max_length=masking.LONGEST)
    kind = forms.ChoiceField(choices=[(it, KINDS[it]) for it in LABELS])


class LiftForm(forms.Form):
    place = forms.IntegerField(min_value=0)
    words = forms.CharField(max_length=masking.LONGEST_UNMASKED)
    always = forms.BooleanField(required=False)


@require_http_methods(["GET", "POST"])
@requires(RIGHT)
def screen(request: HttpRequest, pk: int) -> HttpResponse:
    """An exchange with its masks (GET); one more of them, or one less (POST)."""
    rows = Conversation.objects.consented().select_related("domain")
    row = get_object_or_404(visible(rows, request.user), pk=pk)
    if request.method == "POST":
        return _change(request, row)
    return page(
        request,
        "admin/trainingsite/masks.html",
        title=_("Datos personales"),
        row=row,
        question=marked(row.question, placeholders(row.question)),
        answer=answer_of(row),
        kinds=[(it, kind_name(it)) for it in LABELS],
        masks=[
            {"place": place, "kind": kind_name(it.kind), "around": _around(text, it)}
            for place, (text, it) in enumerate(_masks(row))
        ],
    )


@never_cache
@sensitive_post_parameters("texto")
@require_http_methods(["GET", "POST"])
@requires(RIGHT)
def trial(request: HttpRequest) -> HttpResponse:
    """A text beside itself without personal data. Nothing of it is stored or logged."""
    domain = domain_asked(request)
    text = request.POST.get("texto", "")[:LONGEST]
    safe, spans = anonymise(text, keep=whitelist(domain))
    return page(
        request,
        "admin/trainingsite/anonymiser.html",
        title=_("Probar el anonimizador"),
        domain=domain,
        domains=domains_of(request.user),
        text=text,
        longest=LONGEST,
        original=marked(text, [Mark(*span) for span in spans]),
        safe=marked(safe, placeholders(safe)),
        found=[(kind_name(it.label), text[it.start : it.end]) for it in spans],
    )


def _change(request: HttpRequest, row: Conversation) -> HttpResponseRedirect:
    change = _lift if "destapar" in request.POST else _add
    try:
        messages.success(request, change(request, row))
    except Refusal as refusal:
        messages.error(request, _("%s No se cambió nada.") % refusal)
    return HttpResponseRedirect(reverse("admin:masks", args=[row.pk]))


def _add(request: HttpRequest, row: Conversation) -> str:
    given = _valid(AddForm(request.POST))
    times = masking.add_mask(row, words=given["words"], label=given["kind"], by=staff(request))
    return ngettext("Oculto en %d sitio.", "Oculto en %d sitios.", times) % times


def _lift(request: HttpRequest, row: Conversation) -> str:
    given = _valid(LiftForm(request.POST))
    masking.lift_mask(row, **given, by=staff(request))
    if given["always"]:
        return _("Ya se lee, y en este dominio no se ocultará más.")
    return _("Ya se lee.")


def _valid(form: forms.Form) -> dict[str, Any]:
    if form.is_valid():
        return form.cleaned_data
    raise Refusal(_("Escriba las palabras y elija de qué son."))


def _masks(row: Conversation) -> list[tuple[str, Mark]]:
    """Every mask with the text that it stands in: of the question, then of the answer."""
    return [(text, it) for text in (row.question, row.answer) for it in placeholders(text)]


def _around(text: str, mark: Mark) -> SafeString:
    """The mask between the words next to it, to tell it from others of its kind."""
    start, end = max(0, mark.start - NEAR), mark.end + NEAR
    before = ("…" if start else "") + text[start : mark.start]
    after = text[mark.end : end] + ("…" if end < len(text) else "")
    return format_html("{}<b>{}</b>{}", before, text[mark.start : mark.end], after)


NEAR = 25  # characters on each side
