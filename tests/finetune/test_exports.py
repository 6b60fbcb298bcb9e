"""Exports: S3's files and their twins, what is in them, and why there are none."""

import hashlib
import json

import pytest
from django.core.files.storage import default_storage

from conversations import consent
from conversations.models import Conversation
from core.errors import Invalid, NotFound, Refusal
from core.models import AuditEvent
from finetune import datasets, erasure, exports
from finetune.formats import LINES
from finetune.models import Export
from tests.factories import a_conversation, a_label, a_person
from tests.finetune.makers import examples

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def content(export, name):
    with default_storage.open(exports.path_of(export, name)) as file:
        return file.read()


def lines(export, name):
    return [json.loads(line) for line in content(export, name).splitlines()]


def said_by(person, domain, number):
    """``number`` exchanges of a person that a user of staff gave five stars."""
    rows = [a_conversation(domain, stars=5, origin="person", person=person) for _ in range(number)]
    Conversation.objects.filter(pk__in=[it.pk for it in rows]).update(stage="approved")
    return rows


def test_the_documents_files_and_their_twins_hold_the_same_exchanges(domain):
    rows = examples(domain, 40)
    made = exports.export(domain, by="ana")
    assert made.files.keys() == {
        f"{part}{form}.jsonl" for part in ("train", "valid") for form in ("", ".chat")
    }
    asked = set()
    for part in ("train", "valid"):
        pairs, chats = lines(made, f"{part}.jsonl"), lines(made, f"{part}.chat.jsonl")
        for pair, chat in zip(pairs, chats, strict=True):
            question, answer = (it["content"] for it in chat["messages"][1:])
            assert pair == {
                "prompt": f"Usuario: {question}\nAsistente:",
                "completion": f" {answer}\n",
            }
            asked.add(question)
    assert asked == {row.question for row in rows}


def test_what_the_row_says_of_a_file_is_true(domain):
    examples(domain, 12)
    made = exports.export(domain, by="ana")
    for name, about in made.files.items():
        held = content(made, name)
        assert about == {
            "lines": held.count(b"\n"),
            "bytes": len(held),
            "sha256": hashlib.sha256(held).hexdigest(),
        }


def test_the_same_export_twice_is_one_version_with_the_same_bytes(domain):
    examples(domain, 12)
    one, two = exports.export(domain, by="ana"), exports.export(domain, by="ana")
    assert one.dataset == two.dataset
    assert one.files == two.files
    assert one.key != two.key


@pytest.mark.parametrize("number", [1, 9, 10, 12, 19])
def test_a_few_are_all_trained_on(domain, number):
    examples(domain, number)
    assert exports.counts(exports.export(domain, by="ana")) == {"train": number, "valid": 0}


def test_how_much_is_held_out_may_be_said(domain):
    examples(domain, 60)
    half = exports.counts(exports.export(domain, train_split=0.5, by="ana"))
    none = exports.counts(exports.export(domain, train_split=1, by="ana"))
    assert none == {"train": 60, "valid": 0}
    assert half["valid"] > 15


def test_sessions_are_threads_that_passed_and_pipeline_what_was_processed(domain):
    person = a_person(domain, consents=True)
    staff, read, threaded, failed = *examples(domain, 2), *said_by(person, domain, 2)
    for row, passed in ((read, True), (threaded, True), (failed, False)):
        a_label(row, confidence=0.95, qa_passed=passed)
    session = domain.sessions.create(person=person, outside_key="k", channel="test")
    Conversation.objects.filter(pk__in=[threaded.pk, failed.pk]).update(session=session)

    def taken(source):
        made = exports.export(domain, source=source, by="ana")
        return set(made.dataset.items.values_list("conversation", flat=True))

    assert taken("sessions") == {threaded.pk}
    assert taken("pipeline") == {read.pk, threaded.pk, failed.pk}
    assert taken("both") == {staff.pk, read.pk, threaded.pk, failed.pk}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"min_confidence": 1.1}, "min_confidence"),
        ({"min_confidence": -0.1}, "min_confidence"),
        ({"train_split": 0}, "train_split"),
        ({"train_split": float("nan")}, "train_split"),
    ],
)
def test_numbers_out_of_bounds_are_refused_by_name(domain, wrong, field):
    with pytest.raises(Invalid) as refused:
        exports.export(domain, by="ana", **wrong)
    assert field in refused.value.details


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"stage": "captured"}, "1 esperan procesarse"),
        ({"stage": "needs_review"}, "1 esperan revisión"),
        ({"stage": "approved", "stars": None}, "«Estrellas de una persona»: hacen falta 4"),
    ],
)
def test_an_empty_export_names_what_held_the_rows_back(domain, fields, said):
    row = examples(domain, 1)[0]
    Conversation.objects.filter(pk=row.pk).update(**fields)
    with pytest.raises(exports.NothingToExport, match=said):
        exports.export(domain, by="ana")
    assert not Export.objects.exists()


