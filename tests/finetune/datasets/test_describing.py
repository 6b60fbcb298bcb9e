"""Manifest, difference and preview of versions."""

import hashlib
import json

import pytest

from conversations.models import Conversation
from finetune import datasets
from finetune.formats import fingerprint
from tests.factories import a_conversation
from tests.finetune.makers import a_file, examples

pytestmark = pytest.mark.django_db


@pytest.fixture
def dataset(domain, training_provider):
    return a_file(domain, number=50).dataset


def test_the_manifest_names_every_line_without_its_words(dataset):
    found = datasets.manifest(dataset)
    said = json.dumps(found, ensure_ascii=False)
    assert len(found["members"]) == 50
    assert not any(it.question in said or it.answer in said for it in dataset.items.all())
    assert found == datasets.manifest(dataset)
    assert found["prompt"]["sha256"] == hashlib.sha256(dataset.prompt.text.encode()).hexdigest()


def test_a_members_hash_is_that_of_its_line(dataset):
    held = [line for part in datasets.contents(dataset).values() for line in part.splitlines(True)]
    hashes = [it["sha256"] for it in datasets.manifest(dataset)["members"]]
    assert hashes == [fingerprint(line) for line in held]


def test_the_difference_names_what_came_went_and_was_said_otherwise(domain, training_provider):
    rows = examples(domain, 14)
    old, _file = datasets.prepare(domain, by="ana")
    Conversation.objects.filter(pk=rows[0].pk).update(stars=1)
    Conversation.objects.filter(pk=rows[1].pk).update(answer="Otra respuesta, más completa.")
    added = a_conversation(domain, stars=5)
    domain.write_prompt("Eres breve.", by="ana")
    domain.write_prompt("Eres un asistente útil.", by="ana")
    new, _file = datasets.prepare(domain, by="ana")

    change = datasets.diff(old, new)

    assert {it.conversation_id for it in change.added} == {added.pk, rows[1].pk}
    assert {it.conversation_id for it in change.removed} == {rows[0].pk, rows[1].pk}
    assert (change.reworded, change.same, change.moved) == ([rows[1].pk], 12, [])
    assert change.settings == {"prompt": (1, 3)}


def test_a_version_is_no_different_from_itself(dataset):
    change = datasets.diff(dataset, dataset)
    assert (change.added, change.removed, change.moved, change.settings) == ([], [], [], {})
    assert change.same == 50


def test_the_preview_is_the_first_lines_and_others_by_chance_word_for_word(dataset):
    shown = datasets.preview(dataset)
    held = {
        (part, place): line
        for part, content in datasets.contents(dataset).items()
        for place, line in enumerate(content.decode().splitlines(keepends=True), start=1)
    }
    assert [it.position for it in shown[:20]] == list(range(1, 21))
    assert len({(it.part, it.position) for it in shown}) == 40
    assert all(held[it.part, it.position] == it.text for it in shown)


def test_of_a_small_version_all_is_shown_once(domain, training_provider):
    assert len(datasets.preview(a_file(domain, number=12).dataset)) == 12
