"""One message of a proforma's dialogue: what is heard, what is still open, what is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from conversations import entities
from conversations.catalogue import Catalogue
from conversations.labelling import rules
from conversations.models import Person
from core.models import Domain
from rag import dialogues
from rag.models import Dialogue, Quote
from rag.prices import lists
from rag.proforma import checks, hearing, quoting, saying, wording
from rag.proforma.checks import Offer
from rag.proforma.hearing import Heard
from rag.proforma.order import DESTINATION, FIELD_OF, GLAZE, PRODUCT, QUANTITY, SIZE, Order
from rag.proforma.pricing import Listed, NotQuotable

INTENT = "proforma"
STATE = "quote"  # the key of a dialogue's state
CONFIRM, QUOTED = "confirm", "quoted"  # what is awaited besides a slot

Step = Literal["ask", "offer", "confirm", "quote", "cancelled", "refused"]


@dataclass(frozen=True)
class Said:
    """An answer; ``step`` is what it does and ``about`` the slot that it asks for."""

    text: str
    quote: Quote | None = None
    step: Step = "ask"
    about: str = ""


def reply(
    domain: Domain, person: Person, channel: str, question: str, dialogue: Dialogue
) -> Said | None:
    """What the proforma's dialogue answers to ``question``; ``None`` where it is about others.

    A proforma begins with a message that wants one, stays open while other things are talked
    about, and ends with its quote, a cancellation or the dialogue itself. ``question`` is as the
    person wrote it: what they said of an order is kept sealed, in ``dialogue`` only.
    """
    catalogue = Catalogue.of(domain)
    known = dialogues.load(dialogue).get(STATE)
    if not known and not wants_one(question, catalogue):
        return None
    with dialogues.changing(dialogue) as state:
        talk = _Talk(domain, person, channel, catalogue, state.get(STATE) or {})
        said = talk.answer(question)
        if talk.is_open:
            state[STATE] = talk.kept()
        else:
            state.pop(STATE, None)
    return said


def wants_one(question: str, catalogue: Catalogue) -> bool:
    """Whether a message asks for a proforma, and not only about proformas."""
    if not catalogue.intent(INTENT):
        return False
    found = entities.finder(catalogue).find(question)
    vote = rules.vote_on_intent(question, found, catalogue)
    asked = vote is not None and vote.value == INTENT
    return asked and bool(wording.without_questions(question).strip())


class _Talk:
    def __init__(
        self,
        domain: Domain,
        person: Person,
        channel: str,
        catalogue: Catalogue,
        known: Mapping[str, Any],
    ) -> None:
        self._domain, self._person, self._channel = domain, person, channel
        self._catalogue = catalogue
        self._order = Order.of(known.get("order", {}))
        self._awaited: str = known.get("awaited", "")
        self._offered: dict[str, str] = known.get("offered", {})
        self._among: list[str] = known.get("among", [])
        self.is_open = bool(known)

    def kept(self) -> dict[str, Any]:
        return {
            "order": self._order.kept(),
            "awaited": self._awaited,
            "offered": self._offered,
            "among": self._among,
        }

    def answer(self, text: str) -> Said | None:
        begins = not self.is_open or self._is_another(text)
        if begins:
            self._order, self._awaited, self._offered, self._among = Order(), "", {}, []
        heard = hearing.hear(
            text, self._catalogue, self._order, awaited=self._awaited, among=self._among
        )
        if self._awaited == QUOTED and not (heard.has_facts and wording.corrects(text)):
            return None
        if not begins and not self._concerns(heard):
            return None
        price_list = lists.current(self._domain)
        if price_list is None:
            self.is_open = False
            return Said(saying.no_prices(), step="refused")
        self.is_open = True
        return self._go_on(heard, Listed(price_list))

    def _is_another(self, text: str) -> bool:
        """Whether a message asks for one more, now that one is made."""
        wanted = self._awaited == QUOTED and wants_one(text, self._catalogue)
        return wanted and wording.begins_anew(text)

    def _concerns(self, heard: Heard) -> bool:
        """Whether a message is about the proforma that is open."""
        answers = heard.agrees and (self._offered or self._awaited == CONFIRM)
        return bool(heard.has_facts or heard.cancels or answers or self._turns_down(heard))

    def _turns_down(self, heard: Heard) -> bool:
        return heard.refuses and self._awaited == CONFIRM

    def _go_on(self, heard: Heard, listed: Listed) -> Said:
        before = self._order
        values = heard.values or (self._offered if heard.agrees else {})
        for slot in heard.reopened:
            self._order = self._order.without(slot)
        self._order = self._order.told(values)
        changed = self._order != before or bool(heard.several)
        if heard.cancels and not changed:
            self.is_open = False
            return Said(saying.cancelled(), step="cancelled")
        agreed = heard.agrees and self._awaited == CONFIRM and not changed
        self._offered, self._among = {}, []
        if faults := checks.faults(self._order, self._catalogue, listed):
            return self._offer(faults)
        if several := next(iter(heard.several.items()), None):
            self._among = list(several[1])
            return self._ask(several[0], saying.which(*several))
        if slot := self._lacking(listed):
            return self._ask(slot, saying.question(slot, self._order, listed))
        if self._turns_down(heard) and not changed:
            return Said(saying.what_to_change(), step="ask", about="change")
        return self._quote_or_confirm(listed, agreed=agreed)

    def _quote_or_confirm(self, listed: Listed, *, agreed: bool) -> Said:
        try:
            priced = listed.price(self._order, self._catalogue)
        except NotQuotable:
            self.is_open = False
            return Said(saying.no_prices(), step="refused")
        if not agreed:
            self._awaited = CONFIRM
            return Said(saying.summary(self._order, priced), step="confirm")
        quote = quoting.make(self._domain, self._person, self._order, priced, listed.price_list)
        self._awaited = QUOTED
        return Said(saying.quoted(quote), quote, step="quote")

    def _offer(self, found: list[Offer]) -> Said:
        """Everything that cannot be quoted is forgotten; the first is put right first."""
        for it in found:
            self._order = self._order.without(it.slot)
        first = found[0]
        self._awaited = first.slot
        self._offered = {first.slot: first.value} if first.value else {}
        return Said(saying.offer(first), step="offer", about=first.slot)

    def _ask(self, slot: str, text: str) -> Said:
        self._awaited = slot
        return Said(text, step="ask", about=slot)

    def _lacking(self, listed: Listed) -> str:
        """The first slot that the order still needs; what the business does not ask is none."""
        order = self._order
        intent = self._catalogue.intent(INTENT)
        required = intent.required if intent else ()
        sized = not order.product or bool(listed.sizes(order.product))
        needed = {
            PRODUCT: True,
            SIZE: sized,
            GLAZE: FIELD_OF[GLAZE] in required,
            QUANTITY: True,
            DESTINATION: order.delivered,
        }
        return next(
            (slot for slot, is_needed in needed.items() if is_needed and not order.value(slot)), ""
        )
