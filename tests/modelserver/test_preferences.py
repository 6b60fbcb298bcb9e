import json

import pytest

from modelserver.preferences import read_preferences
from modelserver.validation import InvalidFile
from tests.modelserver.server import preference


def lines(*examples):
    return [json.dumps(it) for it in examples]


def test_reads_what_was_said_and_the_two_answers():
    [found] = read_preferences(lines(preference("hola", "¡Buenas!", "Qué")), fewest=1)
    assert found.prompt == [{"role": "user", "content": "hola"}]
    assert (found.preferred[0]["content"], found.other[0]["content"]) == ("¡Buenas!", "Qué")


def test_ten_are_the_fewest():
    with pytest.raises(InvalidFile, match="has 1 example") as error:
        read_preferences(lines(preference("hola", "sí", "no")))
    assert error.value.code == "invalid_n_examples"


GOOD = preference("hola", "sí", "no")
ANSWER = GOOD["preferred_output"]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"input": None}, 'called "input"'),
        ({"input": {"messages": []}}, "input.messages"),
        ({"input": {"messages": ANSWER}}, "end with an answer"),
        ({"input": GOOD["input"] | {"tools": [{}]}}, "tools"),
        ({"preferred_output": []}, "preferred_output"),
        ({"preferred_output": ANSWER * 2}, "one message"),
        ({"preferred_output": GOOD["input"]["messages"]}, "one message"),
        ({"non_preferred_output": [{"role": "assistant", "content": " "}]}, "not empty"),
        ({"non_preferred_output": ANSWER}, "the same"),
    ],
)
def test_names_the_line_and_what_is_wrong_with_it(fault, words):
    with pytest.raises(InvalidFile, match=rf"Line 2.*{words}"):
        read_preferences(lines(GOOD, GOOD | fault), fewest=1)
