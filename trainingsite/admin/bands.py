"""Confidence as staff read it: a share, in the colour of its band."""

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from conversations.review import BANDS

HIDDEN = _("por confirmar")


def band_number(confidence: float) -> int:
    """Which of the five bands, from 0, the least sure.

    >>> [band_number(it) for it in (0, 0.5, 0.85, 1)]
    [0, 1, 3, 4]
    """
    return sum(confidence >= low for low, _high in BANDS.values()) - 1


def band_name(band: str) -> str:
    """A band's key (``50-70``) as staff read it."""
    return f"{band} %".replace("-", "–").replace(">=", "≥ ").replace("<", "< ")


def bar(confidence: Any) -> SafeString:
    """A bar and the percentage in the colour of the band; words where it is not told."""
    if not isinstance(confidence, int | float):
        return format_html('<span class="ts-muted">{}</span>', HIDDEN)
    percent = int(100 * confidence)  # never rounded up into the next band
    return format_html(
        '<span class="ts-share ts-band-{}"><progress value="{}" max="100" aria-hidden="true">'
        "</progress> {} %</span>",
        band_number(confidence),
        percent,
        percent,
    )
