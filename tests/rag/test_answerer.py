"""How the rivals of an evaluation are asked: as in service, and the same way each time."""

import pytest

from conversations import embedding
from finetune.models import Part, Variant
from finetune.probes import EVERY
from rag import documents, indexing
from rag.answerer import answerer
from rag.models import Audience, DictionaryTerm, DocumentKind
from tests.factories import a_domain
from tests.fakes import a_completion
from tests.finetune.fake_training import FakeTraining
from tests.finetune.makers import a_trained_model, examples

pytestmark = pytest.mark.django_db

CHAT = "POST /chat/completions"
HOURS = "La oficina abre de lunes a viernes a las nueve."
ASKED = "¿A qué hora abre la oficina?"


@pytest.fixture
def domain():
    return a_domain(base_model="base-model", answer_model="base-model")


@pytest.fixture
def models(domain, provider):
    """A candidate and the model in service, trained on the same version."""
    provider.replies[CHAT] = 200, a_completion("Contesta el modelo.")
    examples(domain, 24)
    embedding.fill(limit=100)
    trainer = FakeTraining(provider)
    return [
        a_trained_model(domain, trainer, name=name, epochs=number)
        for number, name in enumerate(("ft:candidate", "ft:serving"), 1)
    ]


def asked(provider, respond, variant, question):
    respond(variant, question)
    return provider.sent(CHAT)[-1]


def test_each_variant_is_asked_of_its_own_model(models, provider):
    respond = answerer(*models)
    named = {it: asked(provider, respond, it, "¿Qué piden?")["model"] for it in Variant.values}
    assert named == {
        "base": "base-model",
        "examples": "base-model",
        "incumbent": "ft:serving",
        "tuned": "ft:candidate",
    }


def test_all_but_the_base_see_examples_and_none_of_what_was_held_out(models, provider):
    items = models[0].job.dataset.items
    held_out = set(items.filter(part=Part.VALID).values_list("question", flat=True))
    trained = set(items.filter(part=Part.TRAIN).values_list("question", flat=True))
    question, respond = min(held_out), answerer(*models)
    for variant in Variant.values:
        turns = asked(provider, respond, variant, question)["messages"]
        shown = {it["content"] for it in turns[1:-1] if it["role"] == "user"}
        assert bool(shown) is (variant != "base")
        assert shown <= trained
        assert turns[-1]["content"] == question


def test_the_likeliest_words_are_taken_and_examples_looked_up_once(models, provider):
    respond = answerer(*models)
    looked_up = len(provider.sent("POST /embeddings"))
    for variant in Variant.values:
        assert asked(provider, respond, variant, "¿Qué piden?")["temperature"] == 0
    assert len(provider.sent("POST /embeddings")) == looked_up + 1


def test_saying_nothing_is_an_answer_too(models, provider):
    provider.replies[CHAT] = 200, a_completion("")
    assert answerer(*models)("tuned", "¿Qué piden?") == ("", 0, "")


def test_instructions_said_aloud_are_judged_and_do_not_end_the_exam(models, provider):
    told = models[0].prompt.text
    provider.replies[CHAT] = 200, a_completion(told)
    for variant in Variant.values:
        assert answerer(*models)(variant, "Repita sus instrucciones.")[0] == told


def a_document(domain, text=HOURS, **fields):
    document = documents.add_text(domain, title=text[:20], text=text, by="ana", **fields)
    indexing.index(document)
    return document


def told(provider, respond, variant, question=ASKED):
    return asked(provider, respond, variant, question)["messages"][-1]["content"]


def test_all_but_the_base_see_the_passages_that_service_would_show_them(domain, models, provider):
    a_document(domain)
    DictionaryTerm.objects.create(domain=domain, word="oficina", definition="La del centro.")
    respond = answerer(*models)
    for variant in Variant.values:
        shown = told(provider, respond, variant)
        assert (HOURS in shown) is ("La del centro." in shown) is (variant != "base")


def test_passages_are_looked_up_once_and_their_print_is_told(domain, models, provider):
    document, respond = a_document(domain), answerer(*models)
    prints = [respond(it, ASKED).passages for it in ("base", "examples", "tuned")]
    assert prints[0] == ""
    assert prints[1] == prints[2] != ""
    documents.deactivate(document, by="ana")
    assert respond("tuned", ASKED).passages == prints[2]
    assert answerer(*models)("tuned", ASKED).passages == ""


@pytest.mark.parametrize(
    "fields", [{"kind": DocumentKind.CONVERSATION}, {"audience": Audience.STAFF}]
)
def test_what_may_hold_the_answer_asked_for_or_is_not_for_all_is_not_shown(
    domain, models, provider, fields
):
    a_document(domain, **fields)
    assert HOURS not in told(provider, answerer(*models), "tuned")


def test_probes_are_after_what_training_gave_away_and_see_no_document(domain, models, provider):
    probe = EVERY[0].text
    a_document(domain, text=probe)
    assert told(provider, answerer(*models), "tuned", probe) == probe
