"""Where only a model for demonstration would answer, the passage answers, word for word."""

import pytest

from conversations import embedding
from finetune import activation
from finetune.models import TrainedModel
from rag import documents, indexing, spaces
from rag.assistant import answer
from rag.models import SearchTuning
from tests.factories import a_conversation, a_domain, a_user
from tests.fakes import a_completion, a_model
from tests.finetune.fake_training import FakeTraining
from tests.finetune.makers import a_trained_model, examples

pytestmark = pytest.mark.django_db

CHAT = "POST /chat/completions"
HOURS = "La oficina abre de lunes a viernes a las nueve."
TEXT = f"Somos una cooperativa de ahorro. {HOURS} Tenemos café."
QUESTION = "¿Cuándo abre la oficina?"


@pytest.fixture
def domain(provider):
    """A domain with a document, in which a model for demonstration answers."""
    provider.replies[CHAT] = 200, a_completion("Preguntas: ¿Para")
    provider.replies["GET /models/base-model"] = 200, a_model("base-model", demonstration=True)
    domain = a_domain(base_model="base-model")
    indexing.index(documents.add_text(domain, title="Horario", text=TEXT, by="ana"))
    SearchTuning.objects.create(domain=domain, embedding_model=spaces.active().model, threshold=0)
    return domain


def test_the_sentences_that_fit_are_served_and_cited(domain, provider):
    reply = answer(domain, QUESTION, by=a_user())
    assert (reply.source, reply.text) == ("passage", f"{HOURS} [1]")
    assert [(it.title, it.cited) for it in reply.sources] == [("Horario", True)]
    assert not provider.sent(CHAT)


def test_any_other_model_answers_itself(domain, provider):
    provider.replies["GET /models/base-model"] = 200, a_model("base-model")
    assert answer(domain, QUESTION, by=a_user()).source == "model"


@pytest.mark.parametrize("demonstration", [True, False])
def test_the_model_in_service_is_the_one_that_counts(domain, provider, demonstration):
    examples(domain, 12)
    model = a_trained_model(domain, FakeTraining(provider))
    TrainedModel.objects.filter(pk=model.pk).update(demonstration=demonstration)
    activation.activate(model, by="ana", reason="De prueba.")
    reply = answer(domain, QUESTION, by=a_user())
    assert reply.source == ("passage" if demonstration else "model")


def test_without_a_passage_it_answers(domain):
    assert answer(domain, QUESTION, by=a_user(), documents=False).source == "model"


def test_with_an_approved_answer_near_it_is_shown_that_and_answers(domain):
    for text in ("¿Cuándo abre la oficina hoy?", "¿Cuándo abre la oficina norte?"):
        a_conversation(domain, stars=5, question=text, answer=f"{text} A las diez.")
    embedding.fill(limit=10)
    domain.reuse_similarity, domain.reuse_margin = 0.3, 1
    assert answer(domain, QUESTION, by=a_user()).source == "model"


def test_a_domain_may_let_it_answer(domain):
    domain.texts["demonstration_answers"] = True
    assert answer(domain, QUESTION, by=a_user()).source == "model"


def test_the_bare_base_is_tried_as_it_is(domain):
    reply = answer(domain, QUESTION, by=a_user(), variant="base", keep=False)
    assert reply.source == "model"
