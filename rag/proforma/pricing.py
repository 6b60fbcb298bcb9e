"""What an order costs by the list in force: list price x glaze factor + freight, in decimals."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from conversations.catalogue import Catalogue
from conversations.prices import limits
from core.errors import Refusal
from rag.models import ListedKind, ListedPrice, PriceList
from rag.prices import figures
from rag.proforma.order import Order
from rag.proforma.weights import KILOS

_UNIT_PRICE = Decimal("0.0001")
_CENT = Decimal("0.01")


class NotQuotable(Refusal):
    """The list and the catalogue disagree: somebody must look before anything is promised."""

    code = "not_quotable"


@dataclass(frozen=True)
class Priced:
    """``price`` and ``freight`` are as listed; ``unit_price`` is what a ``weight`` unit costs."""

    currency: str
    weight: str
    price: Decimal
    factor: Decimal
    freight: Decimal
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal


class Listed:
    """A price list, read once for one message."""

    def __init__(self, price_list: PriceList) -> None:
        self.price_list = price_list
        rows = list(price_list.prices.all())
        self._products = {(it.code, it.size): it for it in rows if it.kind == ListedKind.PRODUCT}
        self._freights = {it.code: it for it in rows if it.kind == ListedKind.FREIGHT}
        self._factors = {it.code: it.amount for it in rows if it.kind == ListedKind.GLAZE}

    @property
    def products(self) -> list[str]:
        return list(dict.fromkeys(code for code, _ in self._products))

    @property
    def destinations(self) -> list[str]:
        return list(self._freights)

    def sizes(self, product: str) -> list[str]:
        """The sizes in which ``product`` is sold; none for one that has no sizes."""
        return [size for code, size in self._products if code == product and size]

    def price(self, order: Order, catalogue: Catalogue) -> Priced:
        """What ``order``, of which nothing is missing, costs.

        Raises :class:`NotQuotable` where a price is outside of what the catalogue allows.
        """
        product = self._products[order.product, order.size]
        _refuse_outside(product, catalogue)
        money, _, weight = product.unit.partition("/")
        factor = self.factor(order.glaze)
        freight = _per(self._freights[order.destination], weight) if order.delivered else Decimal(0)
        unit_price = _rounded(product.amount * factor + freight, _UNIT_PRICE)
        quantity = _rounded(order.kilos / KILOS[weight], _CENT)
        return Priced(
            currency=money,
            weight=weight,
            price=product.amount,
            factor=factor,
            freight=freight,
            quantity=quantity,
            unit_price=unit_price,
            amount=_rounded(unit_price * quantity, _CENT),
        )

    def factor(self, glaze: str) -> Decimal:
        """The listed factor of a percentage of glaze; one that is not listed leaves the rest."""
        share = Decimal(glaze or 0)
        listed = self._factors.get(figures.short(share))
        return listed if listed is not None else 1 - share / 100


def _refuse_outside(price: ListedPrice, catalogue: Catalogue) -> None:
    ranges = [it for it in catalogue.by_kind.get("price_range", ()) if it.product == price.code]
    between = limits(ranges, price.unit)
    if between and not between[0] <= price.amount <= between[1]:
        raise NotQuotable("El precio de lista está fuera del rango del catálogo.")


def _per(freight: ListedPrice, weight: str) -> Decimal:
    """A freight by the unit of weight that the product is priced in."""
    _, _, own = freight.unit.partition("/")
    return freight.amount * KILOS[weight] / KILOS[own]


def _rounded(number: Decimal, to: Decimal) -> Decimal:
    return number.quantize(to, ROUND_HALF_UP)
