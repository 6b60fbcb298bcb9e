import array
import base64
import json
import math

import pytest
from openai import BadRequestError, NotFoundError

pytestmark = pytest.mark.models


def embed(client, *texts, model="e5-query", **options):
    """As numbers: that is all the client's strict mode takes."""
    options = {"encoding_format": "float"} | options
    answer = client.embeddings.create(model=model, input=list(texts), **options)
    return [it.embedding for it in answer.data]


def likeness(one, other):
    return sum(a * b for a, b in zip(one, other, strict=True))


def test_vectors_have_length_one_and_384_numbers(client):
    [vector] = embed(client, "¿Cuánto cuesta?")
    assert len(vector) == 384
    assert math.isclose(likeness(vector, vector), 1, abs_tol=1e-4)


def test_a_paraphrase_is_nearer_than_something_else(client):
    question, paraphrase, other = embed(
        client,
        "¿Cuánto cuesta el camarón?",
        "¿Qué precio tienen los camarones?",
        "¿A qué hora abre la tienda?",
    )
    assert likeness(question, paraphrase) > likeness(question, other) + 0.02


def test_the_models_name_chooses_the_prefix(client):
    assert embed(client, "hola") != embed(client, "hola", model="e5-passage")


def test_many_texts_keep_their_order(client):
    texts = [f"texto número {n}" for n in range(20)]
    vectors = embed(client, *texts)
    [alone] = embed(client, texts[13])
    nearest = max(range(20), key=lambda n: likeness(vectors[n], alone))
    assert nearest == 13


def test_base64_holds_the_same_numbers(client):
    raw = client.embeddings.with_raw_response.create(
        model="e5-query", input="hola", encoding_format="base64"
    )
    [item] = json.loads(raw.text)["data"]
    [numbers] = embed(client, "hola")
    assert array.array("f", base64.b64decode(item["embedding"])).tolist() == numbers


def test_the_client_reads_what_it_asks_for_by_itself(server, openai_of):
    lenient = openai_of(server, _strict_response_validation=False)
    [item] = lenient.embeddings.create(model="e5-query", input="hola").data
    assert [item.embedding] == embed(lenient, "hola")


def test_counts_tokens(client):
    answer = client.embeddings.create(
        model="e5-query", input=["hola", "adiós"], encoding_format="float"
    )
    assert answer.model == "e5-query"
    assert answer.usage.prompt_tokens == answer.usage.total_tokens > 2


@pytest.mark.parametrize("texts", [[], [""], [[1, 2]], [5]])
def test_what_is_no_text_is_refused(client, texts):
    with pytest.raises(BadRequestError) as error:
        client.embeddings.create(model="e5-query", input=texts)
    assert error.value.param == "input"


@pytest.mark.parametrize(
    ("options", "param"),
    [({"dimensions": 100}, "dimensions"), ({"encoding_format": "hex"}, "encoding_format")],
)
def test_what_is_not_offered_is_refused_and_named(client, options, param):
    with pytest.raises(BadRequestError) as error:
        embed(client, "hola", **options)
    assert error.value.param == param


def test_an_unknown_model_is_refused(client):
    with pytest.raises(NotFoundError):
        embed(client, "hola", model="text-embedding-3-small")
