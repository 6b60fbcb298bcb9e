import pytest
from django.db.models import JSONField, Value

from rag import words
from rag.models import DictionaryTerm, FieldDefinition
from rag.prompting import WORDS_ROOM
from rag.vocabulary import relevant
from tests.factories import a_domain
from trainingsite import samples

pytestmark = pytest.mark.django_db


def a_term(word="mora", domain=None, **fields):
    fields = {"definition": f"Lo que es {word}."} | fields
    return DictionaryTerm.objects.create(domain=domain or a_domain(), word=word, **fields)


def a_field(table="cuotas", field="estado", domain=None, **fields):
    fields = {"definition": f"El {field}."} | fields
    return FieldDefinition.objects.create(
        domain=domain or a_domain(), table=table, field=field, **fields
    )


def test_a_question_brings_only_what_it_touches():
    a_term("mora", synonyms=["atraso"], field="estado", table="cuotas")
    a_term("plazo")
    a_field(data_type="VARCHAR(20)", values=["PAGADO"])
    assert relevant(a_domain(), "¿tengo atrasos?") == (
        "mora («atraso»): Lo que es mora.\ncuotas.estado (VARCHAR(20)): El estado. Valores: PAGADO."
    )


def test_a_question_about_something_else_brings_nothing():
    a_term("mora")
    assert relevant(a_domain(), "¿a qué hora abren?") == ""


def test_a_domain_without_words_brings_nothing():
    assert relevant(a_domain(), "¿tengo mora?") == ""


def test_words_that_are_off_and_those_of_other_domains_are_left_out():
    a_term("mora", active=False)
    a_field("cuotas", "mora", active=False)
    a_term("mora", a_domain("tienda"))
    assert relevant(a_domain(), "¿tengo mora?") == ""


def test_a_change_is_heard_in_the_next_question():
    row = a_term("mora")
    relevant(a_domain(), "¿tengo mora?")
    row.definition = "Otra cosa."
    words.write(row, by="ana")
    assert relevant(a_domain(), "¿tengo mora?") == "mora: Otra cosa."
    words.switch(DictionaryTerm.objects.all(), active=False, by="ana")
    assert relevant(a_domain(), "¿tengo mora?") == ""


@pytest.mark.parametrize(
    ("table", "field"),
    [("auth_user", "estado"), ("django_session", "estado"), ("clientes", "password")],
)
def test_what_nobody_may_hear_of_is_not_told_even_if_somebody_wrote_it(table, field):
    a_field(table, field)
    a_term("contraseña", field="password", table="clientes")
    told = relevant(a_domain(), "¿cuál es el estado, y su password o contraseña?")
    assert table not in told
    assert "clientes.password" not in told


def test_it_stays_within_its_room_however_much_is_touched():
    for number in range(40):
        a_term(f"palabra{number}ñ", definition="muy larga " * 40)
    told = relevant(a_domain(), " ".join(f"palabra{number}ñ" for number in range(40)))
    assert 0 < len(told) <= WORDS_ROOM


@pytest.mark.parametrize("odd", [None, {}, [1, None, {"a": "b"}], "atraso"])
def test_lists_that_are_none_are_no_words(odd):
    a_term("mora", synonyms=odd if odd is not None else Value(None, JSONField()))
    assert relevant(a_domain(), "¿tengo mora o atraso?") == "mora: Lo que es mora."


def test_it_costs_two_queries(django_assert_num_queries):
    domain = a_domain()
    a_term("mora")
    with django_assert_num_queries(2):
        relevant(domain, "¿tengo mora?")


def test_the_sample_lending_business_is_understood():
    domain = samples.load("prestamos")
    for question, told in [
        ("¿cuál es mi saldo pendiente?", "saldo pendiente"),
        ("tengo dos cuotas atrasadas", "cuota atrasada"),
        ("quiero cambiar el número de celular", "clientes.telefono"),
        ("cuales son los intereses de mora", "interés de mora"),
    ]:
        assert told in relevant(domain, question)
    assert relevant(domain, "¿a qué hora abren el sábado?") == ""
