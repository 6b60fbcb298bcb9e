"""The automatic score: every row of the requirements' table with the value it should have."""

import json
from pathlib import Path

import pytest

from conversations.scoring import score

SAMPLES = Path(__file__).parents[2] / "trainingsite" / "samples"
DOMAINS = {
    "none": {},
    **{
        slug: json.loads((SAMPLES / slug / "domain.json").read_text("utf-8"))
        for slug in ("tienda", "camaron", "prestamos")
    },
}

REFUSED, DOUBTED, AGREED = {1}, {2}, {4}
NOT_PLEASED, PLEASED = {1, 2}, {4, 5}

ROWS = [
    ("no me gusta", REFUSED, False),
    ("no lo quiero", REFUSED, False),
    ("ya no lo quiero", REFUSED, False),
    ("no voy a comprar", REFUSED, False),
    ("no gracias", NOT_PLEASED, False),
    ("gracias por nada", NOT_PLEASED, False),
    ("no me sirve, gracias", NOT_PLEASED, False),
    ("Perfecto, pero no quiero", REFUSED, False),
    ("no está bien", NOT_PLEASED, False),
    ("no entiendo si es original", DOUBTED, False),
    ("si no baja el precio no quiero", REFUSED, False),
    ("no me interesa", REFUSED, False),
    ("no voy a pagar eso", REFUSED, False),
    ("no hay link?", {2, 3}, False),
    ("voy a pensarlo", {3}, False),
    ("sí", AGREED, False),
    ("Sí!", AGREED, False),
    ("sí quiero", AGREED, True),
    ("no sé", DOUBTED, False),
    ("no", NOT_PLEASED, False),
    ("es una estafa", REFUSED, False),
    ("devuélveme mi dinero", REFUSED, False),
    ("me encanta", PLEASED, False),
    ("súper", PLEASED, False),
    ("claro", PLEASED, False),
    ("👍", PLEASED, False),
    # What turning the order of the lists round would break.
    ("no está nada mal, me gusta", PLEASED, False),
]


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize(("text", "stars", "sale"), ROWS)
def test_each_row_of_the_table_scores_as_it_should(text, stars, sale, domain):
    found, success = score(text, lists=DOMAINS[domain])

    assert found in stars
    assert success is sale


@pytest.mark.parametrize(
    ("words", "stars"),
    [
        (["perfecto", "excelente", "genial", "gracias", "me gusta", "lo quiero"], 5),
        (["voy a comprar"], 5),
        (["ok", "bien", "sí", "si", "dale", "listo"], 4),
        (["más", "info", "detalles", "cuéntame", "explica", "hola", ""], 3),
        (["no entiendo", "confuso", "no sé", "duda"], 2),
        (["no me sirve", "no me gusta", "no quiero", "mal"], 1),
    ],
)
def test_a_domain_without_lists_takes_the_documents_words(words, stars):
    assert {word: score(word, lists={})[0] for word in words} == dict.fromkeys(words, stars)


@pytest.mark.parametrize(
    "text", ["quiero comprar", "quiero pagar", "el link", "qué método", "voy a", "me interesa"]
)
def test_the_documents_words_of_a_sale_announce_one(text):
    assert score(text, lists={})[1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # A negation reaches what follows it in its clause, and a good word for "not bad" stays.
        ("no me parece mal", (4, False)),
        ("no lo dudo, lo compro", (5, True)),
        ("no quiero comprar nada", (1, False)),
        ("nunca compro por internet pero esta vez sí, dime cómo pago", (4, True)),
        ("no podría estar más contenta", (5, False)),
        ("poco claro", (2, False)),
        # A condition: not yet.
        ("si baja el precio lo compro", (3, False)),
        ("si fuera en negro me lo llevaba", (3, False)),
        ("lo compraría con descuento", (3, False)),
        ("si lo quiero", (5, True)),
        ("¿y si no me gusta?", (3, False)),
        # Irony.
        ("sí, claro, cómo no 🙄", (1, False)),
        ("genial, no funciona", (1, False)),
        ('tu "oferta" está carísima', (1, False)),
        ("jajaja 80 dólares por eso", (1, False)),
        ("qué rapidez, solo tardaron tres semanas", (1, False)),
        # Mixed feelings: what follows a "pero" weighs more.
        ("me gusta pero está carísimo", (2, False)),
        ("está un poco caro pero lo compro", (4, True)),
        ("me gusta, pero es de plástico", (3, False)),
        ("me gusta, pero es muy grande", (2, False)),
        # A question asks; it neither praises nor complains.
        ("¿es bueno?", (3, False)),
        ("perfecto, ¿y el envío?", (4, False)),
        ("gracias, ¿cuánto cuesta?", (3, False)),
        ("me interesa, ¿cómo lo pago?", (4, True)),
        ("???", (2, False)),
        # Chat spelling.
        ("siiiii", (4, False)),
        ("graciasss", (5, False)),
        ("xq no", (4, False)),
        ("me encantaaa 😍😍", (5, False)),
        ("no grax :(", (2, False)),
        ("👍🏽", (4, False)),
    ],
)
def test_what_is_meant_counts_and_not_each_word(text, expected):
    assert score(text, lists={}) == expected


def test_a_domains_own_words_come_before_everyones():
    lists = {
        "score_words": {"1": ["dale"], "5": ["a la mar"]},
        "success_words": ["zarpamos"],
        "positive_words": ["rojo", "claro"],
        "negative_words": ["azul", "excelente"],
        "irony_words": ["qué marea"],
    }
    texts = ["dale", "a la mar", "zarpamos", "rojo", "claro", "azul", "excelente", "Qué marea!"]

    assert [score(text, lists=lists) for text in texts] == [
        *((1, False), (5, False), (4, True), (4, False)),
        *((4, False), (1, False), (2, False), (1, False)),
    ]
    assert score("quiero comprar", lists={"success_words": []}) == (5, True)
    assert score("link", lists={"success_words": []}) == (3, False)


@pytest.mark.parametrize(
    "lists",
    [
        {"score_words": None, "success_words": "comprar", "positive_words": [1, None, ""]},
        {"score_words": {"5": "genial", "6": ["x"]}, "negative_words": {"a": 1}},
        {"score_words": [], "irony_words": ["...", "((*|?#"]},
    ],
)
def test_lists_of_another_shape_are_passed_over(lists):
    assert score("me encanta", lists=lists) == (5, False)


@pytest.mark.parametrize("text", ["", " ", "\x00", "\ud800", "(((", "=|*..#?", "1/2", "ña" * 5000])
def test_any_text_gets_its_stars(text):
    assert 1 <= score(text, lists={})[0] <= 5


@pytest.mark.parametrize(
    "text", ["no lo quiero si ", "lo la los ", "gracias pero no ", "¿" * 9, "siii"]
)
def test_a_long_text_takes_linear_time(text):
    score(text * (100_000 // len(text)), lists={})
