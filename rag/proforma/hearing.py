"""What one message says of a proforma: facts, a yes, a no, or nothing. Values only.

Products, sizes, places and amounts are read by the finder that reads every message; here is what
a dialogue adds to it: corrections, what is taken back, what is only a question.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from conversations.catalogue import Catalogue
from rag.proforma import wording
from rag.proforma.message import Message, Said
from rag.proforma.order import CFR, CLIENT, FOB, INCOTERM, QUANTITY, SLOTS, Order

_TERM = re.compile(r"\b(FOB|CFR|CNF|CIF|DDP|DAP|EXW|C\s?(?:&|y)\s?F)(?!\w)", re.IGNORECASE)
_CLIENT = re.compile(r"\ba\s+nombre\s+del?\s+([^,.;:\n?!]{2,80})", re.IGNORECASE)


@dataclass(frozen=True)
class Heard:
    """``values`` are what was said, right or not; ``several`` are the values of a slot that was
    given more than one; ``reopened`` are slots called wrong without saying what is right, and a
    quantity whose weight nobody knows.
    """

    values: dict[str, str] = field(default_factory=dict)
    several: dict[str, tuple[str, ...]] = field(default_factory=dict)
    reopened: tuple[str, ...] = ()
    agrees: bool = False
    refuses: bool = False
    cancels: bool = False

    @property
    def has_facts(self) -> bool:
        return bool(self.values or self.several or self.reopened)


def hear(
    text: str,
    catalogue: Catalogue,
    order: Order,
    *,
    awaited: str = "",
    among: Sequence[str] = (),
) -> Heard:
    """What ``text`` says to who has ``order`` so far and asked for the slot ``awaited``.

    ``among`` are the values between which that question let choose.
    """
    told = wording.without_questions(text)
    asks = told != text  # a "vale" ahead of a question agrees to nothing
    message = Message(told, catalogue, order, awaited=awaited, among=among, answers=not asks)
    meant = {it: _meant(told, message.said(it), order.value(it)) for it in SLOTS}
    values = {slot: chosen[0] for slot, chosen in meant.items() if len(chosen) == 1}
    return Heard(
        values=values | _terms(told),
        several={slot: chosen for slot, chosen in meant.items() if len(chosen) > 1},
        reopened=_reopened(message, order, {slot for slot, chosen in meant.items() if chosen}),
        agrees=not asks and wording.agrees(text),
        refuses=wording.refuses(told),
        cancels=wording.cancels(told),
    )


def _meant(text: str, said: Said, current: str) -> tuple[str, ...]:
    """Of the values of a slot those that are meant: not what is taken back, the rest the newest."""
    starts = [0, *(place for place, _ in said)]  # a denial reaches to the next value
    kept = [
        (place, value)
        for start, (place, value) in zip(starts, said, strict=False)
        if not wording.is_denied(text[start:place])
    ]
    values = tuple(dict.fromkeys(value for _, value in kept))
    if len(values) > 1:
        values = tuple(it for it in values if it != current)
    if len(values) > 1 and (mark := wording.last_correction(text)) is not None:
        after = tuple(dict.fromkeys(value for place, value in kept if place >= mark))
        values = after if len(after) == 1 else values
    return values


def _terms(text: str) -> dict[str, str]:
    """The delivery term and the client's name, where they are said."""
    told: dict[str, str] = {}
    if named := _TERM.findall(text):
        term = re.sub(r"\W", "", named[-1].upper())
        told[INCOTERM] = CFR if term in ("CF", "CYF", "CNF") else term
    elif freight := wording.wants_freight(text):
        told[INCOTERM] = CFR if freight == "with" else FOB
    if client := _CLIENT.search(text):
        told[CLIENT] = " ".join(client[1].split())
    return told


def _reopened(message: Message, order: Order, answered: set[str]) -> tuple[str, ...]:
    """Slots that are called wrong, and a quantity in boxes whose weight nobody said."""
    named = wording.complained_of(message.text)
    if message.counts_boxes and not order.quantity:
        named.append(QUANTITY)
    return tuple(dict.fromkeys(it for it in named if it not in answered))
