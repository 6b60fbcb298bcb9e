"""The side menu: what is where, by role."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db

DOCUMENTS = "Documentos y búsqueda"
PRICES = "Catálogo y precios"
WORDS = "Palabras"
SEARCHES = [
    "Documentos",
    "Trozos por arreglar",
    "Probar la búsqueda",
    "Preguntas de búsqueda",
    "Medidas de la búsqueda",
    "Calibración de la búsqueda",
]


def menu(client):
    """The lines that a user is shown, by group; a group without any is not shown."""
    groups = client.get(reverse("admin:index")).context["sidebar_navigation"]
    shown = {
        str(it["title"]): [str(line["title"]) for line in it["items"] if line["has_permission"]]
        for it in groups
    }
    return {title: lines for title, lines in shown.items() if lines}


@pytest.mark.parametrize("role", ["rater", "trainer", "auditor"])
def test_who_keeps_no_documents_sees_the_catalogue_and_its_prices(sign_in, role):
    shown = menu(sign_in(role))
    assert shown[PRICES] == ["Catálogo", "Listas de precios"]
    assert not {DOCUMENTS, WORDS} & shown.keys()


def test_reviewers_see_documents_how_they_are_found_and_quotes(sign_in):
    shown = menu(sign_in("reviewer"))
    assert shown[DOCUMENTS] == SEARCHES
    assert shown[PRICES] == ["Catálogo", "Listas de precios", "Proformas"]
    assert WORDS not in shown


def test_administrators_see_all_of_it(sign_in):
    shown = menu(sign_in("admin"))
    assert shown[DOCUMENTS] == [*SEARCHES, "Índices de vectores"]
    assert shown[PRICES] == ["Catálogo", "Listas de precios", "Hojas de precios", "Proformas"]
    assert shown[WORDS] == ["Diccionario", "Definiciones de campos", "Variables del prompt"]


@pytest.mark.parametrize("role", ["rater", "reviewer", "trainer", "auditor", "admin"])
def test_answers_stand_beside_where_the_bot_is_tried(sign_in, role):
    lines = menu(sign_in(role))["Aprender"]
    assert "Respuestas del bot" in lines
    if "Probar el bot" in lines:
        assert lines.index("Respuestas del bot") == lines.index("Probar el bot") + 1


def test_a_page_marks_its_line_and_no_other(sign_in):
    page = sign_in("admin").get(reverse("admin:rag_document_changelist"))
    lines = [line for group in page.context["sidebar_navigation"] for line in group["items"]]
    assert [str(it["title"]) for it in lines if it["active"]] == ["Documentos"]
