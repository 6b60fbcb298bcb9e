"""Thirty broken files: each is refused, and the line at fault is named (reliability, Q17)."""

import json

import pytest

from finetune.formats.validation import problems, tokens_of


def an_example(number, **changes):
    messages = [
        {"role": "system", "content": "Sé amable."},
        {"role": "user", "content": f"¿Qué cuesta el plan {number}?"},
        {"role": "assistant", "content": f"El plan {number} cuesta {number} dólares."},
    ]
    return {"messages": messages} | changes


def as_line(value):
    return value if isinstance(value, bytes) else json.dumps(value).encode() + b"\n"


def lines(broken=None, number=60):
    """``number`` lines, of which the seventh is ``broken``."""
    found = [as_line(an_example(it)) for it in range(number)]
    if broken is not None:
        found[6] = as_line(broken)
    return found


def said(*messages):
    return {
        "messages": [dict(zip(("role", "content", "weight"), it, strict=False)) for it in messages]
    }


Q, A = ("user", "¿Precio?"), ("assistant", "Diez.")
BROKEN = [
    b"",
    b"\n",
    b"{\n",
    b"no es json\n",
    b'{"messages": [\xff]}\n',
    b"[]\n",
    b'"texto"\n',
    b"null\n",
    b"NaN\n",
    {},
    {"messages": []},
    {"messages": {}},
    {"messages": "texto"},
    {"messages": ["texto"]},
    {"messages": [None]},
    an_example(6, metadata={"category": "precio"}),
    an_example(6, tools=[]),
    said(Q),
    said(A),
    said(A, Q),
    said(Q, A, Q),
    said(Q, A, ("system", "Sé breve.")),
    said(Q, ("system", "Sé breve."), A),
    said(("human", "¿Precio?"), A),
    said(("tool", "{}"), Q, A),
    said((None, "¿Precio?"), A),
    said(("user", ""), A),
    said(Q, ("assistant", "  \n")),
    said(Q, ("assistant", None)),
    said(Q, ("assistant", ["Diez."])),
    said(Q, ("assistant", "Diez.", 2)),
    said(Q, ("assistant", "Diez.", 0.5)),
    said(Q, ("assistant", "Diez.", True)),
    said(Q, ("assistant", "Diez.", 0)),
    said(("user", "¿Precio?", 1), A),
    {"messages": [{"role": "user", "content": "¿Precio?", "audio": {}}, {"role": "assistant"}]},
    said(Q, ("assistant", "palabra " * 70_000)),
]


def test_there_are_thirty_broken_files_or_more():
    assert len(BROKEN) >= 30


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_line_is_refused_with_its_number(broken):
    found = [it for it in problems(lines(broken)) if not it.is_warning]
    assert {(it.part, it.line) for it in found} == {("train", 7)}


def test_a_fit_file_has_no_problem():
    valid = [as_line(an_example(number)) for number in range(100, 103)]
    assert list(problems(lines(), valid)) == []


def test_an_answer_may_be_left_out_of_learning_beside_one_that_is_not():
    both = said(Q, ("assistant", "Diez.", 0), ("user", "¿Y dos?"), ("assistant", "Veinte.", 1))
    assert list(problems(lines(both))) == []


@pytest.mark.parametrize(("number", "warns"), [(0, False), (1, False), (9, False), (10, True)])
def test_too_few_lines_are_refused_and_few_are_told(number, warns):
    (found,) = problems(lines(number=number))
    assert (found.line, found.is_warning) == (0, warns)


def test_a_question_of_the_training_is_refused_in_the_validation():
    again = an_example(3)
    again["messages"][1]["content"] = "QUE CUESTA EL PLAN 3"
    valid = [as_line(an_example(200)), as_line(again)]
    assert [(it.part, it.line) for it in problems(lines(), valid)] == [("valid", 2)]


def test_a_file_that_is_too_large_is_refused():
    (found,) = problems(lines(), most_bytes=1000)
    assert "1000" in str(found)


def test_a_model_that_reads_less_refuses_more():
    assert len(list(problems(lines(), longest=10))) == 60


def test_tokens_are_those_of_the_texts_and_of_what_stands_around_them():
    assert tokens_of(["hola", "hola"]) == tokens_of(["hola"]) + 4 + 1
