"""Versions of a domain's price list: drafted, compared, put in force, over."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.catalogue import Catalogue
from core import audit
from core.errors import Conflict, Invalid
from core.models import Domain
from rag import documents
from rag.models import ListedPrice, PriceList, PriceListState, PriceSource
from rag.prices import lines, publishing
from rag.prices.lines import Sheet

ACTOR = "precios"  # what the site does by itself


@dataclass(frozen=True)
class Change:
    """What a new version does to one price; ``old`` or ``new`` is none where it has no such one."""

    kind: str
    code: str
    size: str
    unit: str
    old: Decimal | None
    new: Decimal | None


def current(domain: Domain) -> PriceList | None:
    """The list that may be quoted from today: in force, begun and not over."""
    today = timezone.localdate()
    return PriceList.objects.filter(
        domain=domain,
        state=PriceListState.IN_FORCE,
        valid_from__lte=today,
        valid_until__gte=today,
    ).first()


def read(domain: Domain, content: bytes) -> Sheet:
    """The prices in ``content`` (CSV or XLSX), in the words of the domain's catalogue.

    Raises :class:`Invalid` with what is wrong, by row and column.
    """
    catalogue = Catalogue.of(domain)
    return lines.read(content, catalogue)


@transaction.atomic
def draft(
    domain: Domain,
    sheet: Sheet,
    *,
    valid_from: date,
    valid_until: date,
    source: PriceSource | None = None,
    by: str,
) -> PriceList:
    """Keep the prices of ``sheet`` as the next version, not in force yet.

    Days that the sheet names replace ``valid_from`` and ``valid_until``; raises :class:`Invalid`
    where they are not in order. The same draft again is the one that is there.
    """
    days = sheet.valid_from or valid_from, sheet.valid_until or valid_until
    if days[0] > days[1]:
        reason = _("La fecha final es anterior a la inicial.")
        raise Invalid(reason, valid_until=[reason])
    _locked(domain)
    facts = {"valid_from": days[0], "valid_until": days[1], "sha256": sheet.digest}
    known = PriceList.objects.filter(domain=domain)
    if same := known.filter(state=PriceListState.DRAFT, **facts).first():
        return same
    newest = known.order_by("-number").first()
    made = PriceList.objects.create(
        domain=domain,
        number=newest.number + 1 if newest else 1,
        source=source,
        currency=sheet.currency,
        created_by=by,
        **facts,
    )
    ListedPrice.objects.bulk_create(ListedPrice(price_list=made, **vars(it)) for it in sheet.lines)
    audit.record("price_list_drafted", made, by=by, version=made.number, prices=len(sheet.lines))
    return made


def changes(price_list: PriceList) -> list[Change]:
    """What putting ``price_list`` in force changes, against the version in force."""
    before = PriceList.objects.filter(domain=price_list.domain, state=PriceListState.IN_FORCE)
    old = _amounts(ListedPrice.objects.filter(price_list__in=before))
    new = _amounts(price_list.prices.all())
    return [
        Change(*key, old=old.get(key), new=new.get(key))
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key)
    ]


@transaction.atomic
def put_in_force(price_list: PriceList, *, by: str) -> None:
    """Have answers, quality control and quotes use ``price_list`` from now on.

    The catalogue, the document that answers lean on and the states change together. Raises
    :class:`Conflict` for a version that is over, or has not begun.
    """
    domain = _locked(price_list.domain)
    price_list.refresh_from_db()
    if price_list.state == PriceListState.IN_FORCE:
        return
    _refuse_untimely(price_list)
    _retire(PriceList.objects.filter(domain=domain, state=PriceListState.IN_FORCE))
    publishing.into_catalogue(price_list)
    price_list.document = publishing.as_document(price_list, by=by)
    price_list.state = PriceListState.IN_FORCE
    price_list.save(update_fields=["state", "document"])
    audit.record("price_list_in_force", price_list, by=by, version=price_list.number)


def retire_over() -> int:
    """Take the lists out of force whose last day has passed, with their documents; how many."""
    today = timezone.localdate()
    over = PriceList.objects.filter(state=PriceListState.IN_FORCE, valid_until__lt=today)
    return sum(_is_retired(it) for it in over.select_related("domain", "document"))


@transaction.atomic
def _is_retired(price_list: PriceList) -> bool:
    _locked(price_list.domain)
    document = price_list.document
    rows = PriceList.objects.filter(pk=price_list.pk, state=PriceListState.IN_FORCE)
    if not _retire(rows):
        return False  # the next version came first
    if document:
        documents.deactivate(document, by=ACTOR)
    audit.record("price_list_over", price_list, by=ACTOR, version=price_list.number)
    return True


def _locked(domain: Domain) -> Domain:
    """One version at a time: numbers have no gaps, and one list is in force."""
    return Domain.objects.select_for_update(no_key=True).get(pk=domain.pk)


def _refuse_untimely(price_list: PriceList) -> None:
    today = timezone.localdate()
    if price_list.valid_until < today:
        raise Conflict(_("La lista ya venció: no se puede poner vigente."), code="price_list_over")
    if price_list.valid_from > today:
        raise Conflict(_("La lista todavía no empieza a valer."), code="price_list_not_begun")


def _retire(rows: QuerySet[PriceList]) -> int:
    """Their document is the next version's, or nobody's."""
    return rows.update(state=PriceListState.RETIRED, document=None)


def _amounts(rows: Iterable[ListedPrice]) -> dict[tuple[str, str, str, str], Decimal]:
    return {(it.kind, it.code, it.size, it.unit): it.amount for it in rows}
