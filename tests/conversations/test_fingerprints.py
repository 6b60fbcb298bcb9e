import random

import pytest

from conversations.fingerprints import bands, token_count

QUESTION = "¿Cuánto cuesta el kilo de camarón HLSO 16/20 puesto en Guayaquil?"


def test_bands_are_the_same_on_every_machine():
    found = bands("¿Cuánto cuesta el HLSO 16/20?")
    assert found[:3] == [3262053367498095339, -6264830784611323387, 1894632016636212014]
    assert len(found) == 16
    assert all(-(2**63) <= band < 2**63 for band in found)


@pytest.mark.parametrize(
    "alike",
    [
        "cuanto CUESTA el kilo de camaron hlso 16 20 puesto en guayaquil",
        "Buenas, ¿cuánto cuesta el kilo de camarón HLSO 16/20 puesto en Guayaquil?",
    ],
)
def test_nearly_the_same_questions_share_a_band(alike):
    assert set(bands(QUESTION)) & set(bands(alike))


def test_other_questions_share_none():
    assert not set(bands(QUESTION)) & set(bands("¿Qué requisitos piden para un préstamo nuevo?"))


@pytest.mark.parametrize("nothing", ["", "  ", "¿?", "👍"])
def test_a_text_without_words_resembles_nothing(nothing):
    assert bands(nothing) == []


def test_a_text_shorter_than_a_gram_resembles_itself_only():
    assert set(bands("sí")) & set(bands("SI!"))
    assert not set(bands("sí")) & set(bands("no"))


def test_no_text_is_too_odd():
    odd = random.Random(7)  # noqa: S311
    for _ in range(300):
        text = "".join(chr(odd.randrange(1, 0x2FFF)) for _ in range(odd.randrange(60)))
        assert len(bands(text)) in (0, 16)


@pytest.mark.parametrize(
    ("texts", "tokens"), [([], 0), ([""], 0), (["hola mundo"], 2), (["hello", "<|endoftext|>"], 8)]
)
def test_tokens_are_counted_as_openai_counts_them(texts, tokens):
    assert token_count(texts) == tokens
