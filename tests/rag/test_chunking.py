"""Texts in pieces: nothing is lost, sentences stay whole, pages and headings are known."""

import pytest

from rag.chunking import Block, blocks_of, chunks, joined

SENTENCES = [f"La frase número {number} dice algo distinto de las demás." for number in range(60)]
TEXT = " ".join(SENTENCES)


def test_a_short_text_is_one_piece():
    (piece,) = chunks("Hola.", size=1000, overlap=200)
    assert (piece.text, piece.page, piece.heading) == ("Hola.", None, "")


def test_nothing_makes_no_pieces():
    assert chunks(" \n ", size=1000, overlap=200) == []
    assert chunks([], size=1000, overlap=200) == []


def test_no_piece_is_longer_than_its_size():
    assert max(len(it.text) for it in chunks(TEXT, size=300, overlap=60)) <= 300


def test_pieces_end_where_a_sentence_ends():
    assert all(it.text.endswith(".") for it in chunks(TEXT, size=300, overlap=60))


def test_every_sentence_is_whole_in_some_piece():
    found = chunks(TEXT, size=300, overlap=120)
    assert all(any(sentence in it.text for it in found) for sentence in SENTENCES)


def test_a_piece_begins_with_the_end_of_the_one_before():
    first, second, *_ = chunks(TEXT, size=300, overlap=120)
    begins = second.text.split(". ")[0]
    assert begins in first.text


def test_without_an_overlap_pieces_share_nothing():
    assert " ".join(it.text for it in chunks(TEXT, size=300, overlap=0)) == TEXT


def test_words_without_sentences_are_cut_at_spaces():
    words = "palabra " * 200
    assert {word for it in chunks(words, size=250, overlap=50) for word in it.text.split()} == {
        "palabra"
    }


def test_a_word_longer_than_a_piece_is_cut_and_kept():
    pieces = chunks("x" * 1000, size=300, overlap=0)
    assert "".join(it.text for it in pieces) == "x" * 1000


@pytest.mark.parametrize("text", ["." * 50_000, "¡" * 50_000, "\n" * 50_000, ". " * 50_000])
def test_odd_texts_come_to_an_end(text):
    assert len(chunks(text, size=200, overlap=2000)) <= 2 * len(text) / 50


def test_a_piece_knows_the_page_that_it_begins_on():
    blocks = [Block("Primera página. " * 20, 1), Block("Segunda página. " * 20, 2)]
    found = chunks(blocks, size=200, overlap=0)
    assert found[0].page == 1
    assert found[-1].page == 2


def test_a_piece_may_go_on_over_a_page_but_not_under_another_heading():
    blocks = [Block("Uno.", 1, "A"), Block("Dos.", 2, "A"), Block("Tres.", 2, "B")]
    found = chunks(blocks, size=1000, overlap=200)
    assert [(it.text, it.page, it.heading) for it in found] == [
        ("Uno.\n\nDos.", 1, "A"),
        ("Tres.", 2, "B"),
    ]


def test_a_kept_text_makes_the_pieces_that_its_blocks_made():
    blocks = [Block("Sin título. " * 30, 1), Block("Envíos. " * 60, 1, "Envíos"), Block("Fin.", 3)]
    again = blocks_of(*joined(blocks))
    made = {"size": 300, "overlap": 60}
    assert chunks(again, **made) == chunks(blocks, **made)
