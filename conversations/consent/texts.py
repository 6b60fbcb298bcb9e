"""What people are asked: the words of each domain, version by version."""

import re

from django.db import transaction
from django.db.models import Max

from conversations.models import ConsentText
from core import audit
from core.errors import Invalid
from core.models import Domain


def text_of(domain: Domain, language: str = "es") -> ConsentText | None:
    """What ``domain`` asks people of ``language`` now; ``None`` if it has no words for it."""
    texts = ConsentText.objects.filter(domain=domain, language=_tongue(language))
    return texts.order_by("-number").first()


@transaction.atomic
def write_text(domain: Domain, text: str, *, language: str = "es", by: str) -> ConsentText:
    """Keep ``text`` as the domain's next consent text; the same text makes none.

    Raises :class:`Invalid` when there is nothing to read.
    """
    if not (text := text.strip()):
        raise Invalid("Falta el texto de la pregunta.", text=["Escriba algo."])
    Domain.objects.select_for_update(no_key=True).get(pk=domain.pk)  # one number each
    current = text_of(domain, language)
    if current and current.text == text:
        return current
    newest = ConsentText.objects.filter(domain=domain).aggregate(it=Max("number"))["it"] or 0
    written = ConsentText.objects.create(
        domain=domain, number=newest + 1, text=text, language=_tongue(language), created_by=by
    )
    audit.record("consent_text_written", written, by=by, number=written.number)
    return written


def _tongue(language: str) -> str:
    """``es`` of ``es-EC``: nobody is asked twice for living elsewhere."""
    return re.split(r"[-_]", language.casefold())[0]
