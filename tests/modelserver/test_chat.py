import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest
from openai import BadRequestError, NotFoundError

from tests.modelserver.server import BASE, wait_until

pytestmark = pytest.mark.models

GREETING = [{"role": "user", "content": "Hola, ¿qué tal?"}]
INTENT = {
    "type": "json_schema",
    "json_schema": {
        "name": "intent",
        "strict": True,
        "schema": {
            "type": "object",
            "properties": {"intent": {"type": "string", "enum": ["precio", "envio", "otro"]}},
            "required": ["intent"],
            "additionalProperties": False,
        },
    },
}


def ask(client, messages=GREETING, **options):
    options = {"model": BASE, "max_tokens": 8, "temperature": 0, "seed": 1} | options
    return client.chat.completions.create(messages=messages, **options)


def test_answers_and_counts_tokens(client):
    answer = ask(client)
    assert answer.model == BASE
    assert answer.choices[0].message.role == "assistant"
    assert answer.choices[0].message.content
    assert answer.usage.total_tokens == (
        answer.usage.prompt_tokens + answer.usage.completion_tokens
    )


def test_the_same_question_and_seed_have_the_same_answer(client):
    first, second = (ask(client, temperature=1, seed=5) for _ in range(2))
    assert first.choices[0].message.content == second.choices[0].message.content


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_the_length_of_an_answer_is_limited(client, name):
    answer = ask(client, **({"max_tokens": None} | {name: 3}))
    assert answer.usage.completion_tokens == 3
    assert answer.choices[0].finish_reason == "length"


def test_stops_where_it_is_told(client):
    whole = ask(client, max_tokens=20).choices[0].message.content
    word = whole.split()[1]
    cut = ask(client, max_tokens=20, stop=[word]).choices[0]
    assert word not in cut.message.content
    assert cut.finish_reason == "stop"


def test_a_stream_says_the_same_as_a_whole_answer(client):
    whole = ask(client).choices[0].message.content
    chunks = list(ask(client, stream=True, stream_options={"include_usage": True}))
    said = "".join(it.choices[0].delta.content or "" for it in chunks if it.choices)
    assert said == whole
    assert chunks[-1].usage.completion_tokens == 8
    assert {it.model for it in chunks} == {BASE}


def test_a_reader_who_leaves_a_stream_blocks_nobody(client):
    for _ in range(3):
        with ask(client, stream=True, max_tokens=500) as stream:
            next(iter(stream))
    assert ask(client).choices


def test_answers_by_a_schema(client):
    for question in ("¿Cuánto cuesta?", "¿Envían a La Vega?"):
        messages = [{"role": "user", "content": question}]
        answer = ask(client, messages, response_format=INTENT, max_tokens=40)
        found = json.loads(answer.choices[0].message.content)
        assert found.keys() == {"intent"}
        assert found["intent"] in {"precio", "envio", "otro"}


def test_answers_with_an_object_when_asked_for_json(client):
    answer = ask(client, response_format={"type": "json_object"}, max_tokens=30)
    assert answer.choices[0].message.content.lstrip().startswith("{")


def test_says_how_likely_each_token_was(client):
    [choice] = ask(client, logprobs=True, top_logprobs=3).choices
    assert "".join(it.token for it in choice.logprobs.content) == choice.message.content
    for token in choice.logprobs.content:
        assert len(token.top_logprobs) == 3
        assert token.logprob <= 0
        # The likeliest is the one that was taken, as nothing is left to chance.
        assert token.logprob == token.top_logprobs[0].logprob
    assert ask(client).choices[0].logprobs is None


def test_a_stream_says_how_likely_each_token_was(client):
    chunks = [it.choices[0] for it in ask(client, stream=True, logprobs=True, top_logprobs=2)]
    told = [token.token for it in chunks if it.logprobs for token in it.logprobs.content]
    assert "".join(told) == ask(client).choices[0].message.content


def test_a_token_that_is_forbidden_is_not_said(client):
    first = ask(client, logprobs=True, max_tokens=1).choices[0].logprobs.content[0]
    bias = {str(first.model_extra["id"]): -100}
    assert ask(client, max_tokens=1, logit_bias=bias).choices[0].message.content != first.token


def test_a_text_in_parts_is_a_text(client):
    parts = [{"type": "text", "text": "Hola, ¿qué tal?"}]
    in_parts = ask(client, [{"role": "user", "content": parts}])
    assert in_parts.choices[0].message.content == ask(client).choices[0].message.content


def test_several_questions_at_once_are_answered_one_by_one(client):
    with ThreadPoolExecutor(4) as people:
        answers = list(people.map(lambda _: ask(client), range(4)))
    assert len({it.choices[0].message.content for it in answers}) == 1


def test_an_unknown_model_is_refused(client):
    with pytest.raises(NotFoundError) as error:
        ask(client, model="ft:nothing:local::1")
    assert (error.value.code, error.value.param) == ("model_not_found", "model")


@pytest.mark.parametrize(
    ("options", "param"),
    [
        ({"messages": []}, "messages"),
        ({"model": "e5-query"}, "model"),
        ({"n": 2}, "n"),
        ({"tools": [{"type": "function", "function": {"name": "x"}}]}, "tools"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content"),
        ({"temperature": 3}, "temperature"),
        ({"temperature": "hot"}, "temperature"),
        ({"top_p": -0.1}, "top_p"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": 1.5}, "max_tokens"),
        ({"seed": True}, "seed"),
        ({"stop": ["a", "b", "c", "d", "e"]}, "stop"),
        ({"stop": ""}, "stop"),
        ({"logprobs": 2}, "logprobs"),
        ({"logprobs": True, "top_logprobs": 21}, "top_logprobs"),
        ({"top_logprobs": 2}, "top_logprobs"),
        ({"stream_options": {"include_usage": True}}, "stream_options"),
        ({"logit_bias": {"5": 101}}, "logit_bias"),
        ({"response_format": {"type": "xml"}}, "response_format"),
        ({"response_format": {"type": "json_schema"}}, "response_format"),
        (
            {
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "x", "schema": {"type": "nonsense"}},
                }
            },
            "response_format",
        ),
        ({"extra_body": {"colour": "red"}}, "colour"),
        ({"messages": [{"role": "user", "content": "hola " * 3000}]}, "messages"),
    ],
)
def test_what_cannot_be_answered_is_refused_and_named(client, options, param):
    with pytest.raises(BadRequestError) as error:
        ask(client, **options)
    assert error.value.param == param


def test_a_refused_stream_is_an_error_and_no_stream(client):
    with pytest.raises(BadRequestError):
        ask(client, [{"role": "user", "content": "hola " * 3000}], stream=True)


def test_a_crash_of_the_native_library_leaves_the_server_standing(own_server, openai_of):
    client = openai_of(own_server)
    before = ask(client).choices[0].message.content
    [child] = own_server.children()
    os.kill(child, signal.SIGSEGV)
    wait_until(lambda: child not in own_server.children())
    assert ask(client).choices[0].message.content == before