def test_an_empty_domain_and_one_of_people_who_left_say_so(domain):
    with pytest.raises(exports.NothingToExport, match="no tiene conversaciones"):
        exports.export(domain, by="ana")
    person = a_person(domain, consents=True)
    said_by(person, domain, 2)
    consent.withdraw(person, channel="test")
    with pytest.raises(exports.NothingToExport, match="2 son de personas que no aceptan"):
        exports.export(domain, by="ana")


def test_a_source_that_holds_everything_back_is_named(domain):
    examples(domain, 3)
    with pytest.raises(exports.NothingToExport, match="3: No es de un hilo"):
        exports.export(domain, source="sessions", by="ana")


def test_one_planted_datum_stops_it_and_leaves_nothing(domain, media):
    row = examples(domain, 30)[17]
    Conversation.objects.filter(pk=row.pk).update(answer="Llame al 0991234567.")
    with pytest.raises(datasets.LeakFound):
        exports.export(domain, by="ana")
    assert not Export.objects.exists()
    assert not [it for it in media.rglob("*") if it.is_file()]


def test_who_is_in_it_is_known_and_who_leaves_takes_the_files_along(domain, media):
    person = a_person(domain, consents=True)
    said_by(person, domain, 2)
    examples(domain, 10)
    made = exports.export(domain, by="ana")
    assert list(made.people.all()) == [person]

    consent.withdraw(person, channel="test")
    with pytest.raises(Refusal) as refused:
        exports.opened(made, "train.jsonl", by="ana")
    erasure.forget(person)

    assert refused.value.code == "consent_withdrawn"
    assert not Export.objects.exists()
    assert not [it for it in media.rglob("*") if it.is_file()]


def test_a_version_may_be_taken_away_in_every_form_with_what_stands_beside(domain):
    domain.texts = {"modelfile_system": "Vendes cursos."}
    domain.save()
    examples(domain, 40)
    dataset = exports.export(domain, by="ana").dataset
    made = exports.take_away(dataset, forms=LINES, with_companions=True, by="ana")
    assert {"train.alpaca.jsonl", "manifest.json", "card.json", "axolotl.yaml"} < made.files.keys()
    assert json.loads(content(made, "manifest.json"))["sha256"] == dataset.sha256
    recipe = content(made, "Modelfile").decode()
    assert recipe.startswith("FROM llama3.1:8b\nPARAMETER temperature ")
    assert 'SYSTEM """Vendes cursos."""' in recipe
    assert recipe.count("MESSAGE user") == recipe.count("MESSAGE assistant") == 20


def test_taking_a_file_is_written_down_and_other_names_are_none(domain):
    examples(domain, 10)
    made = exports.export(domain, by="ana")
    with exports.opened(made, "train.jsonl", by="eva") as file:
        assert file.read() == content(made, "train.jsonl")
    assert AuditEvent.objects.get(action="export_downloaded").actor == "eva"
    for name in ("../../secrets.env", "other.jsonl", ""):
        with pytest.raises(NotFound):
            exports.opened(made, name, by="eva")
