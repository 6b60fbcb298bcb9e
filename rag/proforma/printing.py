"""A quote on paper: HTML and PDF, of the same facts."""

import io
from dataclasses import dataclass
from xml.sax.saxutils import escape

from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from rag.models import Quote, QuoteLine
from rag.proforma import saying
from rag.proforma.quoting import client_of

_DAY = "j \\d\\e F \\d\\e Y"
_MARGIN = 56  # points
_HEAD, _LINE = "#1f3a4d", "#c5d0d8"


@dataclass(frozen=True)
class Printed:
    """What stands on the paper, as it is read."""

    business: str
    number: str
    facts: list[tuple[str, str]]
    columns: list[str]
    rows: list[list[str]]
    total: str
    assumptions: list[str]


def printed(quote: Quote) -> Printed:
    """``quote`` in words; its client is on it as long as their name may be known."""
    client = client_of(quote)
    facts = [
        (_("Fecha"), date_format(localtime(quote.created_at), _DAY)),
        (_("Válida hasta"), date_format(quote.valid_until, _DAY)),
        (_("Entrega"), saying.terms(quote.incoterm, quote.destination)),
        (_("Lista de precios"), _("versión %s") % quote.price_list.number),
    ]
    return Printed(
        business=quote.domain.name,
        number=quote.number,
        facts=[(_("Cliente"), client), *facts] if client else facts,
        columns=[
            *(_("Producto"), _("Talla"), _("Glaseo"), _("Cantidad")),
            *(_("Precio (%s)") % quote.currency, _("Importe (%s)") % quote.currency),
        ],
        rows=[_cells(it) for it in quote.lines.all()],
        total=f"{saying.number(quote.total)} {quote.currency}",
        assumptions=quote.assumptions,
    )


def html(quote: Quote) -> str:
    """A page of its own, without scripts or anything from elsewhere."""
    return render_to_string("quotes/quote.html", {"quote": printed(quote)})


def pdf(quote: Quote) -> bytes:
    """One page of A4, mostly."""
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import SimpleDocTemplate

    told = printed(quote)
    file = io.BytesIO()
    paper = SimpleDocTemplate(
        file,
        pagesize=A4,
        title=_("Proforma %s") % told.number,
        author=told.business,
        **dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), _MARGIN),
    )
    paper.build(_story(told))
    return file.getvalue()


def _cells(line: QuoteLine) -> list[str]:
    return [
        line.product,
        line.size or "–",
        "–" if line.glaze is None else f"{saying.quantity(line.glaze)} %",
        f"{saying.quantity(line.quantity)} {line.unit}",
        f"{saying.number(line.unit_price)} / {line.unit}",
        saying.number(line.amount),
    ]


def _story(told: Printed) -> list[object]:
    """The paper from top to bottom. Texts are escaped: a paragraph reads tags."""
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, Spacer, Table

    styles = getSampleStyleSheet()

    def text(words: str, style: str = "BodyText") -> Paragraph:
        return Paragraph(escape(words), styles[style])

    cells = [[text(it) for it in row] for row in (told.columns, *told.rows)]
    return [
        text(told.business, "Heading2"),
        text(_("Proforma %s") % told.number, "Title"),
        *(text(f"{name}: {value}") for name, value in told.facts),
        Spacer(0, 14),
        Table(cells, style=_ruled(), colWidths=["22%", "12%", "11%", "19%", "18%", "18%"]),
        Spacer(0, 8),
        text(_("Total: %s") % told.total, "Heading3"),
        *(text(it, "Italic") for it in told.assumptions),
    ]


def _ruled() -> list[tuple[object, ...]]:
    from reportlab.lib.colors import HexColor

    return [
        ("LINEBELOW", (0, 0), (-1, 0), 1, HexColor(_HEAD)),
        ("LINEBELOW", (0, 1), (-1, -1), 0.5, HexColor(_LINE)),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
