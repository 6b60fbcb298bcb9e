"""What fills the places of a domain's prompt: the built-in ones, and texts that staff wrote.

A variable of staff (``ai_prompt_variables``) with a name of its own stands for its description;
one with a built-in name only describes it.
"""

from collections.abc import Callable, Mapping

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.errors import Invalid
from core.models import Domain, PromptVersion
from core.placeholders import BUILT_IN, NAME, fill, places, unknown
from rag.vocabulary import relevant

__all__ = ["fault_of_name", "fault_of_prompt", "fill", "filled", "own", "write_prompt"]


def filled(
    domain: Domain, prompt: str, *, question: str, values: Mapping[str, str] | None = None
) -> str:
    """``prompt`` of ``domain`` as a model hears it with ``question``.

    ``values`` holds what only the caller knows (``contexto_documentos``, marked as data). Only
    what the prompt has places for is looked up; a prompt without places costs nothing.
    """
    wanted = places(prompt)
    if not wanted:
        return prompt
    given = own(domain) | dict(values or {})
    for name, tell in _TOLD.items():
        if name in wanted and name not in given:
            given[name] = tell(domain, question)
    return fill(prompt, given)


def own(domain: Domain) -> dict[str, str]:
    """The active variables of staff that are not built in: what each stands for."""
    rows = domain.prompt_variables.filter(active=True).exclude(name__in=BUILT_IN)
    return dict(rows.values_list("name", "description"))


def write_prompt(domain: Domain, text: str, *, by: str) -> PromptVersion:
    """Keep ``text`` as the next version; :class:`Invalid` names the places that nothing fills."""
    if why := fault_of_prompt(domain, text):
        raise Invalid(why, prompt=[why])
    return domain.write_prompt(text, by=by)


def fault_of_prompt(domain: Domain, text: str) -> str:
    """The places of ``text`` that nothing would fill, told in words; empty when there are none."""
    strange = unknown(text, own(domain) if domain.pk else ())
    named = ", ".join(f"{{{it}}}" for it in strange)
    return _("Nada llena estos marcadores: %s.") % named if strange else ""


def fault_of_name(name: str) -> str:
    """Why no place can be called ``name``; empty when one can."""
    if NAME.fullmatch(name):
        return ""
    return _("Solo minúsculas sin tilde, números y guion bajo, empezando por una letra.")


def _standing(domain: Domain, question: str) -> str:
    """What there is to consult, counted."""
    counts = {
        _("documentos"): domain.documents.in_use().count(),
        _("términos del diccionario"): domain.terms.filter(active=True).count(),
        _("campos descritos"): domain.fields.filter(active=True).count(),
        _("entradas del catálogo"): domain.catalogue.filter(active=True).count(),
    }
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count)


def _today(domain: Domain, question: str) -> str:
    return _("Hoy es %s.") % date_format(timezone.localdate(), "l j \\d\\e F \\d\\e Y")


_TOLD: dict[str, Callable[[Domain, str], str]] = {
    "resumen_bd": _standing,
    "datos_adicionales": _today,
    "info_esquema": relevant,
}
