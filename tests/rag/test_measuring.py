"""Questions with their sources: what a search is calibrated and measured on."""

import pytest

from core.models import AuditEvent
from core.work import WorkState
from rag import documents, indexing, measuring, retrieval, spaces, tasks, tuning
from rag.measuring import NothingToMeasure
from rag.models import DocumentWork, RetrievalQuestion, RetrievalRun, SearchTuning
from rag.tuning import TooFewQuestions
from tests.factories import a_domain

pytestmark = pytest.mark.django_db

THINGS = ("camarón", "préstamo", "cuota", "factura", "garantía", "horario", "envío", "seguro",
          "contrato", "reembolso", "catálogo", "descuento")  # fmt: skip


def a_document(text, domain=None):
    document = documents.add_text(domain or a_domain(), title=text[:30], text=text, by="test")
    indexing.index(document)
    return document


def a_question(question, document=None, **fields):
    return RetrievalQuestion.objects.create(
        domain=fields.pop("domain", None) or a_domain(),
        question=question,
        document=document,
        **fields,
    )


@pytest.fixture
def library():
    """Twelve documents, a question about each, and two that none answers."""
    for thing in THINGS:
        a_question(f"sobre {thing} y su uso", a_document(f"Esto se dice sobre {thing} y su uso."))
    a_question("zzz wwwww")
    a_question("kkkk jjjj vvvv")
    return a_domain()


def test_recall_and_rank_are_of_the_questions_that_something_answers(library):
    run = measuring.measure(library, cause="prueba")
    assert (run.questions, run.embedding_model) == (14, "test-embedder")
    assert (run.recall_at_1, run.recall_at_3, run.recall_at_5, run.mrr) == (1, 1, 1, 1)


def test_a_question_is_missed_when_its_words_are_nowhere_in_the_document(library):
    lost = a_question("sobre seguro y su uso", RetrievalQuestion.objects.first().document,
                      quote="palabras que ya no están")  # fmt: skip
    run = measuring.measure(library, cause="prueba")
    assert run.recall_at_5 == pytest.approx(12 / 13)
    assert {"question": lost.pk, "place": None} in run.misses


def test_a_quote_makes_only_its_chunk_the_right_one():
    domain = a_domain(chunk_size=200, chunk_overlap=0)
    text = "El horario es amplio y cómodo. " * 6 + "\n\n" + "El pago se hace con tarjeta. " * 6
    document = a_document(text, domain)
    a_question("horario", document, quote="pago se hace", domain=domain)
    assert measuring.measure(domain, cause="prueba").recall_at_1 == 0


def test_what_is_found_for_a_question_without_an_answer_is_a_miss(library):
    SearchTuning.objects.create(
        domain=library, embedding_model="test-embedder", threshold=0, vector_weight=0.5
    )
    run = measuring.measure(library, cause="prueba")
    nobody = set(RetrievalQuestion.objects.filter(document=None).values_list("pk", flat=True))
    assert {it["question"] for it in run.misses if it.get("found")} == nobody


def test_calibrating_keeps_right_chunks_and_holds_back_the_others(library):
    tuned = tuning.calibrate(library)
    assert 0 < tuned.threshold < 1
    assert tuned.questions == 14
    assert retrieval.search(library, "zzz wwwww") == []
    assert retrieval.search(library, "sobre cuota y su uso")
    assert measuring.measure(library, cause="prueba").misses == []
    event = AuditEvent.objects.get(action="search_tuned")
    assert event.details["threshold"] == tuned.threshold


def test_a_calibration_is_of_one_model_and_one_domain(library):
    tuning.calibrate(library)
    fresh = tuning.of(library, "text-embedding-3-small")
    assert (fresh.pk, fresh.threshold) == (None, 0.3)
    assert tuning.of(a_domain("ajena"), "test-embedder").threshold == 0


def test_too_few_questions_calibrate_nothing():
    a_question("¿Qué dice?", a_document("Esto dice."))
    with pytest.raises(TooFewQuestions):
        tuning.calibrate(a_domain())
    assert not SearchTuning.objects.exists()


def test_a_domain_without_questions_is_not_measured():
    a_document("Esto dice.")
    with pytest.raises(NothingToMeasure):
        measuring.measure(a_domain(), cause="prueba")


def test_each_change_is_measured_once(library):
    assert tasks.measure_searches() == "1 measured"
    assert tasks.measure_searches() == "0 measured"
    a_document("Uno más.")
    a_document("Y otro más.")
    assert tasks.measure_searches() == "1 measured"
    assert tasks.measure_searches() == "0 measured"
    assert list(RetrievalRun.objects.values_list("cause", flat=True)) == ["documentos", "primera"]


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (lambda: documents.delete(a_row().document, by="t"), "documentos, preguntas, calibración"),
        (lambda: documents.deactivate(a_row().document, by="t"), "documentos"),
        (lambda: SearchTuning.objects.update(threshold=0.123), "calibración"),
        (lambda: RetrievalQuestion.objects.filter(pk=a_row().pk).update(active=False), "preguntas"),
    ],
)
def test_what_changed_is_the_cause(library, change, cause):
    tasks.measure_searches()
    change()
    assert tasks.measure_searches() == "1 measured"
    assert RetrievalRun.objects.first().cause.startswith(cause.split(",")[0])


def a_row():
    return RetrievalQuestion.objects.order_by("pk").first()


def test_while_documents_are_on_their_way_nothing_is_measured(library):
    documents.add_text(library, title="Uno más", text="Uno más.", by="test")
    assert DocumentWork.objects.filter(state=WorkState.WAITING).exists()
    assert tasks.measure_searches() == "0 measured"


def test_new_questions_calibrate_by_themselves(library):
    tasks.measure_searches()
    before = SearchTuning.objects.get().at
    a_question("xxxx yyyyy")
    tasks.measure_searches()
    assert SearchTuning.objects.get().at > before


def test_a_question_gets_its_vector_once(library, provider):
    measuring.measure(library, cause="prueba")
    provider.requests.clear()
    measuring.measure(library, cause="prueba")
    assert provider.sent("POST /embeddings") == []
    row = a_row()
    RetrievalQuestion.objects.filter(pk=row.pk).update(question="¿Y otra cosa?")
    measuring.measure(library, cause="prueba")
    assert [it["input"] for it in provider.sent("POST /embeddings")] == [["¿Y otra cosa?"]]


def test_without_the_embedder_nothing_is_measured_yet(library, provider):
    provider.replies["POST /embeddings"] = 503, {"error": {"message": "busy"}}
    assert tasks.measure_searches().startswith("later: ")
    assert not RetrievalRun.objects.exists()
    assert spaces.active()
