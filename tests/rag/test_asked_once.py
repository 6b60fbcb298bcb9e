"""An answer reads each text once, and asks for the question's vector once."""

import pytest

from conversations import embedding
from conversations.models import Conversation
from rag import documents, indexing, spaces
from rag.assistant import answer
from rag.models import SearchTuning
from tests.factories import a_conversation, a_domain, a_person, a_user
from tests.fakes import a_completion

pytestmark = pytest.mark.django_db

EMBED, CHAT = "POST /embeddings", "POST /chat/completions"
HOURS = "La oficina abre de lunes a viernes a las nueve."
QUESTION = "¿A qué hora abre la oficina? Soy ana@example.com."
read = []


def reader(text):
    """A recogniser of names that finds none, and remembers what it was given."""
    read.append(text)
    return []


@pytest.fixture
def domain(provider):
    """A domain with a document about what is asked, and an approved answer near it."""
    provider.replies[CHAT] = 200, a_completion("Abre a las nueve [1].")
    domain = a_domain(base_model="base-model")
    document = documents.add_text(domain, title="Horario", text=HOURS, by="ana")
    indexing.index(document)
    SearchTuning.objects.create(domain=domain, embedding_model=spaces.active().model, threshold=0)
    a_conversation(domain, stars=5, question="la oficina acepta tarjetas", answer="Todas.")
    embedding.fill(limit=10)
    provider.requests.clear()
    return domain


@pytest.fixture
def texts_read(settings):
    settings.NAME_RECOGNISER = f"{__name__}.reader"
    read.clear()
    return read


def test_examples_and_passages_are_looked_up_with_one_vector(domain, provider):
    reply = answer(domain, QUESTION, by=a_user())
    assert reply.examples
    assert reply.sources
    assert len(provider.sent(EMBED)) == 1


def test_an_embedder_that_is_down_is_waited_for_once(domain, provider):
    provider.replies[EMBED] = 503, {}
    assert answer(domain, QUESTION, by=a_user()).sources  # by its words
    assert len(provider.sent(EMBED)) == 1


def test_passages_of_another_embedder_are_asked_of_it(domain, provider, settings):
    other = provider.as_provider(embedding_model="another-embedder")
    settings.LLM_PROVIDERS = settings.LLM_PROVIDERS | {"other": other}
    settings.LLM_EMBEDDER = "other"
    answer(domain, QUESTION, by=a_user())
    asked = [it["model"] for it in provider.sent(EMBED)]
    assert asked == ["another-embedder", "test-embedder"]


def test_question_and_answer_are_read_for_personal_data_once(domain, texts_read):
    reply = answer(domain, QUESTION, person=a_person(domain, consents=True))
    assert "ana@example.com" not in Conversation.objects.get(pk=reply.conversation.pk).question
    told = [it for it in texts_read if "oficina" in it or "nueve" in it]
    assert len(told) == len(set(told)) == 2
