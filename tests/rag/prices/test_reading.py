"""A price list is read whole or not at all, and says where it is wrong."""

import io
from decimal import Decimal
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook

from core.errors import Invalid
from rag.prices import lines, table
from tests.conversations.catalogues import shrimp
from tests.rag.shop import PRICES


def read(text):
    return lines.read(text if isinstance(text, bytes) else text.encode(), shrimp())


def faults(text):
    with pytest.raises(Invalid) as refused:
        read(text)
    return refused.value.details


def test_sample_list_holds_the_prices_freights_and_factors_of_its_catalogue():
    sheet = read(PRICES.read_bytes())
    by_kind = {kind: sum(it.kind == kind for it in sheet.lines) for kind in ("price", "freight")}
    assert by_kind == {"price": 55, "freight": 11}
    assert sheet.currency == "USD"


@pytest.mark.parametrize(
    "text",
    [
        "producto;talla;precio\nHLSO;16/20;9,40\n",
        "Product,Size,Price\nHLSO,16-20,9.40\n",
        "tipo\tcódigo\tcalibre\tvalor\tunidad\nprecio\tcolas con cáscara\t16-20\tUSD 9.40\tkg\n",
        "Producto;Talla;Precio (USD/kg)\nhlso;16/20;$ 9,4\n".encode("cp1252"),
        "﻿Producto;Talla;Precio US$/kg\nHLSO;16/20;9,4000\n",
    ],
)
def test_headers_and_amounts_are_read_in_spanish_and_in_english(text):
    (line,) = read(text).lines
    assert (line.kind, line.code, line.size, line.unit) == ("price", "HLSO", "16/20", "USD/kg")
    assert line.amount == Decimal("9.4")


def test_xlsx_is_read_like_a_csv():
    book = Workbook()
    for row in (["Producto", "Talla", "Precio"], ["HLSO", "16/20", 9.4], ["HOSO", "30/40", 6.1]):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    assert [it.amount for it in read(file.getvalue()).lines] == [Decimal("9.4"), Decimal("6.1")]


def test_errors_name_their_row_and_column_and_the_nearest_valid_value():
    found = faults(
        "Producto;Talla;Destino;Glaseo;Precio\n"
        "HLSO;13/15;;;9,40\n"
        "Langosta;16/20;;;9,40\n"
        "HLSO;21/25;;;94\n"
        "HLSO;26/30;;;nueve\n"
        "HLSO;16/20;;;1.250\n"
        ";;Miami;;35\n"
        ";;;90;0,9\n"
    )
    assert found["fila 2, Talla"] == ["«13/15» no está en el catálogo; lo más cercano es «U15»."]
    assert "lo más cercano" in found["fila 3, Producto"][0]
    assert found["fila 4, Precio"] == ["94 no está entre 4 y 12."]
    assert found["fila 5, Precio"] == ["«nueve» no es un número."]
    assert "puede ser 1250 o 1,2500" in found["fila 6, Precio"][0]
    assert found["fila 7, Precio"] == ["35 no está entre 0.05 y 2."]
    assert found["fila 8, Glaseo"] == ["90 no está entre 0 y 50."]


def test_price_said_twice_is_refused_with_the_row_that_said_it_first():
    found = faults("producto,talla,precio\nHLSO,16/20,9.4\nHLSO,16-20,9.5\n")
    assert found == {"fila 3, producto": ["Repite lo de la fila 2."]}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hola,mundo\n1,2\n",
        b"producto,precio\n",
        b"\x00\x01\x02",
        b"PK\x03\x04 broken",
        b'producto,talla,precio\n"HLSO,16/20,9.4\n',
        b"x" * (table.MOST_BYTES + 1),
        b"producto,precio\n" + b"HLSO,9.4\n" * (table.MOST_ROWS + 1),
        b"producto,talla,precio,unidad\nHLSO,16/20,9.4,USD/kg\nHOSO,30/40,6.1,EUR/kg\n",
    ],
    ids=["empty", "titles", "no lines", "binary", "zip", "quote", "bytes", "rows", "currencies"],
)
def test_what_is_no_price_list_is_refused(content):
    assert faults(content)


def test_sheet_that_unpacks_to_gigabytes_is_refused_unread():
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as packed, packed.open("xl/a.xml", "w") as member:
        for _ in range(40):
            member.write(b"\0" * 2**20)
    assert "descomprimir" in faults(file.getvalue())["archivo"][0]


def test_days_in_the_list_are_its_validity_the_strictest_of_them():
    sheet = read(
        "producto,talla,precio,vigente desde,válido hasta\n"
        "HLSO,16/20,9.4,2026-11-01,31/12/2026\n"
        "HOSO,30/40,6.1,2026-11-10,15/12/2026\n"
    )
    assert [it.isoformat() for it in (sheet.valid_from, sheet.valid_until)] == [
        "2026-11-10",
        "2026-12-15",
    ]
