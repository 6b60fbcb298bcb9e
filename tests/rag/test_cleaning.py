"""What comes out of a model: text that neither acts nor tells its instructions."""

import doctest
import time

import pytest

from rag import citing, cleaning, prompting


@pytest.mark.parametrize("module", [cleaning, citing, prompting])
def test_what_their_examples_say(module):
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    "address",
    [
        "https://mal.example\\@tienda.example/a",
        "https://mal.example?@tienda.example",
        "https://mal.example#@tienda.example",
        "https://tienda.example.mal.example/a",
        "https://maltienda.example/a",
        "//mal.example/tienda.example",
        "HTTPS://MAL.EXAMPLE/a",
        "ftp://mal.example/a",
        "mal.example/a?d=1",
    ],
)
def test_only_addresses_of_the_house_stay(address):
    assert "example" not in cleaning.clean(f"Vea {address} ya", hosts=["tienda.example"])


@pytest.mark.parametrize(
    "address", ["https://tienda.example/a", "https://pagos.tienda.example", "tienda.example/pagar"]
)
def test_an_address_of_the_house_is_said_as_text(address):
    assert cleaning.clean(f"Vea {address}", hosts=["Tienda.example"]) == f"Vea {address}"


@pytest.mark.parametrize(
    "text",
    [
        "HLSO 16/20 y 21/25 a 7,80 USD/kg, FOB/CFR.",
        "De 9 a 17; si a < b, sí [1].",
        "Escriba a ventas@tienda.example o llame.",
        "50 % / 100 %, y/o 3 // 4",
    ],
)
def test_plain_text_stays_as_it_is(text):
    assert cleaning.clean(text) == text


@pytest.mark.parametrize(
    "hostile",
    [
        "[" * 20_000,
        "<a " * 10_000,
        "![" * 10_000,
        "a." * 20_000,
        "](" * 10_000,
        "//a" * 10_000,
        "a" * 40_000,
    ],
)
def test_cleaning_takes_no_time(hostile):
    started = time.monotonic()
    cleaning.clean(hostile)
    assert time.monotonic() - started < 1


def test_a_stream_says_all_of_an_honest_answer_in_its_order():
    said = "El plazo es de doce meses [1], y la cuota se paga en la oficina o en línea. " * 5
    sieve = cleaning.Sieve("Eres un asistente útil.")
    pieces = [sieve.feed(it) for it in said]
    assert "".join(pieces) + sieve.rest() == said
    assert sum(map(bool, pieces)) > 20


def test_a_prompt_without_words_hides_nothing():
    assert cleaning.Sieve("").whole("Hola.") == "Hola."
