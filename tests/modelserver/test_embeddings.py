import math

import pytest
from openai import BadRequestError, NotFoundError

pytestmark = pytest.mark.models


def embed(client, *texts, model="e5-query", **options):
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


@pytest.mark.parametrize("form", ["float", "base64"])
def test_whatever_form_is_asked_for_numbers_come(client, form):
    assert embed(client, "hola", encoding_format=form) == embed(client, "hola")


def test_counts_tokens(client):
    answer = client.embeddings.create(model="e5-query", input=["hola", "adiós"])
    assert answer.model == "e5-query"
    assert answer.usage.prompt_tokens == answer.usage.total_tokens > 2


@pytest.mark.parametrize("texts", [[], [""], [[1, 2]], [5]])
def test_what_is_no_text_is_refused(client, texts):
    with pytest.raises(BadRequestError) as error:
        client.embeddings.create(model="e5-query", input=texts)
    assert error.value.param == "input"


def test_only_the_models_dimensions_are_offered(client):
    with pytest.raises(BadRequestError):
        embed(client, "hola", dimensions=100)


def test_an_unknown_model_is_refused(client):
    with pytest.raises(NotFoundError):
        embed(client, "hola", model="text-embedding-3-small")
