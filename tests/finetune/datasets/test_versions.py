"""What a line keeps, and what a version is refused for before anything is kept."""

import pytest

from conversations import consent, review
from conversations.fingerprints import token_count
from conversations.models import Conversation, Erasure
from conversations.tasks import erase_person
from core.errors import Refusal
from finetune import datasets, erasure
from finetune.models import Dataset
from tests.factories import a_conversation, a_person, a_user
from tests.finetune.fake_training import lines
from tests.finetune.makers import examples

pytestmark = pytest.mark.django_db
PLANTED = "Mi número es 1712345675"


def plant(row, field="question", text=PLANTED):
    """Write past the anonymiser, as a fault of it would."""
    Conversation.objects.filter(pk=row.pk).update(**{field: text})


def corrected(row, answer, *, by=None):
    review.edit(row, by=by or a_user(), answer=answer)
    Conversation.objects.filter(pk=row.pk).update(stars=5)


def test_a_line_keeps_whose_it_is_and_the_yes_that_let_it_in(domain, training_provider):
    person = a_person(domain, consents=False)
    consent.grant(person, channel="test")
    examples(domain, 11)
    row = a_conversation(domain, stars=5, origin="person", person=person)
    Conversation.objects.filter(pk=row.pk).update(stage="approved", category="requisitos")

    dataset, _file = datasets.prepare(domain, by="ana")

    item = dataset.items.get(conversation=row)
    assert item.person == person
    assert item.consent == person.word_on("training")
    assert (item.category, item.anonymiser) == ("requisitos", row.anonymiser)
    texts = [dataset.prompt.text, item.question, item.answer]
    assert item.tokens == token_count(texts) + 15


def test_the_card_counts_what_is_in_it(domain, training_provider):
    examples(domain, 12)
    dataset, _file = datasets.prepare(domain, by="ana")
    found = datasets.card(dataset)
    assert found["examples"] == {"train": 12, "valid": 0}
    assert found["tokens"]["train"] == sum(it.tokens for it in dataset.items.all())
    assert (found["people"], found["without_person"], found["erased"]) == (0, 12, 0)
    assert found["leak_check"]["lines"] == 12
    assert found["in_both_parts"] == {"people": 0, "clusters": 0}


def test_the_first_answer_that_a_person_corrected_is_kept_beside_the_last(
    domain, training_provider
):
    row = examples(domain, 12)[0]
    first = row.answer
    corrected(row, "La segunda respuesta, todavía corta.")
    corrected(row, "La tercera respuesta, completa y amable.")

    dataset, _file = datasets.prepare(domain, by="ana")

    item = dataset.items.get(conversation=row)
    assert (item.answer, item.rejected) == ("La tercera respuesta, completa y amable.", first)
    assert datasets.card(dataset)["corrected"] == 1


@pytest.mark.parametrize("field", ["question", "answer"])
def test_one_planted_datum_stops_it_all_and_names_the_line(domain, training_provider, field):
    plant(examples(domain, 12)[4], field)

    with pytest.raises(datasets.LeakFound) as refused:
        datasets.prepare(domain, by="ana")

    assert refused.value.details["hallazgos"][0] == {
        "parte": "train",
        "linea": 5,
        "clase": "número largo",
    }
    assert "1712345675" not in f"{refused.value} {refused.value.details}"
    assert not Dataset.objects.exists()
    assert not training_provider.files


def test_a_planted_datum_in_an_answer_that_was_corrected_stops_it_too(domain, training_provider):
    row = examples(domain, 12)[0]
    plant(row, "answer")
    corrected(row, "Una respuesta sin datos de nadie.")
    with pytest.raises(datasets.LeakFound):
        datasets.prepare(domain, by="ana")


def test_what_a_reviewer_read_and_found_harmless_passes(domain, training_provider):
    row = examples(domain, 12)[0]
    plant(row)
    Conversation.objects.filter(pk=row.pk).update(unmasked=["1712345675"])
    assert datasets.prepare(domain, by="ana")[0].items.count() == 12


