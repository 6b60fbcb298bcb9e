"""A numbered quote: made once, in one transaction, with what it rests on."""

from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.models import Person
from core import audit
from core.models import Domain
from core.sealing import Unreadable, seal, unseal
from rag.models import Incoterm, PriceList, Quote, QuoteLine
from rag.proforma import saying
from rag.proforma.order import Order
from rag.proforma.pricing import Priced

DAYS = 7  # that a quote is valid, if the domain's texts do not say (``quote_days``)
ACTOR = "proforma"


@transaction.atomic
def make(
    domain: Domain, person: Person, order: Order, priced: Priced, price_list: PriceList
) -> Quote:
    """The next quote of ``domain``: P-2026-0001 and so on in each year, none left out.

    It is valid for the domain's days, and never longer than the list that it rests on. The
    client's name is sealed, and expires when an open dialogue would.
    """
    locked = Domain.objects.select_for_update(no_key=True).get(pk=domain.pk)  # one number each
    now = timezone.now()
    quote = Quote.objects.create(
        domain=locked,
        number=_next_number(locked, timezone.localdate().year),
        person=person,
        price_list=price_list,
        incoterm=Incoterm.CFR if order.delivered else Incoterm.FOB,
        destination=order.destination,
        currency=priced.currency,
        total=priced.amount,
        assumptions=_assumptions(locked, order, priced, price_list),
        client=seal(order.client) if order.client else "",
        client_expires_at=now + timedelta(hours=locked.thread_hours) if order.client else None,
        valid_until=_valid_until(locked, price_list),
    )
    QuoteLine.objects.create(
        quote=quote,
        product=order.product,
        size=order.size,
        glaze=Decimal(order.glaze) if order.glaze else None,
        quantity=priced.quantity,
        unit=priced.weight,
        unit_price=priced.unit_price,
        amount=priced.amount,
    )
    audit.record("quote_made", quote, by=ACTOR, number=quote.number, version=price_list.number)
    return quote


def client_of(quote: Quote) -> str:
    """Whom it is for, as long as that may be known; else nothing."""
    if not quote.client or (quote.client_expires_at or timezone.now()) <= timezone.now():
        return ""
    try:
        return str(unseal(quote.client))
    except Unreadable:
        return ""


def forget_clients() -> int:
    """Empty the names whose time is over; how many."""
    over = Quote.objects.filter(client_expires_at__lte=timezone.now())
    return over.update(client="", client_expires_at=None)


def _next_number(domain: Domain, year: int) -> str:
    head = f"P-{year}-"
    mine = Quote.objects.filter(domain=domain, number__startswith=head)
    newest = mine.order_by(Length("number").desc(), "-number").first()
    number = int(newest.number.removeprefix(head)) + 1 if newest else 1
    return f"{head}{number:04}"


def _valid_until(domain: Domain, price_list: PriceList) -> date:
    days = domain.texts.get("quote_days", DAYS)
    return min(timezone.localdate() + timedelta(days=days), price_list.valid_until)


def _assumptions(domain: Domain, order: Order, priced: Priced, price_list: PriceList) -> list[str]:
    """What the price rests on, for who reads the quote; then the domain's own terms."""
    unit = f"{priced.currency}/{priced.weight}"
    listed = _("Lista de precios versión %(version)s: %(price)s %(unit)s FOB, sin glaseo.")
    rests = [
        listed % {"version": price_list.number, "price": saying.number(priced.price), "unit": unit}
    ]
    if order.glaze:
        factor = saying.number(priced.factor)
        glaze = saying.glazed(Decimal(order.glaze)).capitalize()
        rests.append(
            _("%(glaze)s: factor %(factor)s; la cantidad es peso bruto.")
            % {"glaze": glaze, "factor": factor}
        )
    rests.append(
        _("Flete a %(place)s: %(freight)s %(unit)s.")
        % {"place": order.destination, "freight": saying.number(priced.freight), "unit": unit}
        if order.delivered
        else _("Sin flete ni seguro.")
    )
    return rests + list(domain.texts.get("quote_terms", []))
