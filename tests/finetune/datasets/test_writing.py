"""Files of a version: the same bytes every time, whole or not at all."""

import hashlib

import pytest

from core.errors import Refusal
from finetune import datasets
from finetune.formats import LINES
from finetune.models import DatasetItem
from tests.finetune.makers import a_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def dataset(domain, training_provider):
    return a_file(domain, number=40).dataset


def tamper(dataset, **texts):
    """Put another line in a line's place, as somebody with the database could."""
    item = dataset.items.get(part="train", position=3)
    item.delete()
    DatasetItem.objects.create(**fields_of(item) | texts)


def fields_of(item):
    return {it.attname: getattr(item, it.attname) for it in item._meta.fields if it.name != "id"}


def test_every_form_of_both_parts_is_written_with_its_hash(dataset, tmp_path):
    written = datasets.write(dataset, tmp_path, forms=LINES)
    assert written.keys() == {path.name for path in tmp_path.iterdir()}
    assert {"train.jsonl", "valid.jsonl", "train.chat.jsonl", "valid.dpo.jsonl"} < written.keys()
    for name, file in written.items():
        content = (tmp_path / name).read_bytes()
        assert file.sha256 == hashlib.sha256(content).hexdigest()
        assert (file.bytes, file.lines) == (len(content), content.count(b"\n"))


def test_what_is_written_is_what_was_uploaded(dataset, tmp_path):
    datasets.write(dataset, tmp_path)
    held = datasets.contents(dataset)
    assert held == {part: (tmp_path / f"{part}.chat.jsonl").read_bytes() for part in held}


def test_it_is_the_same_the_second_time(dataset, tmp_path):
    hashes = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        written = datasets.write(dataset, tmp_path / name, forms=LINES)
        hashes.append({file: it.sha256 for file, it in written.items()})
    assert hashes[0] == hashes[1]


def test_a_line_that_somebody_changed_stops_files_and_uploads(dataset, tmp_path):
    tamper(dataset, answer="Otra respuesta, de nadie.")
    for ask in (lambda: datasets.write(dataset, tmp_path), lambda: datasets.contents(dataset)):
        with pytest.raises(Refusal) as refused:
            ask()
        assert refused.value.code == "dataset_changed"
    assert list(tmp_path.iterdir()) == []


def test_the_last_scan_stops_the_file_and_names_the_line(dataset, tmp_path):
    tamper(dataset, answer="Escriba a ana@example.org")
    with pytest.raises(datasets.LeakFound) as refused:
        datasets.write(dataset, tmp_path)
    assert refused.value.details["hallazgos"] == [
        {"parte": "train", "linea": 3, "clase": "correo electrónico"}
    ]
    assert list(tmp_path.iterdir()) == []