def test_the_companys_own_telephone_passes(domain, training_provider):
    domain.texts = {"whitelist": ["099 123 4567"]}
    domain.save()
    plant(examples(domain, 12)[0], "answer", "Llámenos al 099 123 4567.")
    assert datasets.prepare(domain, by="ana")[0].items.count() == 12


def test_a_line_that_no_model_reads_to_its_end_is_refused(domain, training_provider):
    plant(examples(domain, 12)[1], "answer", "una palabra " * 40_000)
    with pytest.raises(Refusal, match="línea 2") as refused:
        datasets.prepare(domain, by="ana")
    assert refused.value.code == "invalid_lines"
    assert not Dataset.objects.exists()


def test_preferences_are_uploaded_as_pairs_beside_the_other_form(domain, training_provider):
    for row in examples(domain, 12):
        corrected(row, f"Una respuesta mejor que la número {row.pk}.")
    dataset, supervised = datasets.prepare(domain, by="ana")

    file = datasets.upload(dataset, "local", method="dpo")

    assert file != supervised
    held = training_provider.files[file.file_id]
    assert held["filename"].endswith("-train-dpo.jsonl")
    assert len(lines(held)) == 12
    assert {"input", "preferred_output", "non_preferred_output"} == lines(held)[0].keys()


def test_too_few_preferences_are_refused(domain, training_provider):
    examples(domain, 12)
    dataset, _file = datasets.prepare(domain, by="ana")
    with pytest.raises(Refusal) as refused:
        datasets.upload(dataset, "local", method="dpo")
    assert (refused.value.code, refused.value.details["faltan"]) == ("not_enough_preferences", 10)


def test_a_version_that_lost_a_person_is_not_uploaded_again(domain, training_provider):
    person = a_person(domain, consents=True)
    examples(domain, 11)
    row = a_conversation(domain, stars=5, origin="person", person=person)
    Conversation.objects.filter(pk=row.pk).update(stage="approved")
    dataset, _file = datasets.prepare(domain, by="ana")
    consent.withdraw(person, channel="test")
    erasure.forget(person)

    with pytest.raises(Refusal) as refused:
        datasets.upload(dataset, "local")

    assert (refused.value.code, refused.value.details) == ("dataset_erased", {"ejemplos": 1})
    assert datasets.card(dataset)["erased"] == 1


def test_what_an_erased_person_says_again_is_a_new_version(domain, training_provider):
    person = a_person(domain, consents=True)
    examples(domain, 11)
    said = {"question": "¿Abren los domingos?", "answer": "Sí, de nueve a una.", "stars": 5}

    def prepared():
        row = a_conversation(domain, origin="person", person=person, **said)
        Conversation.objects.filter(pk=row.pk).update(stage="approved")
        return datasets.prepare(domain, by="ana")[0]

    first = prepared()
    consent.withdraw(person, channel="test")
    erase_person(Erasure.objects.get(person=person).pk)
    consent.grant(person, channel="test")

    second = prepared()

    assert (second.number, second.sha256) == (2, first.sha256)
    assert datasets.prepare(domain, by="ana")[0] == second


def test_a_file_that_no_provider_takes_is_not_sent(domain, training_provider, monkeypatch):
    examples(domain, 12)
    monkeypatch.setattr("finetune.datasets.uploading.MOST_BYTES", 1000)
    with pytest.raises(Refusal) as refused:
        datasets.prepare(domain, by="ana")
    assert refused.value.code == "file_too_large"
    assert not training_provider.files


def test_near_duplicates_share_their_cluster(domain, training_provider):
    asked = "¿Cuánto tarda en llegar un pedido grande a la ciudad de Cuenca{}?"
    rows = [a_conversation(domain, stars=5, question=asked.format(it)) for it in ("", " hoy")]
    examples(domain, 10)
    dataset, _file = datasets.prepare(domain, by="ana")
    clusters = set(dataset.items.filter(conversation__in=rows).values_list("cluster", flat=True))
    assert len(clusters) == 1
    assert datasets.card(dataset)["clusters"] == 11
