"""Who writes in a public chat: a random name in a signed token, which their browser keeps.

It says nothing about anybody, and only its holder can be told what was said under it.
"""

import secrets
from datetime import timedelta

from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations import consent
from conversations.models import Person
from core.errors import Refusal
from core.models import Domain

HEADER = "X-Chat-Visitor"
CHANNEL = "web"
LASTS = timedelta(days=30)  # since the last visit: each one brings a new token
_BYTES = 16
_LEFT_BY_A_VISIT = {"consent_requests", "dialogues"}


class Stranger(Refusal):
    """There is no token, or none that is good here: the page has to visit first."""

    code = "visitor_unknown"
    status_code = 401


def new() -> str:
    """The name of somebody who was never here. Hexadecimal: names of people have no case."""
    return secrets.token_hex(_BYTES)


def token(visitor: str, *, domain: Domain) -> str:
    """What proves for :data:`LASTS`, in ``domain`` only, that one is ``visitor``."""
    return signing.dumps(visitor, salt=_salt(domain))


def named_in(token: str, *, domain: Domain) -> str:
    """The visitor whose ``token`` it is; raises :class:`Stranger` for one that is old or odd."""
    try:
        return signing.loads(token, salt=_salt(domain), max_age=LASTS)
    except signing.BadSignature as error:
        raise Stranger(_("La visita terminó: vuelva a cargar la página.")) from error


def person(visitor: str, *, domain: Domain) -> Person:
    """The person that ``visitor`` is; written down on first sight."""
    return consent.person_known_as(f"{CHANNEL}:{visitor}", domain=domain)


def forget_idle() -> int:
    """Delete those who first opened a chat :data:`LASTS` ago and never said a thing; how many.

    Who does come back is written down again.
    """
    gone = Person.objects.filter(
        created_at__lt=timezone.now() - LASTS, consent_requests__channel=CHANNEL
    )
    for relation in Person._meta.related_objects:
        if relation.name not in _LEFT_BY_A_VISIT:
            gone = gone.filter(**{f"{relation.name}__isnull": True})
    return Person.objects.filter(pk__in=gone.values("pk")).delete()[1].get(Person._meta.label, 0)


def _salt(domain: Domain) -> str:
    return f"trainingsite.chat:{domain.slug}"
