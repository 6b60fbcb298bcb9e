"""What people may say about their own data, in any channel and as a whole message.

«privacidad» tells how things stand, «baja» takes consent back, «mis datos» tells what is kept and
«borrar mis datos» erases it at once. None of it reaches a model, or is kept.
"""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from conversations import consent
from conversations.consent import Said
from conversations.models import Person, Purpose
from rag.models import Dialogue

_ERASED = gettext_lazy(
    "De acuerdo. Se borra todo lo que guardábamos de usted: sus conversaciones, el diálogo abierto "
    "y su nombre en las proformas. Solo queda constancia, sin su nombre, de lo que contestó sobre "
    "el consentimiento."
)
_NOTHING = gettext_lazy("No guardamos ninguna conversación suya.")
_HOW = gettext_lazy("Para borrarlo todo escriba «borrar mis datos».")
_PURPOSES = {
    Purpose.TRAINING: gettext_lazy("mejorar el servicio"),
    Purpose.HUMAN_REVIEW: gettext_lazy("que lo revisen personas"),
    Purpose.CHAT: gettext_lazy("conversar"),
}


def reply(person: Person, message: str, *, channel: str) -> Said | None:
    """The reply to a message about the person's consent or data; ``None`` for any other.

    Every message of a person goes through here first: their answer to a question of consent is
    heard here.
    """
    if consent.asks_to_erase(message):
        consent.forget(person, channel=channel, evidence="orden")
        Dialogue.objects.filter(person=person).delete()
        return Said(str(_ERASED))
    if consent.asks_for_data(message):
        return Said("\n".join([*_words(person), *_kept(person), str(_HOW)]))
    said = consent.reply_to(person, message, channel=channel)
    if said and consent.asks_about(message):
        return Said("\n".join([said.text, *_kept(person), str(_HOW)]), said.question)
    return said


def _words(person: Person) -> list[str]:
    """What the person said to each question of consent."""
    told = []
    for purpose, name in _PURPOSES.items():
        if word := person.word_on(purpose):
            answer = _("sí") if word.granted else _("no")
            told.append(
                _("Para %(name)s dijo %(answer)s el %(day)s.")
                % {"name": name, "answer": answer, "day": _day(word.at)}
            )
    return told or [_("No ha contestado si sus mensajes se pueden usar para mejorar el servicio.")]


def _kept(person: Person) -> list[str]:
    """What is kept of the person, how much, and until when."""
    told = [_conversations(person)]
    if opened := _last_open(person):
        told.append(
            _("El diálogo abierto está cifrado y se borra el %s, si no escribe antes.")
            % date_format(timezone.localtime(opened), "SHORT_DATETIME_FORMAT")
        )
    if quotes := person.quotes.count():
        number = {"number": quotes}
        told.append(ngettext("%(number)d proforma.", "%(number)d proformas.", quotes) % number)
    return told


def _conversations(person: Person) -> str:
    first = person.conversations.order_by("created_at").values_list("created_at", flat=True).first()
    if first is None:
        return str(_NOTHING)
    number = person.conversations.count()
    return ngettext(
        "%(number)d pregunta guardada sin datos personales, del %(day)s, hasta que la retire.",
        "%(number)d preguntas guardadas sin datos personales, desde el %(day)s, hasta que las "
        "retire.",
        number,
    ) % {"number": number, "day": _day(first)}


def _last_open(person: Person) -> datetime | None:
    live = Dialogue.objects.filter(person=person, expires_at__gt=timezone.now())
    return live.order_by("-expires_at").values_list("expires_at", flat=True).first()


def _day(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "SHORT_DATE_FORMAT")
