"""Our replies in the format of the Cloud API, and the limits of its texts. Pure."""

import re
from typing import Any

MOST_TEXT = 4096  # characters of a message
MOST_BESIDE_BUTTONS = 1024
YES, NO = "consent_yes", "consent_no"
TITLES = {YES: "Sí", NO: "No"}
BUTTONS = {YES: "consentimiento sí", NO: "consentimiento no"}
"""What a tap on a button says: the whole command, so that it is understood whenever it comes."""

Body = dict[str, Any]

_BREAKS = ("\n\n", "\n", re.compile(r"(?<=[.!?…])\s+"), " ")  # where a text is cut, best first
_LEAST = 4  # of a piece at least a quarter is filled before a worse cut is taken
_STRONG = re.compile(r"(\*\*|__)(?=\S)([^\n]+?)(?<=\S)\1")
_HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t#]*$", re.MULTILINE)


def text(words: str) -> Body:
    return {"type": "text", "text": {"body": words, "preview_url": False}}


def buttons(words: str) -> Body:
    """A question with Sí and No under it."""
    choices = [{"type": "reply", "reply": {"id": it, "title": TITLES[it]}} for it in (YES, NO)]
    asked = {"type": "button", "body": {"text": words}, "action": {"buttons": choices}}
    return {"type": "interactive", "interactive": asked}


def document(media: str, name: str) -> Body:
    """A file that was uploaded as ``media``."""
    return {"type": "document", "document": {"id": media, "filename": name}}


def addressed(body: Body, sender: str, *, key: str) -> Body:
    """``body`` to whom wrote as ``sender``; ``key`` comes back with the news of it."""
    whom = {"to": sender[1:]} if sender.startswith("+") else {"recipient": sender}
    product = {"messaging_product": "whatsapp", "recipient_type": "individual"}
    return {**product, **whom, **body, "biz_opaque_callback_data": key}


def pieces(words: str, most: int = MOST_TEXT) -> list[str]:
    """``words`` in messages of at most ``most`` characters, cut where a paragraph or sentence ends.

    >>> pieces("Uno. Dos dos. Tres.", 14)
    ['Uno. Dos dos.', 'Tres.']
    """
    found = []
    left = words.strip()
    while len(left) > most:
        end = _cut(left, most)
        found.append(left[:end].rstrip())
        left = left[end:].lstrip()
    return [*found, left] if left else found


def marked(words: str) -> str:
    """``words`` whose Markdown is in WhatsApp's signs: what was meant bold is bold there.

    >>> marked("## Precio\\n**HLSO**: 9,40")
    '*Precio*\\n*HLSO*: 9,40'
    """
    return _HEADING.sub(r"*\1*", _STRONG.sub(r"*\2*", words))


def _cut(words: str, most: int) -> int:
    """Where the first piece of ``words`` ends."""
    for sign in _BREAKS:
        if isinstance(sign, str):
            end = words.rfind(sign, 0, most + 1)
        else:
            end = max((it.start() for it in sign.finditer(words, 0, most + 1)), default=-1)
        if end * _LEAST >= most:
            return end
    return most
