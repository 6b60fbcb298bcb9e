"""What the product itself says to people about their consent, in its own chat."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from conversations.consent.asking import ask, hear
from conversations.consent.words import asks_about
from conversations.models import ConsentRequest, Person, Purpose

_GRANTED = _(
    "Gracias. Usaremos lo que escriba, sin sus datos personales, para mejorar el servicio. "
    "Para retirarlo escriba «consentimiento no»."
)
_REFUSED = _(
    "De acuerdo: no usaremos lo que escriba, y se borra lo que hubiera guardado. "
    "Si cambia de idea escriba «consentimiento sí»."
)
_STANDS_GRANTED = _(
    "Usted autorizó que sus mensajes se usen, sin sus datos personales, para mejorar el servicio. "
    "Para retirarlo escriba «consentimiento no»."
)
_STANDS_REFUSED = _(
    "Sus mensajes no se usan para mejorar el servicio. "
    "Para autorizarlo escriba «consentimiento sí»."
)


@dataclass(frozen=True)
class Said:
    """A reply about consent; ``question`` is what is asked with it, if anything."""

    text: str
    question: ConsentRequest | None = None


def reply_to(person: Person, message: str, *, channel: str, language: str = "es") -> Said | None:
    """The reply to a message that is about consent and nothing else; ``None`` for any other.

    Every message of a person goes through here first: it is heard even when it gets no reply.
    """
    if event := hear(person, message, channel=channel):
        return Said(str(_GRANTED if event.granted else _REFUSED))
    if not asks_about(message):
        return None
    stands = _STANDS_GRANTED if person.consents_to(Purpose.TRAINING) else _STANDS_REFUSED
    return Said(str(stands), ask(person, channel=channel, language=language, again=True))
