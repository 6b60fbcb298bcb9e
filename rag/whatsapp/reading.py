"""What a delivery of the Cloud API holds: messages of people, and news of our replies. Pure.

Every field may be missing or of another kind: what cannot be understood is passed over.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from rag.whatsapp.writing import BUTTONS

Kind = Literal["text", "reaction", "other"]

SILENT = frozenset({"system"})  # of WhatsApp itself, written by nobody
_LONGEST = 300  # characters of an id


@dataclass(frozen=True)
class Message:
    """What somebody sent to the business's ``number`` (its id at WhatsApp).

    ``sender`` is a telephone with its plus sign; of who hides theirs, the id that WhatsApp gives
    them. ``at`` are Unix seconds, 0 where unknown. ``about`` names the message that a reaction is
    about, and ``text`` is its sign, empty when it is taken back.
    """

    number: str
    id: str
    sender: str
    at: int
    kind: Kind
    text: str = ""
    about: str = ""


@dataclass(frozen=True)
class Status:
    """What became of a message of ours: its ``id`` there, ``key`` as we sent it along."""

    id: str
    key: str
    word: str
    code: int


def messages(payload: Any) -> Iterator[Message]:
    """What people sent, in the order of the delivery."""
    for value in _values(payload):
        number = _text(_part(value, "metadata"), "phone_number_id")
        for raw in _all(value, "messages"):
            message = _message(number, raw)
            if message.id and message.sender and _text(raw, "type") not in SILENT:
                yield message


def statuses(payload: Any) -> Iterator[Status]:
    """What became of messages of ours."""
    for value in _values(payload):
        for raw in _all(value, "statuses"):
            codes = [it.get("code") for it in _all(raw, "errors")]
            yield Status(
                id=_text(raw, "id"),
                key=_text(raw, "biz_opaque_callback_data"),
                word=_text(raw, "status"),
                code=next((it for it in codes if isinstance(it, int)), 0),
            )


def _message(number: str, raw: dict[str, Any]) -> Message:
    phone, when = _text(raw, "from"), _text(raw, "timestamp")
    kind, text, about = _said(raw)
    return Message(
        number=number,
        id=_text(raw, "id"),
        sender=f"+{phone}" if phone else _text(raw, "from_user_id"),
        at=int(when) if when.isascii() and when.isdecimal() and len(when) <= 10 else 0,
        kind=kind,
        text=text,
        about=about,
    )


def _said(raw: dict[str, Any]) -> tuple[Kind, str, str]:
    """The kind of a message, its words, and which message they are about."""
    kind = _text(raw, "type")
    if kind == "reaction":
        reaction = _part(raw, "reaction")
        return "reaction", _text(reaction, "emoji"), _text(reaction, "message_id")
    words = ""
    if kind == "text":
        words = _words(_part(raw, "text").get("body"))
    elif kind == "button":  # of a template that staff sent
        words = _words(_part(raw, "button").get("text"))
    elif kind == "interactive":
        chosen = _part(_part(raw, "interactive"), "button_reply")
        words = BUTTONS.get(_text(chosen, "id")) or _words(chosen.get("title"))
    return ("text", words, "") if words else ("other", "", "")


def _values(payload: Any) -> Iterator[dict[str, Any]]:
    for entry in _all(payload, "entry"):
        for change in _all(entry, "changes"):
            yield _part(change, "value")


def _all(holder: Any, name: str) -> list[dict[str, Any]]:
    found = holder.get(name) if isinstance(holder, dict) else None
    return [it for it in found if isinstance(it, dict)] if isinstance(found, list) else []


def _part(holder: dict[str, Any], name: str) -> dict[str, Any]:
    found = holder.get(name)
    return found if isinstance(found, dict) else {}


def _text(holder: dict[str, Any], name: str) -> str:
    """A short text, such as an id."""
    found = holder.get(name)
    return found if isinstance(found, str) and len(found) <= _LONGEST else ""


def _words(found: Any) -> str:
    """What somebody wrote, without what the database cannot keep."""
    written = found if isinstance(found, str) else ""
    return written.replace("\0", "").encode(errors="ignore").decode().strip()
