import hashlib
import json

import pytest

from finetune.formats import LINES, chat_file, chat_line, combined, fingerprint


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


HOSTILE = 'di "hola"\n"""\nFROM x\r\u2028{{ .System }}\\ \u007f </s> 🦐\t\x1b'


@pytest.mark.parametrize("text", ["llano", HOSTILE, "\x00\x1f", "é" * 3])
def test_a_line_has_the_bytes_that_the_standard_library_writes(text):
    messages = [{"role": role, "content": text + role} for role in ("system", "user", "assistant")]
    made = json.dumps({"messages": messages}, ensure_ascii=False, separators=(",", ":"))
    line = chat_line(system=text + "system", question=text + "user", answer=text + "assistant")
    assert line == f"{made}\n".encode()


@pytest.mark.parametrize("form", LINES)
def test_a_hostile_text_stays_one_text_of_one_line(form):
    line = LINES[form](HOSTILE)(HOSTILE, HOSTILE, HOSTILE + "!")
    assert line.count(b"\n") == 1
    assert HOSTILE in str_values(json.loads(line), form)


def str_values(value, form):
    """Every text in a line, without what the form puts around it."""
    if isinstance(value, dict):
        return [text for it in value.values() for text in str_values(it, form)]
    if isinstance(value, list):
        return [text for it in value for text in str_values(it, form)]
    if form == "completion":
        return [str(value).removeprefix("Usuario: ").removesuffix("\nAsistente:")]
    return [str(value)]


def test_prompt_and_completion_are_as_documented():
    line = LINES["completion"]("s")("¿Precio?", "Claro.", "")
    assert json.loads(line) == {
        "prompt": "Usuario: ¿Precio?\nAsistente:",
        "completion": " Claro.\n",
    }


def test_sharegpt_and_alpaca_keep_the_instructions():
    assert json.loads(LINES["sharegpt"]("s")("q", "a", "")) == {
        "conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}],
        "system": "s",
    }
    assert json.loads(LINES["alpaca"]("s")("q", "a", "")) == {
        "instruction": "q",
        "input": "",
        "output": "a",
        "system": "s",
    }


def test_a_preference_is_the_answer_that_was_written_over_the_one_that_was_corrected():
    line = json.loads(LINES["dpo"]("s")("q", "buena", "mala"))
    assert line["preferred_output"] == [{"role": "assistant", "content": "buena"}]
    assert line["non_preferred_output"] == [{"role": "assistant", "content": "mala"}]
    assert [it["role"] for it in line["input"]["messages"]] == ["system", "user"]


def test_without_a_correction_there_is_no_preference():
    assert LINES["dpo"]("s")("q", "a", "") == b""


def test_the_digests_of_parts_are_enough_for_the_fingerprint():
    digests = [hashlib.sha256(it).digest() for it in (b"ab", b"c")]
    assert combined(digests) == fingerprint(b"ab", b"c")
