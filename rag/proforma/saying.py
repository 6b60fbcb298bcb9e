"""What the customer reads, sentence by sentence."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from rag.models import Quote
from rag.proforma.checks import Offer
from rag.proforma.order import (
    DESTINATION,
    GLAZE,
    INCOTERM,
    PRODUCT,
    QUANTITY,
    SIZE,
    Order,
)
from rag.proforma.pricing import Listed, Priced

_MOST_NAMED = 12


def number(value: Decimal, places: int = 2) -> str:
    """Decimals as Spanish writes them; of a quantity, none that say nothing.

    More than ``places`` stay where a price has them.
    """
    exact = value.normalize()
    shown = max(places, -int(exact.as_tuple().exponent))
    return number_format(value, shown, force_grouping=True)


def quantity(value: Decimal) -> str:
    return number(value, 0)


def question(slot: str, order: Order, listed: Listed) -> str:
    """The question for ``slot``, with what may be answered."""
    if slot == PRODUCT:
        return _("¿Qué producto le cotizo? Tenemos: %s.") % _listing(listed.products)
    if slot == SIZE:
        sizes = _listing(listed.sizes(order.product)) if order.product else ""
        return _("¿En qué talla? %s") % (_("Hay: %s.") % sizes if sizes else "")
    if slot == GLAZE:
        return _("¿Con qué porcentaje de glaseo? Si lo quiere sin glaseo, dígame 0.")
    if slot == QUANTITY:
        return _("¿Qué cantidad, en kilos, toneladas o libras?")
    places = _listing(listed.destinations)
    return _("¿A qué puerto? Tengo flete a: %s. Sin flete se la cotizo FOB.") % places


def which(slot: str, values: Sequence[str]) -> str:
    """Several were named, and a proforma has one."""
    if slot == QUANTITY:
        values = [_("%s kg") % quantity(Decimal(it)) for it in values]
    named = _("%(most)s o %(last)s") % {"most": ", ".join(values[:-1]), "last": values[-1]}
    return _("Una proforma lleva un solo producto, talla y cantidad. ¿Cuál va en esta: %s?") % named


def offer(it: Offer) -> str:
    if it.slot == QUANTITY:
        return _("Esa cantidad no la puedo cotizar por aquí. ¿Cuántos kilos son?")
    among = _("Tenemos: %s.") % _listing(it.among) if it.among else ""
    ask = _("¿Le sirve %s?") % _named(it.slot, it.value) if it.value else ""
    refused = {
        PRODUCT: _("No está en la lista de precios: «%s»."),
        SIZE: _("No hay talla «%s» de ese producto."),
        GLAZE: _("No hacemos glaseo de %s %%."),
        DESTINATION: _("No tengo flete a «%s»; FOB sí se la puedo cotizar."),
        INCOTERM: _("No emito proformas %s."),
    }[it.slot] % it.said[:60]
    return " ".join(filter(None, [refused, among, ask]))


def summary(order: Order, priced: Priced) -> str:
    """Everything of an order, and what it costs, to be agreed to."""
    return "\n".join(
        [
            _("Su proforma:"),
            f"• {_described(order, priced)}",
            f"• {terms(order.incoterm, order.destination)}",
            _("• Precio: %(price)s %(unit)s. Total: %(total)s %(currency)s.")
            % {
                "price": number(priced.unit_price),
                "unit": f"{priced.currency}/{priced.weight}",
                "total": number(priced.amount),
                "currency": priced.currency,
            },
            _client(order.client),
            _("¿La emito? Responda sí, o dígame qué cambio."),
        ]
    )


def quoted(quote: Quote) -> str:
    return _(
        "Lista: proforma %(number)s por %(total)s %(currency)s, válida hasta el %(until)s."
    ) % {
        "number": quote.number,
        "total": number(quote.total),
        "currency": quote.currency,
        "until": date_format(quote.valid_until, "j \\d\\e F \\d\\e Y"),
    }


def cancelled() -> str:
    return _("De acuerdo, no emito la proforma. Cuando quiera, hacemos otra.")


def what_to_change() -> str:
    return _("¿Qué cambio: producto, talla, glaseo, cantidad o destino?")


def no_prices() -> str:
    """Nothing is promised from a list that is over, or contradicts the catalogue."""
    return _(
        "Ahora mismo no tengo una lista de precios vigente para cotizarle. Un asesor le ayudará "
        "con su proforma."
    )


def terms(incoterm: str, destination: str) -> str:
    """How the goods are delivered."""
    if destination:
        return _("CFR %s, con flete incluido") % destination
    return _("FOB, sin flete")


def glazed(glaze: Decimal) -> str:
    return _("glaseo %s %%") % quantity(glaze) if glaze else _("sin glaseo")


def _described(order: Order, priced: Priced) -> str:
    parts = [f"{order.product} {order.size}".strip()]
    if order.glaze:
        parts.append(glazed(Decimal(order.glaze)))
    parts.append(f"{quantity(priced.quantity)} {priced.weight}")
    return ", ".join(parts)


def _client(name: str) -> str:
    if name:
        return _("• A nombre de %s.") % name
    return _("• Sin nombre de cliente; si quiere uno, escriba «a nombre de …».")


def _named(slot: str, value: str) -> str:
    return _("%s %% de glaseo") % value if slot == GLAZE else value


def _listing(values: Sequence[str]) -> str:
    more = _(" y más") if len(values) > _MOST_NAMED else ""
    return ", ".join(values[:_MOST_NAMED]) + more
