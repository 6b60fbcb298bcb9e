"""What one message says to who leads a proforma."""

import pytest

from rag.proforma.hearing import hear
from rag.proforma.order import Order
from tests.conversations.catalogues import shrimp

ORDER = Order("HLSO", "16/20", "10", "10000", "Houston", "CFR")


def heard(text, order=ORDER, **asked):
    return hear(text, shrimp(), order, **asked)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("mejor 21/25", {"size": "21/25"}),
        ("que sean 12 toneladas", {"quantity": "12000.00"}),
        ("sin glaseo", {"glaze": "0"}),
        ("no 16/20 sino 26/30", {"size": "26/30"}),
        ("en vez de Houston a Miami", {"destination": "Miami"}),
        ("cambia de 16/20 a 31/35", {"size": "31/35"}),
        ("pensándolo bien FOB", {"incoterm": "FOB"}),
        ("¿y si son 5 toneladas?", {"quantity": "5000.00"}),
        ("con 80 % de peso neto", {"glaze": "20"}),
        ("dos contenedores de 22 toneladas", {"quantity": "44000.00"}),
        ("500 cajas de 2 kg", {"quantity": "1000.00"}),
        ("una tonelada y media", {"quantity": "1500.00"}),
        ("18/22", {"size": "18/22"}),
        ("CFR Hamburgo", {"incoterm": "CFR", "destination": "Hamburgo"}),
        ("CIF Miami", {"incoterm": "CIF", "destination": "Miami"}),
        ("a nombre de Ana Pérez", {"client": "Ana Pérez"}),
        ("que sean 8 toneladas. ¿Cuánto tarda el 21/25?", {"quantity": "8000.00"}),
    ],
)
def test_corrections_are_heard_at_any_moment(text, values):
    assert heard(text).values == values


@pytest.mark.parametrize(
    ("awaited", "text", "value"),
    [
        ("size", "la 13/15", "13/15"),
        ("size", "16 a 20", "16/20"),
        ("glaze", "el 15", "15"),
        ("glaze", "ninguno, cero", "0"),
        ("glaze", "cincuenta", "50"),
        ("quantity", "unos 22 mil", "22000.00"),
        ("quantity", "18.000", "18000.00"),
        ("destination", "Hamburgo", "Hamburgo"),
        ("product", "langosta", "langosta"),
    ],
)
def test_answer_needs_no_word_that_the_question_said(awaited, text, value):
    assert heard(text, Order(), awaited=awaited).values == {awaited: value}


@pytest.mark.parametrize(
    "text",
    [
        "gracias",
        "un momento por favor",
        "¿qué tallas hay de HOSO?",
        "cuánto demora el 21/25",
        "déjeme preguntar a mi jefe",
    ],
)
@pytest.mark.parametrize("awaited", ["product", "size", "glaze", "quantity", "destination", ""])
def test_what_is_said_beside_it_is_no_fact(text, awaited):
    said = heard(text, Order(), awaited=awaited)
    assert not said.has_facts
    assert not said.cancels


def test_two_values_are_neither():
    assert heard("16/20 o 21/25", Order()).several == {"size": ("16/20", "21/25")}


def test_name_in_part_is_all_that_begin_with_it_and_the_rest_chooses():
    several = heard("PUD", Order()).several["product"]
    assert set(several) == {"PuD-EUROPA", "PuD-EEUU"}
    chosen = heard("para Estados Unidos", Order(), awaited="product", among=several)
    assert chosen.values["product"] == "PuD-EEUU"


def test_slot_called_wrong_is_open_again():
    assert heard("no, la talla está mal").reopened == ("size",)


def test_boxes_of_unknown_weight_are_asked_about():
    assert heard("dos contenedores", Order()).reopened == ("quantity",)
