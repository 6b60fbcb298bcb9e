"""Answers that stand on documents: cited, not made up, and there without a model."""

import pytest

from conversations import embedding
from conversations.models import Conversation
from finetune import activation
from rag import dialogues, documents, indexing, spaces
from rag.assistant import answer, stream
from rag.models import Audience, DictionaryTerm, SearchTuning, Turn
from tests.factories import a_conversation, a_domain, a_person, a_user
from tests.fakes import a_completion, a_stream
from tests.finetune.fake_training import FakeTraining
from tests.finetune.makers import a_trained_model, examples

pytestmark = pytest.mark.django_db

CHAT = "POST /chat/completions"
HOURS = "La oficina abre de lunes a viernes a las nueve."
TERMS = "El préstamo personal se paga en doce cuotas mensuales."


def a_document(domain, text, **fields):
    document = documents.add_text(domain, title=text[:20], text=text, by="ana", **fields)
    indexing.index(document)
    return document


@pytest.fixture
def domain(provider):
    provider.replies[CHAT] = 200, a_completion("Abre a las nueve [1].")
    domain = a_domain(chunks=2, base_model="base-model")
    a_document(domain, HOURS)
    a_document(domain, TERMS)
    model = spaces.active().model
    SearchTuning.objects.create(domain=domain, embedding_model=model, threshold=0.2)
    return domain


def told(provider):
    return provider.sent(CHAT)[-1]["messages"]


def steps(reply):
    return [it["step"] for it in Turn.objects.get(pk=reply.turn.pk).steps]


def test_the_passages_found_are_shown_as_data_and_the_one_used_is_cited(domain, provider):
    reply = answer(domain, "¿A qué hora abre la oficina?", by=a_user())
    assert HOURS in told(provider)[-1]["content"]
    assert told(provider)[-1]["content"].endswith("Pregunta: ¿A qué hora abre la oficina?")
    assert reply.text == "Abre a las nueve [1]."
    (cited,) = [it for it in reply.sources if it.cited]
    assert (cited.number, cited.title) == (1, HOURS[:20])


def test_a_number_of_no_passage_is_taken_from_the_answer(domain, provider):
    provider.replies[CHAT] = 200, a_completion("Abre a las nueve [7].")
    assert answer(domain, "¿A qué hora abre la oficina?", by=a_user()).text == "Abre a las nueve."


def test_the_exchange_tells_the_documents_and_the_passages_that_were_used(domain):
    reply = answer(domain, "¿A qué hora abre la oficina?", by=a_user())
    row = Conversation.objects.get(pk=reply.conversation.pk)
    assert row.documents.split(",")[0] == str(reply.sources[0].document_id)
    assert row.context.startswith(f"trozos: {reply.sources[0].chunk_id}")
    assert set(row.turn.chunks.values_list("pk", flat=True)) == {
        it.chunk_id for it in reply.sources
    }


def test_what_no_document_tells_is_not_known_and_no_model_is_asked(domain, provider):
    reply = answer(domain, "xilófono zanahoria", by=a_user())
    assert reply.source == "unknown"
    assert "No encuentro" in reply.text
    assert not provider.sent(CHAT)


def test_a_customers_question_that_is_not_known_is_kept_unanswered(domain):
    reply = answer(domain, "xilófono zanahoria", person=a_person(domain, consents=True))
    assert (reply.conversation.question, reply.conversation.answer) == ("xilófono zanahoria", "")


def test_the_domain_says_it_in_its_words_or_lets_the_model_answer(domain):
    domain.texts = {"unknown": "Eso no lo sé."}
    assert answer(domain, "xilófono zanahoria", by=a_user()).text == "Eso no lo sé."
    domain.texts = {"unknown": ""}
    assert answer(domain, "xilófono zanahoria", by=a_user()).source == "model"


@pytest.mark.parametrize("greeting", ["¡Hola!", "Buenos días", "ok"])
def test_a_greeting_needs_no_document(domain, greeting):
    assert answer(domain, greeting, by=a_user()).source == "model"


def test_documents_of_staff_are_not_shown_to_customers(domain, provider):
    secret = "El margen del préstamo personal es del cuarenta por ciento."
    a_document(domain, secret, audience=Audience.STAFF)
    question = "¿Cuál es el margen del préstamo personal?"
    answer(domain, question, person=a_person(domain))
    assert secret not in str(provider.sent(CHAT))
    answer(domain, question, by=a_user("admin", domain=domain))
    assert secret in told(provider)[-1]["content"]


def test_words_of_the_dictionary_go_along_where_the_question_touches_them(domain, provider):
    DictionaryTerm.objects.create(domain=domain, word="cuota", definition="Pago de cada mes.")
    answer(domain, "el préstamo personal se paga en cuotas", by=a_user())
    assert "Pago de cada mes." in told(provider)[-1]["content"]
    answer(domain, "¿A qué hora abre la oficina?", by=a_user())
    assert "Pago de cada mes." not in told(provider)[-1]["content"]


def test_a_prompt_with_a_place_for_documents_has_them_there(domain, provider):
    domain.write_prompt("Eres útil. Sabes esto: {contexto_documentos}", by="ana")
    answer(domain, "¿A qué hora abre la oficina?", by=a_user())
    assert HOURS in told(provider)[0]["content"]
    assert told(provider)[-1]["content"] == "¿A qué hora abre la oficina?"


