import pytest

from conversations.scoring import tone

POSITIVE = ["excelente", "perfecto", "gracias", "me gusta", "me interesa", "clara", "claro", "👍"]
NEGATIVE = ["mal", "malo", "error", "confuso", "lento", "no me gusta", "no quiero", "no me sirve"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # The rows of the old rule that looked for parts of words (requirements, X11).
        ("malo", "negativo"),
        ("todo normal, sin errores", "positivo"),
        ("no me gusta", "negativo"),
        ("Animal, formal, normal", "neutro"),
        # A negation turns round what it reaches, and nothing behind a comma.
        ("no está nada mal, me gusta", "positivo"),
        ("no es claro", "negativo"),
        ("NO ME INTERESA", "negativo"),
        ("no es malo, es excelente", "positivo"),
        ("nunca fue clara", "negativo"),
        ("no sé qué decir de una respuesta que es tan clara", "positivo"),
        # Words that only look like one.
        ("sin embargo es claro", "positivo"),
        ("no solo es clara, también es perfecto", "positivo"),
        # Half praise is a complaint; "un poco" does not soften one.
        ("poco clara", "negativo"),
        ("debería ser más clara", "negativo"),
        ("un poco confuso", "negativo"),
        # A refusal stays one, however polite (requirements, 6.1).
        ("no gracias", "negativo"),
        ("no, gracias", "negativo"),
        ("no me sirve, gracias", "negativo"),
        ("Perfecto, pero no quiero", "negativo"),
        ("si no baja el precio no quiero", "negativo"),
        ("un poco lento, pero excelente", "positivo"),
        ("excelente, aunque lento", "positivo"),
        # As much praise as complaint is neither, but a refusal weighs more.
        ("Muy clara para prevenir errores.", "neutro"),
        ("malo y excelente", "neutro"),
        ("gracias, nada claro", "negativo"),
        # Case, accents, plurals, signs.
        ("¡PERFÉCTO!", "positivo"),
        ("muy claros", "positivo"),
        ("👍👍", "positivo"),
        ("", "neutro"),
        ("voy a pensarlo", "neutro"),
    ],
)
def test_tone(text, expected):
    assert tone(text, positive=POSITIVE, negative=NEGATIVE) == expected


def test_tone_is_neutral_without_lists():
    assert tone("excelente, malo", positive=[], negative=[]) == "neutro"


def test_tone_takes_the_longest_phrase():
    assert tone("no me gusta", positive=["gusta", "me gusta"], negative=["no me gusta"]) == (
        "negativo"
    )


def test_tone_takes_signs_in_a_list_literally():
    assert tone("c++ (ccc)", positive=["c+"], negative=["c++"]) == "negativo"


def test_tone_of_a_long_text_takes_linear_time():
    assert tone("no claro pero " * 20_000, positive=POSITIVE, negative=NEGATIVE) == "negativo"
