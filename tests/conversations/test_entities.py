import time

import pytest

from conversations.catalogue import Catalogue
from conversations.entities import finder, values
from tests.conversations.catalogues import shrimp


def find(text):
    return finder(shrimp()).find(text)


def the(field, text):
    found = values(find(text), field)
    return found[0] if len(found) == 1 else found or None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("precio hlso", "HLSO"),
        ("el hslo por favor", "HLSO"),
        ("sin cabeza", "HLSO"),
        ("sin cavesa", "HLSO"),
        ("la cola", "HLSO"),
        ("camarones enteros", "HOSO"),
        ("P&D IQF", "P&D IQF"),
        ("p y d iqf", "P&D IQF"),
        ("pyd bloque", "P&D BLOQUE"),
        ("easypeel", "EZ PEEL"),
        ("PUD para Europa", "PuD-EUROPA"),
        ("precosido", "PRE-COCIDO"),
        ("Cocido sin Tratar", "COCIDO SIN TRATAR"),
        ("camarón cocido", "COOKED"),
        ("p&d", None),
        ("un saludo desde el puerto", None),
        ("h l s o", "HLSO"),
        ("se lo confirma la tola", None),
    ],
)
def test_products_by_code_name_alias_and_with_slips(text, code):
    assert the("product", text) == code


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("16/20", "16/20"),
        ("16-20", "16/20"),
        ("la 16 20", "16/20"),
        ("de 16 a 20", "16/20"),
        ("u15", "U15"),
        ("U/15", "U15"),
        ("26/30 kg", "26/30"),
        ("talla 13/15", "13/15"),
        ("talla U-12", "U12"),
        ("el 13/15 de marzo", None),
        ("entrega en 20-30 días", None),
        ("20 y 30 contenedores", None),
    ],
)
def test_sizes_in_any_writing_and_no_other_numbers(text, size):
    assert the("size", text) == size


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("20% glaseo", 20),
        ("glaseo del 20", 20),
        ("glaseado al 15 %", 15),
        ("con 10 de glaze", 10),
        ("glaseo diez por ciento", 10),
        ("HLSO 16/20 20% de glaseo", 20),
        ("sin glaseo, 20 cajas", 0),
        ("peso neto 100% sin glaseo", 0),
        ("con glaseo", None),
        ("anticipo del 30%", None),
    ],
)
def test_glaze_beside_its_word_on_either_side(text, share):
    assert the("glaseo_percentage", text) == share


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("2 contenedores", "2 contenedores"),
        ("un contenedor", "un contenedor"),
        ("25 mil  libras", "25 mil libras"),
        ("20tn", "20tn"),
        ("1.000 cajas de 2 kg", "1.000 cajas"),
        ("por contenedor", None),
        ("viene en caja de 2kg", None),
    ],
)
def test_quantities_are_numbers_with_a_unit(text, amount):
    assert the("quantity", text) == amount


def test_places_are_those_of_the_text():
    text = "¿El precosido 16-20 a Shangai?"
    assert [(text[it.start : it.end], it.kind, it.value) for it in find(text)] == [
        ("precosido", "product", "PRE-COCIDO"),
        ("16-20", "size", "16/20"),
        ("Shangai", "destination", "Shanghái"),
    ]


def test_several_products_are_several_values():
    assert the("product", "diferencia entre HOSO y HLSO") == ["HOSO", "HLSO"]


@pytest.mark.parametrize(
    "part", ["sin de la ", "pelado y ", "20 ", "talla ", "glaseo ", "aaaa", "16/"]
)
def test_time_grows_with_the_text_only(part):
    finder(shrimp())
    started = time.process_time()
    find((part * 20_000)[:20_000])
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "text", ["", "²½ kg", "٣ cajas", "a\u0301\u0301\u0301", "\ud83d", "%%%", "1,2,3.4."]
)
def test_odd_texts_are_read_without_an_error(text):
    find(text)


def test_an_empty_catalogue_names_nothing():
    assert (
        finder(Catalogue.read([], {"fields": "no", "intents": [{"name": 3}, 7]})).find("HLSO") == []
    )
