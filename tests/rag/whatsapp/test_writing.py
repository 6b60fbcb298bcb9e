"""Texts within WhatsApp's limits and in its signs."""

import pytest

from rag.whatsapp import writing


def test_a_short_text_is_one_message():
    assert writing.pieces("Hola.") == ["Hola."]


def test_nothing_is_no_message():
    assert writing.pieces("  \n ") == []


def test_a_long_text_is_cut_where_sentences_end():
    words = "Esta es una frase de prueba. " * 300
    found = writing.pieces(words)
    assert len(found) == 3
    assert all(len(it) <= writing.MOST_TEXT and it.endswith("prueba.") for it in found)
    assert " ".join(found) == words.strip()


def test_a_paragraph_is_a_better_cut_than_a_sentence():
    assert writing.pieces("Uno dos.\n\nTres. Cuatro cinco.", 20) == [
        "Uno dos.",
        "Tres. Cuatro cinco.",
    ]


def test_a_price_is_not_cut_at_its_point():
    assert writing.pieces("Cuesta mucho: 9.40 USD", 16) == ["Cuesta mucho:", "9.40 USD"]


def test_a_word_without_an_end_is_cut_all_the_same():
    assert [len(it) for it in writing.pieces("x" * 9000)] == [4096, 4096, 808]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("**HLSO** 16/20", "*HLSO* 16/20"),
        ("__nota__", "*nota*"),
        ("### Precios", "*Precios*"),
        ("2 ** 3 y 4 ** 5", "2 ** 3 y 4 ** 5"),
        ("5*6 y lista_de_precios_2", "5*6 y lista_de_precios_2"),
        ("# 3 es el número", "*3 es el número*"),
        ("#1 en ventas", "#1 en ventas"),
    ],
)
def test_what_is_bold_in_markdown_is_bold_there_and_the_rest_stays(said, shown):
    assert writing.marked(said) == shown
