import pytest
from django.db import IntegrityError

from conversations.models import Conversation
from core.errors import ModelUnavailable, NotFound
from finetune import datasets, remote
from finetune.models import Dataset, DatasetItem, ProviderFile
from tests.factories import a_conversation
from tests.finetune.fake_training import lines
from tests.finetune.makers import a_file, examples

pytestmark = pytest.mark.django_db
UPLOAD = "POST /files"


@pytest.mark.parametrize(("number", "missing"), [(0, 10), (1, 9), (9, 1)])
def test_too_few_examples_are_refused_with_how_many_are_missing(
    domain, training_provider, number, missing
):
    examples(domain, number)

    with pytest.raises(datasets.NotEnough) as refused:
        datasets.prepare(domain, by="ana")

    assert refused.value.details["faltan"] == missing
    assert refused.value.details["listas"] == number
    assert not Dataset.objects.exists()
    assert not training_provider.fake.requests


@pytest.mark.parametrize("number", [10, 11, 12])
def test_enough_examples_are_uploaded_word_for_word(domain, training_provider, number):
    rows = examples(domain, number)

    dataset, file = datasets.prepare(domain, by="ana")

    held = training_provider.files[file.file_id]
    assert held["filename"] == f"prestamos-v1-{dataset.sha256[:16]}-train.jsonl"
    assert [it["messages"] for it in lines(held)] == [
        [
            {"role": "system", "content": "Eres un asistente útil."},
            {"role": "user", "content": row.question},
            {"role": "assistant", "content": row.answer},
        ]
        for row in rows
    ]


def test_the_places_of_a_prompt_are_not_trained(domain, training_provider):
    domain.write_prompt("Eres útil.\n\n{contexto_documentos}", by="ana")
    examples(domain, 10)

    _dataset, file = datasets.prepare(domain, by="ana")

    systems = {it["messages"][0]["content"] for it in lines(training_provider.files[file.file_id])}
    assert systems == {"Eres útil."}


def test_a_held_out_part_is_uploaded_beside(domain, training_provider):
    examples(domain, 40)
    dataset, _file = datasets.prepare(domain, by="ana")
    sizes = {it.part: len(lines(training_provider.files[it.file_id])) for it in dataset.files.all()}
    assert sum(sizes.values()) == 40
    assert sizes["valid"] >= 1


def test_the_same_content_is_the_same_version_uploaded_once(domain, training_provider):
    rows = examples(domain, 12)
    first = datasets.prepare(domain, by="ana")
    Conversation.objects.filter(pk=rows[0].pk).update(stars=4)  # another order, the same texts

    assert datasets.prepare(domain, by="eva") == first
    assert training_provider.sent(UPLOAD) == 1


def test_another_example_is_another_version(domain, training_provider):
    examples(domain, 12)
    datasets.prepare(domain, by="ana")
    a_conversation(domain, stars=5)
    assert datasets.prepare(domain, by="ana")[0].number == 2


def test_another_prompt_is_another_version(domain, training_provider):
    examples(domain, 12)
    datasets.prepare(domain, by="ana")
    domain.write_prompt("Eres breve.", by="ana")
    assert datasets.prepare(domain, by="ana")[0].number == 2


def test_editing_a_conversation_changes_no_dataset(domain, training_provider):
    rows = examples(domain, 12)
    dataset, _file = datasets.prepare(domain, by="ana")
    before = datasets.contents(dataset)
    Conversation.objects.filter(pk=rows[0].pk).update(answer="Otra cosa.")
    assert datasets.contents(dataset) == before


def test_an_upload_cut_short_is_adopted_not_repeated(domain, training_provider):
    examples(domain, 12)
    training_provider.faults[UPLOAD] = ["drop"]
    with pytest.raises(ModelUnavailable):
        datasets.prepare(domain, by="ana")
    assert len(training_provider.files) == 1
    assert not ProviderFile.objects.exists()

    _dataset, file = datasets.prepare(domain, by="ana")

    assert list(training_provider.files) == [file.file_id]
    assert training_provider.sent(UPLOAD) == 1


def test_a_file_of_the_same_name_and_another_size_is_not_adopted(domain, training_provider):
    examples(domain, 12)
    training_provider.faults[UPLOAD] = ["cut"]
    with pytest.raises(ModelUnavailable):
        datasets.prepare(domain, by="ana")
    sha256 = Dataset.objects.get().sha256
    stranger = training_provider.hold_file(f"prestamos-v1-{sha256[:16]}-train.jsonl", b"x")

    _dataset, file = datasets.prepare(domain, by="ana")

    assert file.file_id != stranger["id"]


def test_a_file_that_the_provider_lost_is_sent_again(domain, training_provider):
    examples(domain, 12)
    _dataset, lost = datasets.prepare(domain, by="ana")
    training_provider.files.clear()

    _dataset, file = datasets.prepare(domain, by="ana")

    assert file.pk == lost.pk
    assert list(training_provider.files) == [file.file_id]


def test_of_two_uploads_at_once_one_remains(domain, training_provider, monkeypatch):
    examples(domain, 12)
    send = remote.upload

    def while_another_does(provider, **sent):
        dataset, part = Dataset.objects.get(), "train"
        theirs = {"dataset": dataset, "provider": provider, "part": part}
        ProviderFile.objects.create(file_id="file-theirs", bytes=1, **theirs)
        return send(provider, **sent)

    monkeypatch.setattr(remote, "upload", while_another_does)

    _dataset, file = datasets.prepare(domain, by="ana")

    assert file.file_id == "file-theirs"
    assert training_provider.files == {}


def test_a_provider_that_is_down_stops_it_before_anything_is_kept(domain, training_provider):
    examples(domain, 12)
    training_provider.faults["GET /models"] = ["cut"]
    with pytest.raises(ModelUnavailable):
        datasets.prepare(domain, by="ana")
    assert not Dataset.objects.exists()


def test_a_provider_that_does_not_train_is_refused(domain, training_provider, settings):
    examples(domain, 12)
    settings.LLM_PROVIDERS["local"]["trains"] = False
    with pytest.raises(datasets.DoesNotTrain):
        datasets.prepare(domain, by="ana")
    assert not training_provider.fake.requests


def test_an_unknown_id_is_not_found(domain, training_provider):
    with pytest.raises(NotFound):
        datasets.prepare(domain, ids=[10**9], by="ana")


def test_what_was_excluded_is_kept_without_what_people_wrote(domain, training_provider):
    domain.texts = {"negative_words": ["pésima"]}
    domain.save()
    row = examples(domain, 13)[0]
    Conversation.objects.filter(pk=row.pk).update(feedback="Pésima, dice Ana Pérez")

    dataset, _file = datasets.prepare(domain, by="ana")

    assert [set(it) for it in dataset.excluded] == [{"id", "razon"}]
    assert DatasetItem.objects.count() == 12


@pytest.mark.parametrize("change", [{"sha256": "0" * 64}, {"number": 9}])
def test_the_database_lets_no_version_change(domain, training_provider, change):
    a_file(domain)
    with pytest.raises(IntegrityError):
        Dataset.objects.update(**change)


def test_an_example_keeps_its_text_when_its_conversation_goes(domain, training_provider):
    a_file(domain)
    domain.conversations.first().delete()
    assert DatasetItem.objects.filter(conversation=None).count() == 1
    with pytest.raises(IntegrityError):
        DatasetItem.objects.update(answer="otra")