def test_what_follows_is_looked_up_after_what_was_asked_before(domain, provider):
    person = a_person(domain)
    answer(domain, "¿A qué hora abre la oficina?", person=person)
    reply = answer(domain, "¿seguro?", person=person)
    assert reply.sources
    assert "¿A qué hora abre la oficina?" in [it["content"] for it in told(provider)]


def test_what_was_said_is_forgotten_with_its_dialogue(domain, provider):
    person = a_person(domain)
    answer(domain, "¿A qué hora abre la oficina?", person=person)
    dialogues.close(dialogues.opened(person, "chat"))
    answer(domain, "¿Cuántas cuotas son?", person=person)
    assert "oficina" not in str([it["content"] for it in told(provider)][1:-1])


def test_nothing_that_a_person_writes_is_stored_in_words(domain):
    person = a_person(domain)
    answer(domain, "¿A qué hora abre la oficina de Xyzzy?", person=person)
    dialogue = dialogues.opened(person, "chat")
    assert "Xyzzy" not in dialogue.sealed
    assert "Xyzzy" not in str(Turn.objects.values())
    assert not Conversation.objects.filter(person=person).exists()


# --- when models are down -------------------------------------------------------------------------


@pytest.fixture
def down(provider):
    provider.replies[CHAT] = 503, {"error": {"message": "busy"}}


def test_without_a_model_the_best_passage_is_served_word_for_word(domain, down):
    reply = answer(domain, "¿A qué hora abre la oficina?", by=a_user())
    assert (reply.source, reply.text) == ("passage", f"{HOURS} [1]")
    assert [it.cited for it in reply.sources] == [True]
    assert steps(reply) == ["masks", "looked_up", "failed", "reply", "saved"]


def test_without_a_model_an_approved_answer_comes_first(domain, down):
    for text in ("A las nueve.", "A las diez."):  # two: neither is served as it is
        a_conversation(domain, stars=5, question="a qué hora abre la oficina", answer=text)
    embedding.fill(limit=10)
    reply = answer(domain, "a qué hora abre la oficina", by=a_user())
    assert reply.source == "approved"
    assert "failed" in steps(reply)


def test_without_anything_a_person_gets_an_apology(down):
    domain = a_domain(texts={"sorry": "Vuelva luego."})
    reply = answer(domain, "¿A qué hora abre la oficina?", person=a_person(domain))
    assert (reply.source, reply.text) == ("sorry", "Vuelva luego.")
    assert Turn.objects.get(pk=reply.turn.pk).failed


def test_the_model_before_answers_for_one_that_is_down(domain, provider):
    domain.texts = {"demonstration_answers": True}
    examples(domain, 12)
    trainer = FakeTraining(provider)
    for number, name in enumerate(("ft:before", "ft:now"), 1):
        model = a_trained_model(domain, trainer, name=name, epochs=number)
        activation.activate(model, by="ana", reason="De prueba.")

    def only_the_one_before(sent):
        if sent["model"] == "ft:now":
            return 503, {"error": {"message": "loading"}}
        return 200, a_completion("Aquí sigo.", model=sent["model"])

    provider.replies[CHAT] = only_the_one_before
    reply = answer(domain, "¿A qué hora abre la oficina?", by=a_user())
    assert (reply.text, reply.model) == ("Aquí sigo.", "ft:before")
    assert activation.active(domain).name == "ft:now"
    assert reply.turn.trained_model.name == "ft:before"
    (failed,) = [it for it in reply.turn.steps if it["step"] == "failed"]
    assert failed["model"] == "ft:now"


def test_a_provider_that_nobody_reaches_is_not_asked_again_for_its_other_models(
    domain, provider, settings
):
    domain.texts = {"demonstration_answers": True}
    examples(domain, 12)
    trainer = FakeTraining(provider)
    model = a_trained_model(domain, trainer, name="ft:far")
    activation.activate(model, by="ana", reason="De prueba.")
    settings.LLM_PROVIDERS = {"local": provider.as_provider(base_url="http://127.0.0.1:9/v1")}
    settings.LLM_EMBEDDER = "local"
    reply = answer(domain, "¿A qué hora abre la oficina?", by=a_user())
    assert reply.source == "passage"  # by its words: the embedder is away, too
    assert steps(reply).count("failed") == 1


# --- word by word ---------------------------------------------------------------------------------


def test_a_stream_gives_the_words_as_they_come_and_the_answer_at_the_end(domain, provider):
    words = [f"palabra{n} " for n in range(40)]
    provider.replies[CHAT] = 200, a_stream(words, tokens=50)
    *pieces, reply = stream(domain, "¿A qué hora abre la oficina?", by=a_user())
    assert len(pieces) > 5
    assert "".join(pieces).strip() == reply.text == "".join(words).strip()
    assert (reply.tokens, reply.turn.tokens) == (50, 50)
    assert provider.sent(CHAT)[-1]["stream"] is True


def test_a_stream_that_breaks_is_an_answer_all_the_same(domain, provider):
    provider.replies[CHAT] = 200, a_stream([f"palabra{n} " for n in range(40)], ends=False)
    *_, reply = stream(domain, "¿A qué hora abre la oficina?", by=a_user())
    assert reply.source == "passage"


def test_who_hangs_up_has_spent_what_was_held_for_the_answer(domain, provider):
    provider.replies[CHAT] = 200, a_stream([f"palabra{n} " for n in range(40)])
    said = stream(domain, "¿A qué hora abre la oficina?", by=a_user())
    next(said)
    said.close()
    turn = Turn.objects.get()
    assert turn.failed
    assert turn.tokens > 500
