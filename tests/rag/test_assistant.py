import pytest

from conversations import consent, embedding
from conversations.models import Conversation
from core.errors import ModelUnavailable
from finetune import activation
from rag.assistant import answer
from tests.factories import a_conversation, a_domain, a_user
from tests.fakes import a_completion
from tests.finetune.fake_training import FakeTraining
from tests.finetune.makers import a_trained_model, examples

pytestmark = pytest.mark.django_db

CHAT = "POST /chat/completions"


@pytest.fixture
def domain():
    return a_domain()


@pytest.fixture
def approved(domain, provider):
    """Three approved exchanges with their vectors; the fake embedder compares words."""
    provider.replies[CHAT] = 200, a_completion("Contesta el modelo.")
    texts = [
        ("qué horario tiene la oficina", "De nueve a cinco."),
        ("qué interés cobra un préstamo", "El doce por ciento."),
        ("cómo pago la cuota en línea", "En la página, con su tarjeta."),
    ]
    rows = [a_conversation(domain, stars=5, question=q, answer=a) for q, a in texts]
    embedding.fill(limit=10)
    return rows


@pytest.fixture
def tuned(domain, approved, provider):
    """A trained model that answers in the domain."""
    examples(domain, 12)
    domain.base_model = "base-model"
    domain.save()
    model = a_trained_model(domain, FakeTraining(provider))
    activation.activate(model, by="ana", reason="De prueba.")
    return model


def asked(provider):
    return provider.sent(CHAT)[-1]["messages"]


def test_model_is_shown_the_prompt_the_nearest_examples_and_the_question(
    domain, approved, provider
):
    domain.examples = 1
    reply = answer(domain, "a qué horario abre la oficina hoy", by=a_user())
    assert (reply.source, reply.text) == ("model", "Contesta el modelo.")
    assert [turn["content"] for turn in asked(provider)] == [
        "Eres un asistente útil.",
        "qué horario tiene la oficina",
        "De nueve a cinco.",
        "a qué horario abre la oficina hoy",
    ]


def test_same_question_is_served_with_its_approved_answer_and_says_so(domain, approved, provider):
    reply = answer(domain, "qué horario tiene la oficina", by=a_user())
    assert (reply.source, reply.text) == ("approved", "De nueve a cinco.")
    assert not provider.sent(CHAT)
    assert reply.conversation.model == "respuesta aprobada"


def test_two_near_questions_with_different_answers_are_left_to_the_model(domain, approved):
    a_conversation(
        domain, stars=5, question="qué horario tiene la oficina", answer="Solo los lunes."
    )
    embedding.fill(limit=10)
    assert answer(domain, "qué horario tiene la oficina", by=a_user()).source == "model"


def test_base_variant_sees_no_examples(domain, approved, provider):
    answer(domain, "qué horario tiene la oficina", by=a_user(), variant="base", keep=False)
    assert [turn["role"] for turn in asked(provider)] == ["system", "user"]


def test_unrated_and_badly_rated_exchanges_are_not_examples(domain, provider):
    provider.replies[CHAT] = 200, a_completion("x")
    a_conversation(domain, question="qué horario tiene la oficina", answer="A")
    a_conversation(domain, stars=3, question="qué horario tiene hoy la oficina", answer="B")
    embedding.fill(limit=10)
    assert answer(domain, "qué horario tiene la oficina", by=a_user()).examples == ()


def test_examples_of_another_domain_are_not_seen(approved, provider):
    other = a_domain("tienda")
    assert answer(other, "qué horario tiene la oficina", by=a_user()).examples == ()


def test_exchange_is_kept_anonymised_with_what_it_took(domain, approved, provider):
    reply = answer(domain, "mi correo es ana@example.com, ¿qué piden?", by=a_user())
    row = Conversation.objects.get(pk=reply.conversation.pk)
    assert "ana@example.com" not in row.question
    assert "ana@example.com" not in str(provider.requests)
    assert (row.origin, row.model, row.tokens) == ("staff", "base-model", 7)


def test_person_without_consent_is_answered_and_not_kept(domain, approved):
    person = consent.person_known_as("593999999999", domain=domain)
    before = Conversation.objects.count()
    reply = answer(domain, "¿cuánto demora?", person=person)
    assert reply.text == "Contesta el modelo."
    assert reply.conversation is None
    assert Conversation.objects.count() == before


def test_person_with_consent_waits_as_captured(domain, approved):
    person = consent.person_known_as("593999999999", domain=domain)
    consent.grant(person, channel="test")
    reply = answer(domain, "¿cuánto demora?", person=person)
    assert (reply.conversation.origin, reply.conversation.stage) == ("person", "captured")


def test_without_an_embedder_the_model_answers_alone(domain, approved, provider):
    provider.replies["POST /embeddings"] = 503, {}
    assert answer(domain, "qué horario tiene la oficina", by=a_user()).examples == ()


def test_provider_down_is_said_and_nothing_is_kept(domain, approved, provider):
    provider.replies[CHAT] = 503, {"error": {"message": "busy"}}
    before = Conversation.objects.count()
    reply = answer(domain, "¿cuánto demora?", by=a_user())
    assert (reply.source, reply.conversation) == ("sorry", None)
    assert "no puedo contestar" in reply.text
    assert Conversation.objects.count() == before


def test_refused_key_of_the_embedder_leaves_the_model_alone(domain, approved, provider):
    provider.replies["POST /embeddings"] = 401, {"error": {"message": "no"}}
    assert answer(domain, "qué horario tiene la oficina", by=a_user()).source == "model"


def test_model_that_says_nothing_has_failed(domain, approved, provider):
    provider.replies[CHAT] = 200, a_completion("  ")
    assert answer(domain, "¿cuánto demora?", by=a_user()).source == "sorry"


def test_a_model_that_is_tried_out_fails_as_it_does(domain, approved, provider):
    provider.replies[CHAT] = 503, {"error": {"message": "busy"}}
    with pytest.raises(ModelUnavailable):
        answer(domain, "¿cuánto demora?", by=a_user(), variant="examples", keep=False)


def test_approved_answer_too_long_for_a_small_model_is_not_shown_to_it(domain, provider):
    provider.replies[CHAT] = 200, a_completion("Contesta el modelo.")
    long = a_conversation(domain, stars=5, question="horario de la oficina", answer="x " * 2000)
    embedding.fill(limit=10)
    reply = answer(domain, "horario de la oficina de mañana y tarde", by=a_user())
    assert long.answer not in str(asked(provider))
    assert reply.text == "Contesta el modelo."


def test_tuned_model_hears_the_prompt_it_was_trained_with(domain, tuned, provider):
    domain.write_prompt("Otro prompt.", by="ana")
    answer(domain, "¿cuánto demora?", by=a_user())
    assert provider.sent(CHAT)[-1]["model"] == tuned.name
    assert asked(provider)[0]["content"] == "Eres un asistente útil."


def test_tuned_model_that_its_provider_lost_leaves_the_base_answering(domain, tuned, provider):
    def only_the_base(sent):
        lost = 404, {"error": {"message": "no such model"}}
        return lost if sent["model"] == tuned.name else (200, a_completion("Contesta la base."))

    provider.replies[CHAT] = only_the_base
    assert answer(domain, "¿cuánto demora?", by=a_user()).text == "Contesta la base."
