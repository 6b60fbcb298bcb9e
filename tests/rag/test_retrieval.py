"""Searching documents: by meaning and by words, within the rights of who asks."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection

from rag import documents, embedding, fusion, indexing, retrieval, spaces
from rag.models import Audience, Chunk, Document, DocumentKind
from tests.factories import a_domain, a_person, a_user
from tests.fakes import embeddings

pytestmark = pytest.mark.django_db

LINES = "El préstamo personal se paga en doce cuotas mensuales."
HOURS = "La oficina abre de lunes a viernes a las nueve."
REFUNDS = "Las devoluciones se aceptan durante treinta días con factura."


def a_document(text, domain=None, *, owner=None, **fields):
    """A document in use, with its chunks."""
    document = documents.add_text(
        domain or a_domain(), title=text[:20], text=text, by="test", **fields
    )
    Document.objects.filter(pk=document.pk).update(owner=owner)
    indexing.index(document)
    document.refresh_from_db()
    return document


def a_reader(domain):
    """Somebody of staff who may open the documents of ``domain``."""
    user = a_user(domain=domain)
    user.user_permissions.add(Permission.objects.get(codename="view_document"))
    return type(user).objects.get(pk=user.pk)


def texts(found):
    return [it.chunk.text for it in found]


def test_what_says_it_best_comes_first_and_tells_why():
    for text in (HOURS, LINES, REFUNDS):
        a_document(text)
    found = retrieval.search(a_domain(), "¿A qué hora abre la oficina?", threshold=0)
    assert texts(found)[0] == HOURS
    best = found[0]
    assert (best.rank_vector, best.rank_text) == (1, 1)
    assert 0 < best.similarity <= 1
    assert best.score == pytest.approx(1)
    assert best.why == "Por el sentido (1.º) y por las palabras (1.º)."
    assert [it.score for it in found] == sorted((it.score for it in found), reverse=True)


@pytest.mark.parametrize("question", ["¿prestamo?", "PRÉSTAMO", "la cuota MENSUAL"])
def test_words_are_found_without_accents_and_in_other_forms(question):
    a_document(HOURS)
    a_document(LINES)
    (first, *_) = retrieval.look(a_domain(), question, weight=0).found
    assert first.chunk.text == LINES
    assert first.similarity is None
    assert first.why == "Por las palabras (1.º); por el sentido, no."


@pytest.mark.parametrize(
    "question", ["' | '", "a & b | !c", "\\ '\\'' <-> :*", "%s %(model)s {allowed}", "\0", "¿?"]
)
def test_a_question_is_never_read_as_a_query(question):
    a_document(LINES)
    assert retrieval.look(a_domain(), question, threshold=0).found is not None


def test_the_threshold_holds_back_what_is_too_far():
    a_document(LINES)
    far = retrieval.search(a_domain(), "cuotas mensuales", threshold=0)[0].similarity
    assert retrieval.search(a_domain(), "cuotas mensuales", threshold=far + 0.01) == []
    assert retrieval.search(a_domain(), "cuotas mensuales", threshold=far - 0.01)


def test_the_limit_is_the_domains_number_of_chunks():
    domain = a_domain(chunks=2)
    for text in (HOURS, LINES, REFUNDS):
        a_document(text, domain)
    assert len(retrieval.search(domain, "la oficina", threshold=0)) == 2
    assert len(retrieval.search(domain, "la oficina", threshold=0, limit=3)) == 3
    domain.chunks = 0
    assert retrieval.search(domain, "la oficina", threshold=0) == []


def test_a_kind_can_be_asked_for():
    a_document(HOURS, kind=DocumentKind.FAQ)
    a_document(LINES, kind=DocumentKind.POLICY)
    found = retrieval.search(a_domain(), "la oficina", threshold=0, kind="policy")
    assert texts(found) == [LINES]


def test_other_domains_are_not_searched():
    a_document(LINES, a_domain("ajena"))
    assert retrieval.search(a_domain(), "cuotas del préstamo", threshold=0) == []


def test_with_the_embedder_away_words_are_compared_and_it_is_said(provider):
    a_document(LINES)
    provider.replies["POST /embeddings"] = 503, {"error": {"message": "busy"}}
    looked = retrieval.look(a_domain(), "¿En cuántas cuotas se paga?", threshold=0.99)
    assert texts(looked.found) == [LINES]
    assert looked.vector is None
    assert looked.weight > 0


def test_a_question_that_leaves_the_house_is_masked(provider):
    a_document(LINES)
    retrieval.search(a_domain(), "Soy ana@example.com, ¿y las cuotas?")
    assert provider.sent("POST /embeddings")[-1]["input"] == ["Soy [EMAIL], ¿y las cuotas?"]


def test_nothing_is_found_before_anything_was_indexed(provider):
    assert retrieval.search(a_domain(), "¿Abren hoy?") == []
    assert provider.sent("POST /embeddings") == []


def test_another_users_private_documents_never_come_in_a_thousand_questions():
    domain = a_domain()
    mine, theirs = a_reader(domain), a_reader(domain)
    secret = "El acuerdo secreto con Pesquera Alfa vale cuatro millones."
    a_document(secret, domain, owner=theirs, audience=Audience.OWNER)
    a_document(LINES, domain)
    space = spaces.active()
    words = secret.split()
    crafted = [" ".join(words[n % 9 :: 1 + n % 4]) + f" {n}" for n in range(995)]
    crafted += [secret, secret.upper(), "secreto", "Pesquera Alfa", "cuatro millones"]
    vectors = dict(zip(crafted, _vectors(crafted), strict=True))
    scope = retrieval.scope_of(domain, user=mine)

    def found(question):
        rows = fusion.find(
            space, question, vectors[question], scope=scope, weight=0.5, threshold=-1, limit=10
        )
        return {row.pk for row in rows}

    public = set(Chunk.objects.filter(text=LINES).values_list("pk", flat=True))
    assert set().union(*map(found, crafted)) == public
    assert texts(retrieval.search(domain, secret, user=theirs, threshold=0))[0] == secret


def _vectors(questions):
    return [it["embedding"] for it in embeddings({"input": questions, "model": "x"})[1]["data"]]


@pytest.mark.parametrize(
    ("who", "sees"),
    [("nobody", False), ("without right", False), ("of another domain", False), ("reader", True)],
)
def test_documents_for_staff_come_to_staff_of_the_domain(who, sees):
    domain = a_domain()
    a_document(LINES, domain, audience=Audience.STAFF)
    user = {
        "nobody": lambda: None,
        "without right": lambda: a_user(domain=domain),
        "of another domain": lambda: a_reader(a_domain("ajena")),
        "reader": lambda: a_reader(domain),
    }[who]()
    assert bool(retrieval.search(domain, "cuotas", user=user, threshold=0)) is sees


def test_a_person_sees_what_is_public_whoever_asks_for_them():
    domain = a_domain()
    a_document(LINES, domain, audience=Audience.STAFF)
    found = retrieval.search(
        domain, "cuotas", user=a_reader(domain), person=a_person(domain), threshold=0
    )
    assert found == []


def test_what_is_deleted_or_put_away_is_gone_at_once():
    kept, away, gone = a_document(HOURS), a_document(LINES), a_document(REFUNDS)
    documents.deactivate(away, by="test")
    documents.delete(gone, by="test")
    found = retrieval.search(a_domain(), f"{HOURS} {LINES} {REFUNDS}", threshold=-1)
    assert {it.chunk.document for it in found} == {kept}


def test_filters_lose_no_rows_of_the_index(monkeypatch):
    """The nearest 300 are of another domain: an index that gives up early would find nothing."""
    domain, other = a_domain(), a_domain("ajena")
    mine, near = a_document(LINES, domain), a_document(HOURS, other)
    space = spaces.active()
    (vector,) = embedding.embed_questions(["hola"], space=space)
    rows = [
        Chunk(
            document=near,
            position=number,
            text=f"Texto {number}",
            embedding=vector,
            embedding_model=space.model,
            dimensions=space.dimensions,
        )
        for number in range(1, 300)
    ]
    Chunk.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL hnsw.iterative_scan = off")
        cursor.execute("SET LOCAL hnsw.ef_search = 10")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
    found = retrieval.look(domain, "hola", threshold=-1, weight=1).found
    assert [it.chunk.document for it in found] == [mine]


def test_when_the_question_has_common_words_the_rare_ones_choose():
    domain = a_domain()
    document = a_document(LINES, domain)
    space = spaces.active()
    vector = [1.0] + [0.0] * (space.dimensions - 1)
    rows = [
        Chunk(
            document=document,
            position=number,
            text="camarón congelado" + (" raro" if number == 2000 else ""),
            embedding=vector,
            embedding_model=space.model,
            dimensions=space.dimensions,
        )
        for number in range(1, 2001)
    ]
    Chunk.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE documento_ai_embeddings")
    found = retrieval.look(domain, "camarón raro", weight=0, limit=10).found
    assert [it.chunk.position for it in found] == [2000]
