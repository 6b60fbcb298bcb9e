import pytest

from rag.glossary import Column, Glossary, Word, described

CEDULA = Word("cédula", "Documento de identidad.", ("ci", "número de cédula"), "cedula", "clientes")
MORA = Word("mora", "Una cuota vencida que no se pagó.", ("atraso",))
INTEREST = Word("interés de mora", "Recargo sobre lo vencido.", (), "interes_mora")
DUE = Column("cuotas", "fecha_vencimiento", "Límite para pagar.", "DATE")
COLUMNS = [
    Column("clientes", "cedula", "Cédula del cliente.", "VARCHAR(20)"),
    DUE,
    Column("cuotas", "interes_mora", "Recargo cobrado.", "NUMERIC(10, 2)"),
    Column("pagos", "interes_mora", "Recargo pagado."),
    Column("cuotas", "estado", "Cómo va.", "VARCHAR(20)", ("PENDIENTE", "PAGADO")),
    Column("cuotas", "id", "Número interno."),
]
GLOSSARY = Glossary([CEDULA, MORA, INTEREST], COLUMNS)


def words(question):
    return [word.word for word, _called in GLOSSARY.about(question).words]


def columns(question):
    return [f"{it.table}.{it.name}" for it in GLOSSARY.about(question).columns]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("¿con qué CEDULA está?", ["cédula"]),
        ("mándeme sus cédulas", ["cédula"]),
        ("mi CI no sale", ["cédula"]),
        ("el numero de cedula y los atrasos", ["cédula", "mora"]),
        ("¿cuánto es el interes por mora?", ["interés de mora"]),
        ("¿Hay mora en una cédula?", ["mora", "cédula"]),
        ("mora, mora y mora", ["mora"]),
        ("Hola, ¿qué tal?", []),
        ("moraleja cívica", []),
        ("", []),
    ],
)
def test_words_are_found_however_they_are_written(question, found):
    assert words(question) == found


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("su cédula", ["clientes.cedula"]),
        ("¿cuál es la fecha de vencimiento?", ["cuotas.fecha_vencimiento"]),
        ("los intereses de mora", ["cuotas.interes_mora", "pagos.interes_mora"]),
        ("¿y el estado de mi cédula?", ["clientes.cedula", "cuotas.estado"]),
        ("el id", []),
    ],
)
def test_a_word_brings_its_column_and_a_column_may_be_named(question, found):
    assert columns(question) == found


def test_a_synonym_is_told_with_the_word_it_stands_for():
    told = described(GLOSSARY.about("tengo un atraso"), 500)
    assert told == "mora («atraso»): Una cuota vencida que no se pagó."


def test_a_column_tells_its_type_and_values():
    told = described(GLOSSARY.about("el estado"), 500)
    assert told == "cuotas.estado (VARCHAR(20)): Cómo va. Valores: PENDIENTE, PAGADO."


def test_nothing_touched_says_nothing():
    assert described(GLOSSARY.about("hola"), 500) == ""


def test_what_does_not_fit_is_left_out_whole():
    touched = GLOSSARY.about("mora y cédula")
    first = "mora: Una cuota vencida que no se pagó."
    assert described(touched, len(first)) == first
    assert described(touched, len(first) - 1) == ""


def test_a_definition_of_a_thousand_words_takes_one_line():
    wordy = Glossary([Word("mora", "uno\ndos " * 500)], [])
    told = described(wordy.about("mora"), 500)
    assert len(told) <= 180
    assert "\n" not in told
