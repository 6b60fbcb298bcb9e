"""``/webhook/rag``: what a bot looks up and what programs add (requirements, 3.4)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from rag import indexing
from rag.models import Document, DocumentKind
from tests.factories import a_client, a_domain

pytestmark = pytest.mark.django_db

PREFIX = "/webhook/rag/"
TEXT = "El camarón HLSO se vende congelado en bloques de dos kilos."


@pytest.fixture
def domain():
    return a_domain("camaron")


@pytest.fixture
def client(domain):
    return a_client("admin", domain=domain)


@pytest.fixture
def bot(domain):
    return a_client("bot", domain=domain)


def post(client, path, body=None):
    return client.post(f"{PREFIX}{path}", body or {}, format="json")


def index(client, content=TEXT, **fields):
    """The document's name, once it can be found."""
    name = post(client, "index", {"content": content, **fields}).json()["doc_id"]
    indexing.process_waiting()
    return name


def test_what_is_indexed_is_found_by_a_bot(client, bot):
    name = index(client, doc_type="product", metadata={"marca": "Alfa"})
    told = post(bot, "query", {"query": "¿Cómo venden el HLSO?", "min_similarity": 0}).json()
    assert (told["success"], told["results_count"]) == (True, 1)
    (found,) = told["results"]
    assert (found["id"], found["content"]) == (name, TEXT)
    assert found["metadata"]["marca"] == "Alfa"
    assert found["metadata"]["doc_type"] == "product"
    assert 0 < found["similarity"] <= 1
    assert "context" not in told


def test_a_known_doc_id_replaces_what_it_said(client, bot):
    index(client, doc_id="ficha-1")
    index(client, "El camarón HOSO se vende entero.", doc_id="ficha-1")
    told = post(bot, "query", {"query": "camarón", "min_similarity": 0}).json()
    assert [it["content"] for it in told["results"]] == ["El camarón HOSO se vende entero."]


def test_the_same_text_twice_is_one_document(client):
    assert index(client) == index(client)
    assert Document.objects.count() == 1


def test_a_context_for_a_prompt_comes_when_it_is_asked_for(client, bot):
    index(client)
    told = post(bot, "query", {"query": "HLSO", "return_context": True, "min_similarity": 0})
    assert told.json()["context"] == TEXT


def test_a_type_and_a_least_similarity_can_be_asked_for(client, bot):
    index(client, doc_type="policy")
    assert post(bot, "query", {"query": "HLSO", "doc_type": "faq"}).json()["results"] == []
    assert post(bot, "query", {"query": "HLSO", "min_similarity": 1}).json()["results"] == []


def test_a_batch_is_kept_whole_or_not_at_all(client):
    good = {"content": TEXT}
    told = post(client, "index/batch", {"documents": [good, {"content": "Otro texto largo."}]})
    assert told.json()["indexed"] == 2
    answer = post(client, "index/batch", {"documents": [{"content": "Otro más aún."}, {}]})
    assert answer.status_code == 422
    assert Document.objects.count() == 2


def test_faqs_are_found_by_their_question_and_take_new_answers(client, bot):
    faq = {"question": "¿Hacen envíos a Lima?", "answer": "Sí, por avión.", "category": "envíos"}
    post(client, "index/faqs", {"faqs": [faq]})
    post(client, "index/faqs", {"faqs": [faq | {"answer": "Sí, por barco."}]})
    indexing.process_waiting()
    told = post(bot, "query", {"query": "¿Hacen envíos a Lima?", "doc_type": "faq"}).json()
    assert [it["content"] for it in told["results"]] == ["¿Hacen envíos a Lima?\nSí, por barco."]
    assert told["results"][0]["metadata"]["category"] == "envíos"


def test_an_exchange_is_kept_without_its_personal_data(client):
    body = {"user_message": "Soy ana@example.com, ¿tienen HLSO?", "assistant_response": "Sí, hay."}
    assert post(client, "index/conversation", body).json()["success"]
    document = Document.objects.get()
    assert document.kind == DocumentKind.CONVERSATION
    assert document.text == "Soy [EMAIL], ¿tienen HLSO?\nSí, hay."
    assert "ana" not in document.title


def test_without_a_price_list_in_force_there_is_nothing_to_index(client):
    assert post(client, "index/prices").status_code == 404


def test_documents_are_listed_and_deleted_by_their_name(client, bot):
    index(client, doc_id="ficha 1/a")
    own = Document.objects.create(domain=a_domain("camaron"), title="Subido", file_name="x.txt")
    told = client.get(f"{PREFIX}documents").json()
    assert (told["total"], [it["id"] for it in told["documents"]]) == (
        2,
        [str(own.pk), "ficha 1/a"],
    )
    assert client.delete(f"{PREFIX}documents/{own.pk}").json() == {"success": True}
    assert client.delete(f"{PREFIX}documents/{own.pk}").status_code == 404
    assert client.get(f"{PREFIX}documents?limit=1&offset=0").json()["total"] == 1


def test_a_name_may_have_a_slash(client):
    index(client, doc_id="ficha 1/a")
    assert client.delete(f"{PREFIX}documents/ficha%201/a").json() == {"success": True}


def test_a_deleted_document_is_found_no_more(client, bot):
    name = index(client)
    client.delete(f"{PREFIX}documents/{name}")
    assert post(bot, "query", {"query": "HLSO", "min_similarity": 0}).json()["results"] == []


def test_clearing_says_how_many_and_leaves_what_came_as_a_file(client):
    index(client)
    Document.objects.create(domain=a_domain("camaron"), title="Subido", path="a.pdf")
    refused = client.delete(f"{PREFIX}clear", {}, format="json")
    assert refused.status_code == 409
    assert refused.json()["error"]["details"] == {"documents": 1}
    cleared = client.delete(f"{PREFIX}clear", {"confirm": 1}, format="json")
    assert cleared.json() == {"success": True, "deleted": 1}
    assert [it.title for it in Document.objects.all()] == ["Subido"]


def test_statistics_and_health(client):
    index(client, doc_type="price")
    told = client.get(f"{PREFIX}stats").json()
    assert (told["total_documents"], told["total_chunks"]) == (1, 1)
    assert told["by_type"] == {"price": 1}
    assert (told["embedding_model"], told["dimensions"]) == ("test-embedder", 384)
    assert client.get(f"{PREFIX}health").json()["status"] == "healthy"
    Document.objects.update(state="failed", updated_at=timezone.now() - timedelta(days=1))
    assert client.get(f"{PREFIX}health").json()["status"] == "degraded"


@pytest.mark.parametrize("path", ["index", "index/batch", "index/faqs", "index/conversation"])
def test_a_bot_adds_nothing_and_a_stranger_not_either(bot, path, client):
    assert post(bot, path).status_code == 403
    bot.credentials()
    assert post(bot, path).status_code == 401


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("index", {"content": "corto"}),
        ("index", {"content": TEXT, "doc_type": "otro"}),
        ("index", {"content": TEXT, "metadata": {str(n): n for n in range(51)}}),
        ("index/faqs", {"faqs": []}),
        ("index/batch", {"documents": [{"content": TEXT}] * 101}),
        ("query", {"query": "ab"}),
        ("query", {"query": "abc", "top_k": 11}),
        ("query", {"query": "abc", "min_similarity": 2}),
    ],
)
def test_what_is_not_as_written_is_refused_and_nothing_is_kept(client, path, body):
    assert post(client, path, body).status_code == 422
    assert not Document.objects.exists()
