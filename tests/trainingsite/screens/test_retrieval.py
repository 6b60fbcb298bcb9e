"""Trying the search, and the domain's questions with their sources."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.models import AuditEvent
from rag import documents, indexing, measuring, spaces
from rag.models import Audience, RetrievalQuestion, RetrievalRun, SearchTuning
from tests.factories import a_domain

pytestmark = pytest.mark.django_db

SCREEN, TUNE = reverse("admin:retrieval"), reverse("admin:retrieval_tune")
IMPORT = reverse("admin:rag_retrievalquestion_import_table")
TEXT = "El préstamo personal se paga en doce cuotas."


def a_document(domain, text=TEXT, **fields):
    document = documents.add_text(domain, title=text[:30], text=text, by="test", **fields)
    indexing.index(document)
    return document


def ask(client, question="¿En cuántas cuotas se paga?"):
    return client.post(SCREEN, {"pregunta": question}).content.decode()


def test_a_question_shows_chunks_scores_and_why(sign_in, domain):
    a_document(domain)
    a_document(domain, "La oficina abre a las nueve.")
    page = ask(sign_in("reviewer"))
    assert page.index(TEXT) < page.index("La oficina abre a las nueve.")
    assert "Por el sentido (1.º) y por las palabras (1.º)." in page
    assert "puntuación 1,000" in page
    assert "Modelo test-embedder" in page


def test_what_the_threshold_holds_back_is_shown_as_such(sign_in, domain):
    a_document(domain)
    SearchTuning.objects.create(domain=domain, embedding_model="test-embedder", threshold=0.99)
    assert "bajo la similitud mínima" in ask(sign_in("reviewer"))


def test_with_the_embedder_away_the_screen_says_so(sign_in, domain, provider):
    a_document(domain)
    provider.replies["POST /embeddings"] = 503, {"error": {"message": "busy"}}
    page = ask(sign_in("reviewer"))
    assert "solo palabras" in page
    assert TEXT in page


def test_before_anything_is_indexed_the_screen_says_so(sign_in):
    page = ask(sign_in("reviewer"))
    assert "Todavía no hay documentos preparados" in page


def test_another_users_private_documents_are_not_shown(sign_in, domain):
    a_document(domain, audience=Audience.OWNER)
    assert TEXT not in ask(sign_in("reviewer"))


def test_what_was_measured_is_shown_with_what_was_missed(sign_in, domain):
    a_document(domain)
    lost = a_document(domain, "Otra cosa.")
    RetrievalQuestion.objects.create(
        domain=domain, question="¿Y esto?", document=lost, quote="no está"
    )
    measuring.measure(domain, cause="documentos")
    page = sign_in("reviewer").get(SCREEN).content.decode()
    assert "¿Y esto?" in page
    assert "debía hallarse «Otra cosa.»" in page
    assert "documentos" in page


def test_calibrating_measures_too_and_is_for_administrators(sign_in, domain):
    for number in range(10):
        RetrievalQuestion.objects.create(
            domain=domain,
            question=f"cosa{number}",
            document=a_document(domain, f"Sobre cosa{number} se dice algo."),
        )
    assert sign_in("reviewer").post(TUNE).status_code == 403
    page = sign_in("admin").post(TUNE, follow=True).content.decode()
    assert "Similitud mínima" in page
    assert SearchTuning.objects.get().questions == 10
    assert RetrievalRun.objects.get().recall_at_1 == 1


def test_too_few_questions_are_told(sign_in, domain):
    page = sign_in("admin").post(TUNE, follow=True).content.decode()
    assert "Hacen falta al menos 10 preguntas" in page


def upload(client, domain, table, name="preguntas.csv"):
    file = SimpleUploadedFile(name, table.encode())
    return client.post(IMPORT, {"domain": domain.pk, "file": file}, follow=True).content.decode()


def test_questions_come_from_a_table_and_a_known_one_is_put_right(sign_in, domain):
    first, second = a_document(domain), a_document(domain, "Otra cosa.")
    reviewer = sign_in("reviewer")
    upload(reviewer, domain, f"pregunta;documento;cita\n¿Cuotas?;{first.title};doce\n¿Nada?;;\n")
    page = upload(reviewer, domain, f"Pregunta,Documento\n¿Cuotas?,{second.pk}\n¿Más?,\n")
    assert "1 pregunta nueva." in page
    rows = RetrievalQuestion.objects.order_by("pk")
    assert list(rows.values_list("question", "document", "quote")) == [
        ("¿Cuotas?", second.pk, ""),
        ("¿Nada?", None, ""),
        ("¿Más?", None, ""),
    ]
    assert AuditEvent.objects.filter(action="search_questions_read").count() == 2


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("pregunta\n¿Hola?\n", "Falta la columna «documento»"),
        ("\n", "Falta la columna «pregunta»"),
        ("pregunta,documento\n¿Bien?,\n¿Hola?,No existe\n", "Fila 3: no hay un solo documento"),
        ("pregunta,documento\n,\n¿Bien?,\n,x\n", "Fila 4: la pregunta está vacía"),
        ("pregunta,documento,cita\n¿Hola?,," + "x" * 301, "Fila 2: la cita es demasiado larga"),
        ("pregunta,documento\n\0,\n", "No es un archivo CSV"),
    ],
)
def test_a_table_with_a_fault_is_refused_whole(sign_in, domain, table, said):
    assert said in upload(sign_in("reviewer"), domain, table)
    assert not RetrievalQuestion.objects.exists()


def test_a_table_names_documents_of_its_own_domain_only(sign_in, domain):
    stranger = a_document(a_domain("ajena"))
    page = upload(sign_in("reviewer"), domain, f"pregunta,documento\n¿Hola?,{stranger.pk}\n")
    assert "Fila 2" in page


def test_the_vectors_of_each_model_show_how_far_they_are(boss, domain):
    a_document(domain)
    spaces.build("new-embedder", "local")
    page = boss.get(reverse("admin:rag_vectorspace_changelist")).content.decode()
    assert "0 / 1" in page
