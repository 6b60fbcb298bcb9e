"""Who somebody is: one person for all spellings of an id, kept only as a keyed hash."""

import hashlib
import hmac
import re
from urllib.parse import unquote

from django.conf import settings

from conversations.keys import is_storable
from conversations.models import Person
from core.errors import Invalid
from core.models import Domain

# Channels whose ids are telephone numbers; a number of another channel is another kind of name.
_NUMBER = re.compile(r"(?:(?:whatsapp|wa|sms|tel):)?\s*\+?(?:00)?([\d\s().-]{7,25})")
_SHORTEST_NUMBER = 7  # fewer digits are signs between which nobody could be told apart
_SHORTEST_NAME = 2
_LONGEST_ID = 200


def canonical(outside_id: str) -> str:
    """One spelling for one person, whichever way a channel writes their number.

    >>> {canonical(it) for it in ("whatsapp:+593999999999", "whatsapp:%2B593999999999",
    ...                           "whatsapp: 593999999999", "593 999 999 999")}
    {'593999999999'}
    """
    spelled = unquote(outside_id).strip().casefold()
    number = _NUMBER.fullmatch(spelled)
    digits = re.sub(r"\D", "", number[1]) if number else ""
    return digits if len(digits) >= _SHORTEST_NUMBER else spelled


def keyed(text: str) -> str:
    """64 hexadecimal digits that stand for ``text`` and say nothing of it without our key."""
    return hmac.new(
        settings.PSEUDONYM_KEY.encode(), text.encode(errors="surrogatepass"), hashlib.sha256
    ).hexdigest()


def pseudonym(outside_id: str, *, domain: Domain) -> str:
    """A keyed hash of the person: the same in a domain, unrelated between domains.

    Raises :class:`Invalid` for an id that could be anybody's.
    """
    return keyed(f"{domain.slug}\0{_usable(outside_id)}")


def person_known_as(outside_id: str, *, domain: Domain) -> Person:
    """The person whom a channel calls ``outside_id``; written down on first sight.

    Raises :class:`Invalid` for an id that could be anybody's.
    """
    found, _ = Person.objects.get_or_create(
        domain=domain, pseudonym=pseudonym(outside_id, domain=domain)
    )
    return found


def find_person(outside_id: str, *, domain: Domain) -> Person | None:
    """The person whom a channel calls ``outside_id``, if they ever wrote or were asked.

    Raises :class:`Invalid` for an id that could be anybody's.
    """
    known_as = pseudonym(outside_id, domain=domain)
    return Person.objects.filter(domain=domain, pseudonym=known_as).first()


def _usable(outside_id: str) -> str:
    """The canonical id; refuses one that is too short to mean somebody, or that is no text."""
    known_as = canonical(outside_id)
    name = re.sub(r"[\W_]", "", re.sub(r"^[a-z]+:", "", known_as))
    if not is_storable(known_as) or len(name) < _SHORTEST_NAME or len(outside_id) > _LONGEST_ID:
        raise Invalid(
            "El identificador de la persona no sirve.",
            user_id=[f"Entre {_SHORTEST_NAME} y {_LONGEST_ID} letras o cifras."],
        )
    return known_as
