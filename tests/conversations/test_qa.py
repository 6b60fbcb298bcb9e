import json

import pytest

from conversations import qa
from conversations.entities import finder
from tests.conversations.catalogues import shrimp
from trainingsite import samples


def check(question, answer="Con gusto.", intent="pricing", **fields):
    return qa.check(
        intent=intent,
        fields=fields,
        found=finder(shrimp()).find(question),
        answer=answer,
        catalogue=shrimp(),
    )


def codes(errors):
    return [(it["code"], it["field"]) for it in errors]


@pytest.mark.parametrize("value", ["HLSO", "P&D IQF", None])
def test_products_of_the_catalogue_pass(value):
    assert qa.validate_product(value, shrimp()) is None


def test_an_unknown_product_names_the_nearest():
    error = qa.validate_product("HLSSO", shrimp())
    assert (error["code"], error["field"], error["nearest"]) == ("unknown_value", "product", "HLSO")
    assert "HOSO" in error["expected"]


@pytest.mark.parametrize(
    ("value", "nearest"),
    [("13/15", "U15"), ("22/24", "21/25"), ("90/110", "71/90"), ("U14", "U15")],
)
def test_an_unknown_size_names_the_nearest_by_number(value, nearest):
    assert qa.validate_size(value, shrimp())["nearest"] == nearest
    assert qa.validate_size(nearest, shrimp()) is None


@pytest.mark.parametrize(("value", "nearest"), [(60, 50), (-1, 0)])
def test_glaze_outside_of_its_range(value, nearest):
    error = qa.validate_glaseo(value, shrimp())
    assert (error["code"], error["expected"], error["nearest"]) == (
        "out_of_range",
        [0, 50],
        nearest,
    )


def test_glaze_inside_of_its_range_or_unsaid():
    assert [qa.validate_glaseo(value, shrimp()) for value in (0, 20, 50, None)] == [None] * 4


def test_glaze_that_is_no_number_is_the_wrong_format():
    assert qa.validate_glaseo("veinte", shrimp())["code"] == "not_a_number"


def test_what_the_intent_requires_must_be_there():
    assert codes(check("precio?", product="HLSO")) == [("missing_field", "size")]
    assert check("precio?", product="HLSO", size="16/20") == []
    assert check("qué presentaciones hay", intent="product_info") == []


def test_saying_several_is_no_lack():
    assert check("precio de HOSO y HLSO 16/20", product=None, size="16/20") == []


@pytest.mark.parametrize(
    "answer",
    [
        "El HLSO 16/20 está a 9.40 USD/kg FOB.",
        "El HLSO 16/20 está a 9,41 USD/kg FOB.",
        "El HLSO 16/20 está a 9.40 FOB más 0.18 de flete: 9.58 USD/kg CFR Houston.",
        "El flete a Houston es 0.18 USD/kg.",
        "HLSO 16/20 con 20 % de glaseo: 7.52 USD/kg.",
        "Son 20,000 USD en total.",
    ],
)
def test_prices_in_their_range_pass(answer):
    assert qa.check_prices(answer, shrimp()) == []


@pytest.mark.parametrize(
    ("answer", "nearest"),
    [
        ("El HLSO 16/20 está a 2.10 USD/kg FOB.", 9.4),
        ("El HLSO 16/20 está a $ 94 por kilo.", 11.4),
        ("HLSO: USD/kg 3.98", 4),
        ("Hoy sale a 45 USD/kg.", 30),
        ("El flete es 5 USD/kg.", 2),
    ],
)
def test_a_price_out_of_its_range_is_an_error(answer, nearest):
    (error,) = qa.check_prices(answer, shrimp())
    assert (error["code"], error["nearest"]) == ("price_out_of_range", nearest)
    assert error["message"]


def test_the_pipeline_checks_what_the_bot_quotes_for_the_product_asked_about():
    errors = check("precio HLSO 16/20", "Está a 1.50 USD/kg.", product="HLSO", size="16/20")
    assert codes(errors) == [("price_out_of_range", "price")]


def test_every_good_answer_of_the_sample_quotes_prices_in_range():
    lines = (samples.FOLDER / "camaron" / "conversations.jsonl").read_text("utf-8").splitlines()
    answers = [it["answer"] for it in map(json.loads, lines)]
    assert [it for it in answers if qa.check_prices(it, shrimp())] == []
    assert sum("USD/kg" in it for it in answers) > 20
