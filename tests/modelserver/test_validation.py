import json

import pytest

from modelserver.validation import InvalidFile, answers, read_examples, read_objects
from tests.modelserver.server import conversation, sales


def lines(examples):
    return [json.dumps(it) for it in examples]


def with_fault(**message):
    bad = conversation("hola", "buenas")
    bad["messages"][1] |= message
    return lines([*sales(4), bad, *sales(10)])


def test_reads_every_conversation_and_passes_over_blank_lines():
    assert len(read_examples([*lines(sales(10)), "", "\n"])) == 10


def test_ten_examples_are_the_fewest():
    with pytest.raises(InvalidFile) as error:
        read_examples(lines(sales(9)))
    assert error.value.code == "invalid_n_examples"
    assert str(error.value) == (
        "Training file has 9 example(s), but must have at least 10 examples"
    )


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"role": "robot"}, "the role 'robot'"),
        ({"content": ""}, "not empty"),
        ({"content": "   "}, "not empty"),
        ({"content": None}, "not empty"),
        ({"content": [{"type": "text", "text": "hola"}]}, "not empty"),
        ({"weight": 1}, "weight"),
    ],
)
def test_names_the_line_of_a_faulty_message(message, words):
    with pytest.raises(InvalidFile, match=f"Line 5: .*{words}") as error:
        read_examples(with_fault(**message))
    assert error.value.code == "invalid_training_file"


@pytest.mark.parametrize(
    ("example", "words"),
    [
        ({}, "non-empty list"),
        ({"messages": []}, "non-empty list"),
        ({"messages": ["hola"]}, "must be an object"),
        ({"messages": [{"role": "user", "content": "hola"}]}, "last message"),
        ({"messages": [{"role": "assistant", "content": "hola"}]}, "nothing is said before"),
        (conversation("a", "b") | {"tools": [{"type": "function"}]}, "tools"),
    ],
)
def test_refuses_what_is_no_conversation(example, words):
    with pytest.raises(InvalidFile, match=f"Line 1.*{words}"):
        read_examples(lines([example]), fewest=1)


def test_refuses_a_conversation_whose_answers_all_weigh_nothing():
    silent = conversation("hola", "buenas")
    silent["messages"][-1]["weight"] = 0
    with pytest.raises(InvalidFile, match="weight 0"):
        read_examples(lines([silent]), fewest=1)


@pytest.mark.parametrize("line", ["{", "[1]", b'{"a": "\xff"}'])
def test_names_the_line_that_is_no_json_object(line):
    with pytest.raises(InvalidFile, match="Line 2 "):
        list(read_objects(["{}", line]))


def test_teaches_each_answer_of_a_long_conversation_but_those_of_weight_0():
    turns = [
        {"role": "user", "content": "1"},
        {"role": "assistant", "content": "uno", "weight": 0},
        {"role": "user", "content": "2"},
        {"role": "assistant", "content": "dos", "weight": 1},
    ]
    [(prompt, completion)] = answers(turns)
    assert [it["content"] for it in prompt] == ["1", "uno", "2"]
    assert completion == [{"role": "assistant", "content": "dos"}]
