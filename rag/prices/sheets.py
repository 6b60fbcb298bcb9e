"""Published sheets that are looked at now and then; the last good version stays in force."""

import logging
from datetime import timedelta

from django.db.models import DurationField, ExpressionWrapper, F, Q, Value
from django.db.models.functions import Now
from django.utils import timezone

from core.errors import Refusal
from rag.models import PriceSource
from rag.prices import fetching, lists

logger = logging.getLogger(__name__)


def refresh_due() -> str:
    """Look at every sheet whose time has come; one that fails stops no other."""
    due = _due()
    fresh = sum(refresh(it) for it in due)
    failed = sum(bool(it.error) for it in due)
    return f"{len(due)} sheets: {fresh} in force, {failed} failed"


def refresh(source: PriceSource) -> bool:
    """Take the sheet and put what is new of it in force; whether anything was.

    A fault is kept in ``source.error``, where staff see it, and leaves the prices as they are.
    """
    error = ""
    try:
        return _take(source)
    except Refusal as refusal:
        error = _told(refusal)
        logger.warning("Sheet %s was not taken: %s", source.pk, refusal.code)
        return False
    finally:
        source.checked_at, source.error = timezone.now(), error
        source.save(update_fields=["checked_at", "error"])


def _due() -> list[PriceSource]:
    every = ExpressionWrapper(F("hours") * Value(timedelta(hours=1)), output_field=DurationField())
    ripe = Q(checked_at=None) | Q(checked_at__lte=Now() - every)
    rows = PriceSource.objects.filter(ripe, active=True)
    return list(rows.select_related("domain").order_by("pk"))


def _take(source: PriceSource) -> bool:
    sheet = lists.read(source.domain, fetching.take(source.url))
    today = timezone.localdate()
    held = lists.current(source.domain)
    if held and held.sha256 == sheet.digest and sheet.valid_until in (None, held.valid_until):
        return False  # as a rule the sheet is as it was
    by = f"hoja {source.pk}"
    until = today + timedelta(days=source.days)
    found = lists.draft(
        source.domain, sheet, valid_from=today, valid_until=until, source=source, by=by
    )
    lists.put_in_force(found, by=by)
    return True


def _told(refusal: Refusal) -> str:
    """What is wrong in one line, with the first cell at fault."""
    return " ".join([str(refusal), *refusal.faults[:1]])[:300]
