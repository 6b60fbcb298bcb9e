import pytest

from conversations.screening import screen

LISTS = {
    "greetings": ["hola", "ok", "gracias", "buenas tardes"],
    "keywords": ["precio", "cotización", "p&d", "flete"],
}


def why(text, *, has_entity=False, **lists):
    return screen(text, **(LISTS | lists), has_entity=has_entity)


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_nothing_written_is_empty(text):
    assert why(text) == "empty"


@pytest.mark.parametrize("text", ["hola", "¡HOLA!", "Hola, gracias", "ok. Buenas  tardes :)", "Ok"])
def test_only_greetings_are_a_greeting(text):
    assert why(text) == "greeting"


def test_a_greeting_with_a_request_stays():
    assert why("hola, ¿qué precio tiene?") is None


@pytest.mark.parametrize("text", ["U15", "hola"])
def test_whatever_names_the_business_stays_however_short(text):
    assert why(text, has_entity=True) is None


@pytest.mark.parametrize("text", ["eh?", "👍", "si"])
def test_under_five_characters_is_short(text):
    assert why(text) == "short"


@pytest.mark.parametrize("text", ["¿qué tal el partido?", "preciosa tarde", "👍👍👍👍👍👍"])
def test_what_asks_for_nothing_of_the_business_is_no_request(text):
    assert why(text) == "no_request"


@pytest.mark.parametrize(
    "text", ["el PRECIO?", "q presio tiene", "cotizaciones", "P & D", "fletes a"]
)
def test_keywords_match_with_other_case_accents_plurals_and_slips(text):
    assert why(text) is None


def test_a_domain_without_keywords_asks_for_none():
    assert why("¿qué tal el partido?", keywords=[]) is None
    assert why("hola", keywords=[]) == "greeting"


def test_long_greetings_take_no_long_time():
    assert why("hola " * 20_000) == "greeting"
