import pytest
from django.utils import timezone

from core import placeholders
from rag.models import DictionaryTerm, PromptVariable
from rag.prompt_variables import filled
from tests.factories import a_domain

ALL = " ".join(f"{name}={{{name}}}" for name in placeholders.BUILT_IN)


@pytest.mark.parametrize(
    ("prompt", "values", "said"),
    [
        ("Hola.", {"resumen_bd": "x"}, "Hola."),
        ("{resumen_bd}, {resumen_bd}", {"resumen_bd": "x"}, "x, x"),
        ("{resumen_bd}", {"resumen_bd": "{info_esquema} \\1"}, "{info_esquema} \\1"),
        ("A\n\n{resumen_bd}\n\nB", {}, "A\n\nB"),
        ("{nadie} {resumen_bd}", {"resumen_bd": "x"}, "{nadie} x"),
        ('{"a": 1} {} { resumen_bd } {0}', {"resumen_bd": "x"}, '{"a": 1} {} { resumen_bd } {0}'),
    ],
)
def test_places_are_filled_once_and_other_braces_stay(prompt, values, said):
    assert placeholders.fill(prompt, values) == said


def test_a_prompt_as_it_is_trained_has_no_places():
    assert placeholders.emptied("Eres útil.\n\n{contexto_documentos}\n{horario}") == "Eres útil."
    assert placeholders.emptied('Eres útil. {"a": 1}') == 'Eres útil. {"a": 1}'


@pytest.mark.django_db
def test_the_site_fills_what_it_knows_and_the_caller_the_rest():
    domain = a_domain()
    DictionaryTerm.objects.create(domain=domain, word="mora", definition="Un atraso.")
    PromptVariable.objects.create(domain=domain, name="horario", description="De 9 a 17.")
    PromptVariable.objects.create(domain=domain, name="resumen_bd", description="Qué hay.")
    said = filled(
        domain,
        f"{ALL} {{horario}}",
        question="¿tengo mora?",
        values={"contexto_documentos": "<<<pasaje>>>"},
    )
    assert "resumen_bd=1 términos del diccionario" in said
    assert "info_esquema=mora: Un atraso." in said
    assert "contexto_documentos=<<<pasaje>>>" in said
    assert "info_cliente_buscado= " in said
    assert str(timezone.localdate().year) in said
    assert said.endswith("De 9 a 17.")


@pytest.mark.django_db
def test_a_prompt_without_places_asks_nothing_of_the_database(django_assert_num_queries):
    domain = a_domain()
    with django_assert_num_queries(0):
        assert filled(domain, "Eres útil.", question="¿tengo mora?") == "Eres útil."
