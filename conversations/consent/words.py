"""What a person's whole message says about their consent. Words in, a meaning out. Pure.

Only a whole message counts: "sí quiero" belongs to a sale and says nothing about consent
(requirements, 3.3 and X22). Case, accents and punctuation make no difference.
"""

import re
import unicodedata

GRANTING = frozenset({"si", "yes", "acepto", "accept", "1"})
REFUSING = frozenset({"no", "nope", "rechazar", "reject", "2"})
ASKING = frozenset({"consentimiento", "consent", "privacidad", "privacy", "datos"})
SETTING = frozenset({"consentimiento", "consent"})  # these, with an answer, settle it in one step
LEAVING = "baja"
READING = frozenset({"mis datos", "ver mis datos", "my data"})
ERASING = frozenset(
    {f"{verb} mis datos" for verb in ("borra", "borrar", "borre", "borren")}
    | {f"{verb} mis datos" for verb in ("elimina", "eliminar", "elimine", "eliminen")}
    | {"delete my data"}
)
_LONGEST = 60  # characters: what is longer is a message, not a word


def answer_to(message: str) -> bool | None:
    """The yes or the no that answers the question; ``None`` for anything else.

    >>> [answer_to(it) for it in ("¡SÍ!", "*No.*", "sí quiero", "acepto el precio")]
    [True, False, None, None]
    """
    said = _plain(message)
    if said in GRANTING:
        return True
    return False if said in REFUSING else None


def command_in(message: str) -> bool | None:
    """The consent that is set in one step, without a question; ``None`` if none is.

    >>> [command_in(it) for it in ("Consentimiento sí", "consentimiento: no", "BAJA", "datos")]
    [True, False, False, None]
    """
    word, _, answer = _plain(message).partition(" ")
    if word == LEAVING and not answer:
        return False
    return answer_to(answer) if word in SETTING else None


def asks_about(message: str) -> bool:
    """Whether the person wants to know how their consent stands.

    >>> [asks_about(it) for it in ("¿Privacidad?", "datos", "los datos del flete")]
    [True, True, False]
    """
    return _plain(message) in ASKING


def asks_for_data(message: str) -> bool:
    """Whether the person wants to know what is kept of them.

    >>> [asks_for_data(it) for it in ("Mis datos.", "¿mis datos de pago?")]
    [True, False]
    """
    return _plain(message) in READING


def asks_to_erase(message: str) -> bool:
    """Whether the person wants all erased that is kept of them.

    >>> [asks_to_erase(it) for it in ("¡BORRAR MIS DATOS!", "borrar mis datos de envío")]
    [True, False]
    """
    return _plain(message) in ERASING


def _plain(message: str) -> str:
    if len(message) > _LONGEST:
        return ""
    bare = unicodedata.normalize("NFKD", message).casefold()
    letters = "".join(it for it in bare if not unicodedata.combining(it))
    return " ".join(re.findall(r"[^\W_]+", letters))
