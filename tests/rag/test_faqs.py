"""Frequent questions come as CSV or JSON, and each is a document."""

import json

import pytest

from core.errors import Invalid
from rag import faqs
from rag.models import Document
from tests.factories import a_domain

pytestmark = pytest.mark.django_db

CSV = (
    "pregunta;respuesta;categoría\n¿Hay envíos?;Sí, en dos días.;envíos\n¿Qué horario?;De 9 a 5.;\n"
)
ROWS = [{"question": "¿Hay envíos?", "answer": "Sí.", "category": "x"}]


def test_csv_and_json_are_read_alike():
    from_csv = faqs.read(CSV.encode("cp1252"))
    assert [it.question for it in from_csv] == ["¿Hay envíos?", "¿Qué horario?"]
    assert from_csv[0].category == "envíos"
    wanted = [faqs.Faq("¿Hay envíos?", "Sí.", "x")]
    assert faqs.read(json.dumps(ROWS).encode()) == wanted
    assert faqs.read(json.dumps({"faqs": ROWS}).encode()) == wanted


def test_each_is_a_document_and_a_new_answer_replaces_the_old():
    domain = a_domain()
    faqs.add(domain, faqs.read(CSV.encode()), by="ana")
    faqs.add(domain, [faqs.Faq("¿hay envios?", "Ya no.")], by="ana")
    texts = Document.objects.filter(domain=domain, kind="faq").values_list("text", flat=True)
    assert sorted(texts) == ["¿Qué horario?\nDe 9 a 5.", "¿hay envios?\nYa no."]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"a;b\n1;2\n",
        b"{",
        b"[1]",
        b'[{"question": "a"}]',
        b"pregunta;respuesta\n;sin pregunta\n",
        b"pregunta;respuesta\n" + b"a;b\n" * (faqs.MOST + 1),
    ],
)
def test_bad_files_leave_nothing(content):
    with pytest.raises(Invalid):
        faqs.read(content)
