import hashlib
import json

from finetune.formats import chat_file, chat_line, fingerprint


def test_a_line_holds_three_messages_and_nothing_else():
    line = chat_line(system="Sé amable.", question="¿Qué tal?", answer="Bien.")
    assert json.loads(line) == {
        "messages": [
            {"role": "system", "content": "Sé amable."},
            {"role": "user", "content": "¿Qué tal?"},
            {"role": "assistant", "content": "Bien."},
        ]
    }


def test_letters_are_written_as_they_are():
    assert "camarón 🦐".encode() in chat_line(system="", question="camarón 🦐", answer="x")


def test_a_line_break_in_a_text_breaks_no_line():
    content = chat_file("s", [("una\npregunta\u2028larga", "r"), ("otra", "r")])
    assert content.count(b"\n") == 2


def test_the_fingerprint_of_a_file_is_its_sha256():
    assert fingerprint(b"abc") == hashlib.sha256(b"abc").hexdigest()


def test_the_fingerprint_knows_where_a_part_ends():
    assert fingerprint(b"ab", b"c") != fingerprint(b"a", b"bc")
