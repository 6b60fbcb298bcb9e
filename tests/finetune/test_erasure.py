"""A person takes their consent back: nothing of what they said is left in what was learnt from."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from conversations import consent
from conversations.models import Conversation
from conversations.tasks import erase_person
from core.errors import Refusal
from core.models import AuditEvent
from finetune import datasets, erasure, tasks
from finetune.models import (
    Dataset,
    DatasetItem,
    Evaluation,
    Export,
    FileRemoval,
    ProviderFile,
    TrainedModel,
)
from tests.factories import a_conversation, a_person
from tests.finetune.makers import a_trained_model, an_evaluation, examples

pytestmark = pytest.mark.django_db

NEEDLE = "ventilador turquesa"  # in everything that the person said
QUESTION = f"¿Cuánto cuesta mandar un {NEEDLE} número {{}} hasta la ciudad {{}}?"
ANSWER = f"El {NEEDLE} número {{}} llega por cuatro dólares."


@pytest.fixture
def person(domain):
    return a_person(domain, consents=True)


@pytest.fixture
def storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def model(domain, person, training_provider):
    """Trained on what the person said, among others, and evaluated with the same questions."""
    rows = said(domain, person, 8)
    examples(domain, 24)
    model = a_trained_model(domain, training_provider)
    evaluated = an_evaluation(model)
    for question in (rows[0].question, "¿Abren hoy?"):
        evaluated.items.create(
            variant="base", question=question, expected="Sí.", answer="Sí.", milliseconds=1
        )
        evaluated.votes.create(question=question, left="base", right="tuned", by="ana")
    model.deployments.create(target="gguf", checks=[{"question": rows[0].question}])
    return model


def said(domain, person, number):
    rows = [
        a_conversation(
            domain,
            stars=5,
            origin="person",
            person=person,
            question=QUESTION.format(it, it),
            answer=ANSWER.format(it),
        )
        for it in range(number)
    ]
    Conversation.objects.filter(pk__in=[it.pk for it in rows]).update(stage="approved")
    return rows


def an_export(domain, person, dataset=None):
    export = Export.objects.create(domain=domain, dataset=dataset, created_by="ana")
    export.people.add(person)
    default_storage.save(f"exports/{export.key}/train.jsonl", ContentFile(NEEDLE.encode()))
    return export


def withdrawn(person):
    consent.withdraw(person, channel="test")
    assert erase_person(person.pk) == "1 forgotten, 0 failed"


def stored():
    """Everything in every table, and every file."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT it::text FROM "{table}" it')  # noqa: S608
            yield from ((table, row[0]) for row in cursor.fetchall())


def hits(storage):
    files = [it for it in storage.rglob("*") if it.is_file()]
    found = [table for table, text in stored() if NEEDLE in text]
    return found + [it.name for it in files if NEEDLE.encode() in it.read_bytes()]


def test_nothing_of_what_they_said_is_left_anywhere(
    domain, person, model, training_provider, storage
):
    an_export(domain, person, model.job.dataset)
    copies = {
        f"finetune_{it}" for it in ("datasetitem", "evaluationitem", "blindvote", "deployment")
    }
    assert copies | {"conversaciones_ai", "train.jsonl"} <= set(hits(storage))
    assert any(NEEDLE.encode() in it["content"] for it in training_provider.files.values())
    withdrawn(person)
    assert tasks.remove_files() == "2 removed, 0 waiting"
    assert hits(storage) == []
    assert training_provider.files == {}
    assert not list(storage.rglob("*.jsonl"))


def test_a_tombstone_keeps_its_place_and_its_hash(person, model):
    theirs = DatasetItem.objects.filter(conversation__person=person)
    before = sorted(theirs.values_list("part", "position", "sha256"))
    assert before
    withdrawn(person)
    left = DatasetItem.objects.erased()
    assert sorted(left.values_list("part", "position", "sha256")) == before
    assert set(left.values_list("question", "answer", "rejected")) == {("", "", "")}


def test_what_others_said_stays(domain, person, model):
    other = a_person(domain, consents=True)
    kept = DatasetItem.objects.exclude(conversation__person=person).count()
    withdrawn(person)
    assert DatasetItem.objects.filter(erased_at=None).count() == kept
    assert erasure.forget(other) == {}


