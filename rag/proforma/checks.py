"""Whether what was said can be quoted: against the catalogue and the list, with what is nearest."""

from dataclasses import dataclass
from decimal import Decimal

from conversations import qa
from conversations.catalogue import Catalogue
from conversations.qa import nearest
from rag.prices import figures
from rag.proforma.order import (
    CFR,
    DESTINATION,
    FOB,
    GLAZE,
    INCOTERM,
    PRODUCT,
    QUANTITY,
    SIZE,
    Order,
)
from rag.proforma.pricing import Listed

MOST_KILOS = 1_000_000  # forty containers: nobody orders more by chat


@dataclass(frozen=True)
class Offer:
    """A value that cannot be quoted, the nearest that can, and all that can where they are few."""

    slot: str
    said: str
    value: str
    among: tuple[str, ...] = ()


def faults(order: Order, catalogue: Catalogue, listed: Listed) -> list[Offer]:
    """What of ``order`` cannot be quoted, in the order in which it is asked for."""
    found = [
        _of_list(PRODUCT, order.product, listed.products),
        _of_size(order, catalogue, listed),
        _of_glaze(order.glaze, catalogue),
        _of_quantity(order),
        _of_term(order.incoterm),
        _of_list(DESTINATION, order.destination, listed.destinations),
    ]
    return [it for it in found if it]


def _of_list(slot: str, said: str, among: list[str]) -> Offer | None:
    if not said or said in among:
        return None
    return Offer(slot, said, nearest(said, among) if among else "", tuple(among))


def _of_size(order: Order, catalogue: Catalogue, listed: Listed) -> Offer | None:
    """Of a product its own sizes, before there is one any size of the catalogue."""
    sizes = listed.sizes(order.product) if order.product else catalogue.codes(SIZE)
    return _of_list(SIZE, order.size, sizes) if sizes else None


def _of_glaze(said: str, catalogue: Catalogue) -> Offer | None:
    error = qa.validate_glaseo(float(said), catalogue) if said else None
    return Offer(GLAZE, said, figures.short(Decimal(str(error["nearest"])))) if error else None


def _of_quantity(order: Order) -> Offer | None:
    if not order.quantity or 0 < order.kilos <= MOST_KILOS:
        return None
    return Offer(QUANTITY, order.quantity, "")


def _of_term(said: str) -> Offer | None:
    """Insurance, duties and the like are not on a price list."""
    return Offer(INCOTERM, said, CFR, (FOB, CFR)) if said not in ("", FOB, CFR) else None
