import pytest
from openai import BadRequestError, NotFoundError

from tests.modelserver.server import lines_of, sales, upload

pytestmark = pytest.mark.models


def test_a_file_comes_back_as_it_went(client):
    made = upload(client, sales(3), "ventas.jsonl")
    found = client.files.retrieve(made.id)
    assert found == made
    assert (found.filename, found.purpose, found.bytes) == (
        "ventas.jsonl",
        "fine-tune",
        len(lines_of(sales(3))),
    )
    assert client.files.content(made.id).content == lines_of(sales(3))


def test_a_deleted_file_is_gone(client):
    made = upload(client, sales(1))
    assert client.files.delete(made.id).deleted
    with pytest.raises(NotFoundError):
        client.files.retrieve(made.id)
    with pytest.raises(NotFoundError):
        client.files.delete(made.id)


def test_lists_in_either_order_by_pages(client):
    made = [upload(client, sales(1)).id for _ in range(3)]
    newest = [it.id for it in client.files.list(limit=2).data]
    assert newest == made[:0:-1]
    everything = [it.id for it in client.files.list(limit=2)]  # the client asks for page after page
    assert everything[:3] == made[::-1]
    assert len(everything) == len(set(everything))
    oldest_first = [it.id for it in client.files.list(order="asc")]
    assert oldest_first == everything[::-1]


def test_lists_one_purpose_only(client):
    upload(client, sales(1))
    other = client.files.create(file=("notes.txt", b"anything"), purpose="user_data")
    assert [it.id for it in client.files.list(purpose="user_data")] == [other.id]


def test_a_file_may_expire(client):
    made = client.files.create(
        file=("t.jsonl", lines_of(sales(1))),
        purpose="fine-tune",
        expires_after={"anchor": "created_at", "seconds": 3600},
    )
    assert made.expires_at == made.created_at + 3600


def test_a_training_file_that_is_no_json_lines_is_refused_with_its_line(client):
    with pytest.raises(BadRequestError, match="Line 2 is not valid JSON") as error:
        upload(client, b'{"messages": []}\n{oops\n')
    assert error.value.param == "file"


def test_an_empty_file_and_an_unknown_purpose_are_refused(client):
    with pytest.raises(BadRequestError, match="empty"):
        upload(client, b"")
    with pytest.raises(BadRequestError, match="purpose"):
        client.files.create(file=("a", b"{}"), purpose="vision")


@pytest.mark.parametrize("query", [{"limit": 0}, {"after": "file-unknown"}])
def test_a_page_that_cannot_be_is_refused(client, query):
    with pytest.raises(BadRequestError):
        client.files.list(**query)
