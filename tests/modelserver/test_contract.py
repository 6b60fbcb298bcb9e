"""One contract for every provider: what the product relies on, asked of this server and of OpenAI.

The client checks each answer against its own types. OpenAI is asked where ``OPENAI_API_KEY`` is
set (a few cents: the one job is cancelled at once); ``CONTRACT_CHAT_MODEL``,
``CONTRACT_BASE_MODEL`` and ``CONTRACT_EMBEDDING_MODEL`` name other models of it.
"""

import json
import os
import secrets
from typing import NamedTuple

import pytest
from openai import APIStatusError, AuthenticationError, BadRequestError, NotFoundError, OpenAI

from tests.modelserver.server import BASE, Server, lines_of, sales, upload

pytestmark = pytest.mark.models

QUESTION = [{"role": "user", "content": "Say the word yes."}]


class Service(NamedTuple):
    client: OpenAI
    chat: str
    base: str
    embedding: str


@pytest.fixture(scope="module", params=["modelserver", "openai"])
def service(request, tmp_path_factory):
    if request.param == "modelserver":
        with Server(tmp_path_factory.mktemp("contract")) as server, server.client() as client:
            yield Service(client, BASE, BASE, "e5-query")
        return
    if not os.environ.get("OPENAI_API_KEY"):
        pytest.skip("OPENAI_API_KEY is not set: only this server was asked.")
    with OpenAI(max_retries=0, timeout=120, _strict_response_validation=True) as client:
        yield Service(
            client,
            os.environ.get("CONTRACT_CHAT_MODEL", "gpt-4.1-mini"),
            os.environ.get("CONTRACT_BASE_MODEL", "gpt-4.1-mini-2025-04-14"),
            os.environ.get("CONTRACT_EMBEDDING_MODEL", "text-embedding-3-small"),
        )


@pytest.fixture
def ask(service):
    def ask(**options):
        defaults = {"model": service.chat, "messages": QUESTION, "max_completion_tokens": 16}
        return service.client.chat.completions.create(**defaults | {"temperature": 0} | options)

    return ask


@pytest.fixture
def training_file(service):
    made = upload(service.client, sales(12), f"{secrets.token_hex(8)}.jsonl")
    yield made
    service.client.files.delete(made.id)


def test_a_file_is_kept_listed_read_and_deleted(service):
    files, name = service.client.files, f"{secrets.token_hex(8)}.jsonl"
    made = upload(service.client, sales(12), name)
    assert (made.object, made.purpose, made.filename) == ("file", "fine-tune", name)
    assert made.bytes == len(lines_of(sales(12)))
    assert made.id in {it.id for it in files.list(purpose="fine-tune", limit=100)}
    assert files.content(made.id).content == lines_of(sales(12))
    assert files.delete(made.id).deleted
    with pytest.raises(NotFoundError):
        files.retrieve(made.id)


def test_a_job_is_found_by_its_metadata_followed_and_cancelled(service, training_file):
    jobs, key = service.client.fine_tuning.jobs, secrets.token_hex(8)
    made = jobs.create(
        model=service.base,
        training_file=training_file.id,
        method={"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 1}}},
        metadata={"run_key": key},
        suffix="contract",
        seed=7,
    )
    try:
        assert (made.object, made.seed, made.metadata) == ("fine_tuning.job", 7, {"run_key": key})
        assert made.fine_tuned_model is None
        assert [it.id for it in jobs.list(metadata={"run_key": key})] == [made.id]
        assert jobs.retrieve(made.id).training_file == training_file.id
        assert jobs.list_events(made.id, limit=1).data[0].object == "fine_tuning.job.event"
        assert list(jobs.checkpoints.list(made.id)) == []
    finally:
        assert jobs.cancel(made.id).status == "cancelled"
    with pytest.raises(BadRequestError):
        jobs.cancel(made.id)


def test_a_job_without_its_file_or_model_is_refused(service, training_file):
    create = service.client.fine_tuning.jobs.create
    with pytest.raises(APIStatusError) as error:
        create(model=service.base, training_file="file-thatisnotthere")
    assert (400 <= error.value.status_code < 500, error.value.param) == (True, "training_file")
    with pytest.raises(APIStatusError) as error:
        create(model="no-such-model", training_file=training_file.id)
    assert (400 <= error.value.status_code < 500, error.value.param) == (True, "model")


def test_models_are_listed_one_by_one_and_by_name(service):
    assert service.chat in {it.id for it in service.client.models.list()}
    assert service.client.models.retrieve(service.chat).object == "model"
    with pytest.raises(NotFoundError) as error:
        service.client.models.retrieve("no-such-model")
    assert error.value.code == "model_not_found"


def test_an_answer_counts_its_tokens_and_says_why_it_ended(ask):
    answer = ask(max_completion_tokens=2)
    assert (answer.object, answer.choices[0].finish_reason) == ("chat.completion", "length")
    assert answer.usage.completion_tokens == 2
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + 2


def test_an_answer_stops_before_the_word_it_is_told(ask):
    whole = ask().choices[0].message.content
    answer = ask(stop=[whole[0]]).choices[0]
    assert (answer.message.content, answer.finish_reason) == ("", "stop")


def test_a_stream_ends_with_its_usage(ask):
    chunks = list(ask(stream=True, stream_options={"include_usage": True}))
    assert "".join(it.choices[0].delta.content or "" for it in chunks if it.choices)
    assert {it.object for it in chunks} == {"chat.completion.chunk"}
    assert [it.choices[0].finish_reason for it in chunks if it.choices][-1] in {"stop", "length"}
    assert chunks[-1].choices == []
    assert chunks[-1].usage.total_tokens > 0


def test_an_answer_has_the_shape_of_its_schema(ask):
    schema = {
        "type": "object",
        "properties": {"word": {"type": "string", "enum": ["yes", "no"]}},
        "required": ["word"],
        "additionalProperties": False,
    }
    named = {"name": "answer", "strict": True, "schema": schema}
    wanted = {"type": "json_schema", "json_schema": named}
    answer = ask(response_format=wanted, max_completion_tokens=64)
    assert json.loads(answer.choices[0].message.content)["word"] in {"yes", "no"}


def test_an_answer_says_how_likely_its_tokens_were(ask):
    [token, *_more] = ask(logprobs=True, top_logprobs=2).choices[0].logprobs.content
    assert token.logprob <= 0
    assert len(token.top_logprobs) == 2
    assert bytes(token.bytes).decode() == token.token


@pytest.mark.parametrize(
    ("options", "param"),
    [({"temperature": 3}, "temperature"), ({"messages": []}, "messages")],
)
def test_what_cannot_be_asked_is_refused_and_named(ask, options, param):
    with pytest.raises(BadRequestError) as error:
        ask(**options)
    assert (error.value.type, error.value.param) == ("invalid_request_error", param)


def test_texts_have_vectors_in_their_order(service):
    answer = service.client.embeddings.create(
        model=service.embedding, input=["uno", "dos", "uno"], encoding_format="float"
    )
    first, second, third = (it.embedding for it in answer.data)
    assert [it.index for it in answer.data] == [0, 1, 2]
    assert first == pytest.approx(third, abs=1e-3)
    assert first != pytest.approx(second, abs=1e-3)
    assert answer.usage.total_tokens > 0


def test_a_stranger_is_refused(service):
    stranger = service.client.with_options(api_key="another")
    with pytest.raises(AuthenticationError) as error:
        stranger.models.list()
    assert error.value.code == "invalid_api_key"
