"""A price list where others read it: in the catalogue, and as a document that answers lean on."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Max, Min
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from conversations.models import CatalogueEntry
from rag import documents
from rag.models import Document, DocumentKind, ListedKind, ListedPrice, PriceList
from rag.prices import figures

OUTSIDE_ID = "lista-de-precios"  # one document a domain: its text is that of the version in force
# A place is a destination of the catalogue; the limits of all freights are of the kind "freight".
_PLACE = "destination"


def into_catalogue(price_list: PriceList) -> None:
    """Write the prices as the catalogue has them; what the list no longer holds is switched off."""
    prices = list(price_list.prices.all())
    products = [it for it in prices if it.kind == ListedKind.PRODUCT]
    freights = [it for it in prices if it.kind == ListedKind.FREIGHT]
    _write(price_list, "price", {str(it): it for it in products})
    _write(price_list, _PLACE, {it.code: it for it in freights})
    _write_limits(price_list)


def as_document(price_list: PriceList, *, by: str) -> Document:
    """The list as a text to be searched."""
    document = documents.add_text(
        price_list.domain,
        title=_("Lista de precios"),
        text=text_of(price_list),
        kind=DocumentKind.PRICE,
        metadata={"version": price_list.number, "hasta": price_list.valid_until.isoformat()},
        outside_id=OUTSIDE_ID,
        by=by,
    )
    documents.activate(document, by=by)  # the version before may have been over
    return document


def text_of(price_list: PriceList) -> str:
    """The list in sentences, a price to a line: each can be found and cited alone."""
    until = date_format(price_list.valid_until, "j \\d\\e F \\d\\e Y")
    head = _("Lista de precios versión %(number)s, vigente hasta el %(until)s.") % {
        "number": price_list.number,
        "until": until,
    }
    return "\n".join([head, *(_sentence(it) for it in price_list.prices.all())])


def _sentence(price: ListedPrice) -> str:
    amount = figures.short(price.amount)
    if price.kind == ListedKind.FREIGHT:
        said = _("Flete a %(code)s: %(amount)s %(unit)s.")
    elif price.kind == ListedKind.GLAZE:
        said = _("Glaseo de %(code)s %%: factor %(amount)s.")
    else:
        said = _("Precio de %(what)s: %(amount)s %(unit)s.")
    return said % {"code": price.code, "what": price, "amount": amount, "unit": price.unit}


def _write(price_list: PriceList, kind: str, given: dict[str, ListedPrice]) -> None:
    """One entry for each code of ``given``; another of its kind has no amount any more."""
    rows = CatalogueEntry.objects.filter(domain=price_list.domain, kind=kind)
    rows.exclude(code__in=given).update(minimum=None, maximum=None, active=kind == _PLACE)
    for code, price in given.items():
        CatalogueEntry.objects.update_or_create(
            domain=price_list.domain,
            kind=kind,
            code=code,
            defaults=_amounts(price.amount, price.amount, price.unit) | {"active": True},
            create_defaults=_new(price, code) | _amounts(price.amount, price.amount, price.unit),
        )


def _new(price: ListedPrice, code: str) -> dict[str, Any]:
    if price.kind == ListedKind.FREIGHT:
        return {"name": code}
    return {"name": _("Precio de lista %s") % code, "product": price.code}


def _write_limits(price_list: PriceList) -> None:
    """Where the catalogue sets no limits of a kind yet, those that this list keeps."""
    rows = CatalogueEntry.objects.filter(domain=price_list.domain)
    for kind, code, product, limits in _limits(price_list):
        if not rows.filter(kind=kind, product=product).exists():
            rows.create(
                domain=price_list.domain, kind=kind, code=code, name=code, product=product, **limits
            )


def _limits(price_list: PriceList) -> Iterable[tuple[str, str, str, dict[str, Any]]]:
    """The kind, code, product and bounds of what quality control goes by."""
    spans = price_list.prices.order_by().values_list("kind", "code", "unit")
    for kind, code, unit, low, high in spans.annotate(Min("amount"), Max("amount")):
        if kind == ListedKind.PRODUCT:
            yield "price_range", _("Rango de precio %s") % code, code, _amounts(low, high, unit)
    for kind, unit, low, high in (
        price_list.prices.order_by()
        .exclude(kind=ListedKind.PRODUCT)
        .values_list("kind", "unit")
        .annotate(Min("amount"), Max("amount"))
    ):
        name = _("flete") if kind == ListedKind.FREIGHT else _("factor de glaseo")
        yield kind, name, "", _amounts(low, high, unit)


def _amounts(low: Decimal, high: Decimal, unit: str) -> dict[str, Any]:
    return {"minimum": low, "maximum": high, "unit": unit}
