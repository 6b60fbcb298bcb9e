import json

import pytest

from modelserver.store import Folders, new_id, write_json


def keep(text):
    return lambda folder: (folder / "text").write_text(text)


def test_ids_sort_by_age():
    ids = [new_id("file") for _ in range(50)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 50


def test_lists_the_latest_first(tmp_path):
    folders = Folders(tmp_path)
    names = [new_id("file") for _ in range(3)]
    for name in names:
        folders.create(name, keep("x"))
    assert [it.name for it in folders.newest_first()] == names[::-1]


def test_a_folder_that_could_not_be_filled_is_never_seen_and_is_cleared_later(tmp_path):
    def fails(_folder):
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        Folders(tmp_path).create(new_id("file"), fails)
    assert list(Folders(tmp_path).newest_first()) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["..", "../../etc", "file-", "", "file-1/../x"])
def test_a_name_that_is_no_id_finds_nothing(tmp_path, name):
    assert Folders(tmp_path / "files").find(name) is None


def test_removes_a_folder(tmp_path):
    folders, name = Folders(tmp_path), new_id("file")
    folders.create(name, keep("x"))
    folders.remove(name)
    assert folders.find(name) is None


def test_json_that_cannot_be_written_leaves_the_old_file(tmp_path):
    path = tmp_path / "job.json"
    write_json(path, {"a": 1})
    with pytest.raises(TypeError):
        write_json(path, {"a": object()})
    assert json.loads(path.read_text()) == {"a": 1}