def test_models_that_learnt_from_them_are_flagged_and_the_version_trains_no_more(
    domain, person, model
):
    assert not TrainedModel.objects.of_erased().exists()
    withdrawn(person)
    assert TrainedModel.objects.of_erased().get() == model
    assert model.learnt_from_erased
    assert AuditEvent.objects.get(action="person_erased_from_data").details["models"] == [model.pk]
    with pytest.raises(Refusal):
        datasets.refuse_withdrawn(Dataset.objects.get())


def test_a_provider_that_is_away_is_asked_until_it_has_deleted(person, model, training_provider):
    withdrawn(person)
    removals = FileRemoval.objects.filter(by_name=False)
    for it in removals:
        training_provider.faults[f"DELETE /files/{it.file_id}"] = ["cut"] * 9
    for _ in range(7):
        assert tasks.remove_files() == "0 removed, 2 waiting"
        removals.update(next_at=timezone.now())
    training_provider.faults.clear()
    assert tasks.remove_files() == "2 removed, 0 waiting"
    assert tasks.remove_files() == "0 removed, 0 waiting"
    assert training_provider.files == {}


def test_a_file_that_the_provider_no_longer_has_is_removed(person, model, training_provider):
    withdrawn(person)
    for it in FileRemoval.objects.filter(by_name=False):
        missing = 404, {"error": {"message": "no such file", "code": None}}
        training_provider.fake.replies[f"DELETE /files/{it.file_id}"] = missing
    assert tasks.remove_files() == "2 removed, 0 waiting"


def test_an_upload_and_an_export_that_end_after_the_erasure_are_caught(
    domain, person, model, training_provider, storage
):
    withdrawn(person)
    tasks.remove_files()
    dataset = model.job.dataset
    late = training_provider.hold_file("tarde.jsonl", NEEDLE.encode())
    ProviderFile.objects.create(
        dataset=dataset, provider="local", part="train", file_id=late["id"], bytes=1
    )
    an_export(domain, a_person(domain, consents=True), dataset)
    assert tasks.remove_files() == "1 removed, 0 waiting"
    assert (training_provider.files, hits(storage)) == ({}, [])


def test_what_an_upload_that_died_left_at_the_provider_is_found_by_its_name(
    person, model, training_provider
):
    name = datasets.name_of(model.job.dataset)
    training_provider.hold_file(f"{name}valid.jsonl", NEEDLE.encode())
    kept = training_provider.hold_file("otro-v1-0000000000000000-train.jsonl", b"{}")
    withdrawn(person)
    tasks.remove_files()
    FileRemoval.objects.update(next_at=timezone.now())
    assert tasks.remove_files() == "1 removed, 0 waiting"
    assert list(training_provider.files) == [kept["id"]]


def test_forgetting_again_changes_nothing(person, model):
    withdrawn(person)
    before = list(DatasetItem.objects.order_by("pk").values())
    assert erasure.forget(person) == {}
    assert list(DatasetItem.objects.order_by("pk").values()) == before
    assert AuditEvent.objects.filter(action="person_erased_from_data").count() == 1


def test_a_failure_half_way_leaves_nothing_half_done(person, model, monkeypatch):
    consent.withdraw(person, channel="test")
    monkeypatch.setattr(erasure.audit, "record", lambda *_, **__: 1 / 0)
    assert erase_person(person.pk) == "0 forgotten, 1 failed"
    assert not DatasetItem.objects.erased().exists()
    assert ProviderFile.objects.exists()
    assert Conversation.objects.filter(person=person).exists()


def test_what_they_say_after_a_later_yes_stays(domain, person, model):
    consent.withdraw(person, channel="test")
    consent.grant(person, channel="test")
    later = a_conversation(domain, origin="person", person=person)
    dataset = model.job.dataset
    item = DatasetItem.objects.create(
        dataset=dataset, conversation=later, person=person, position=999, part="train",
        question=later.question, answer=later.answer, sha256="0" * 64,
    )  # fmt: skip
    erase_person(person.pk)
    item.refresh_from_db()
    assert item.question == later.question
    assert DatasetItem.objects.erased().exists()


def test_what_was_asked_in_other_words_stays_evaluated(person, model):
    withdrawn(person)
    found = Evaluation.objects.get()
    assert found.items.get().question == found.votes.get().question == "¿Abren hoy?"
