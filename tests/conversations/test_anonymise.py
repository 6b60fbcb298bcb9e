"""What must be masked, with which label, what must stay, and how masking behaves as a function."""

import json
import random
import time
from itertools import pairwise
from pathlib import Path

import pytest

from conversations.anonymise import LABELS, anonymise

# The rows of the seed's own anonymisers, with what should have come out.
SEED_ROWS = [
    (
        "cédula 0912345678, RUC 0912345678001, cuenta 2201234567, tarjeta 4111 1111 1111 1111",
        "cédula [ID], RUC [ID], cuenta [ACCOUNT], tarjeta [ACCOUNT]",
    ),
    ("V12345678", "[ID]"),
    ("+593 (99) 999-9999 · (02) 255-5555", "[PHONE] · [PHONE]"),
    ("099.999.9999", "[PHONE]"),
    ("juan0991234567@gmail.com", "[EMAIL]"),
    ("juan+ventas@gmail.com", "[EMAIL]"),
    (
        "avenida 9 de Octubre 100 y quiero HLSO 16/20 con 20% glaseo",
        "[ADDRESS] y quiero HLSO 16/20 con 20% glaseo",
    ),
    (
        "carrera 7 # 12-34 · urbanización Los Ceibos Mz 5 · me llamo Juan Pérez",
        "[ADDRESS] · [ADDRESS] · me llamo [NAME]",
    ),
    ("vivo en calle Loja 123", "vivo en [ADDRESS]"),
    ("juan@hotmail.net", "[EMAIL]"),
    ("ana@internet.ec", "[EMAIL]"),
    ("whatsapp:+593991234567", "whatsapp:[PHONE]"),
    ("099.123.4567", "[PHONE]"),
    ("+593–99–123–4567", "[PHONE]"),
    ("(593) 99 123 4567", "[PHONE]"),
    ("V-12.345.678", "[ID]"),
    ("RIF J-30702179-5", "RIF [ID]"),
    ("CURP BOXW310820HNERXN09", "CURP [ID]"),
    ("RUT 12.345.678-5", "RUT [ID]"),
    ("pasaporte AB123456", "pasaporte [ID]"),
    ("4111.1111.1111.1111", "[ACCOUNT]"),
    ("josé.muñoz+pedidos@gmail.com", "[EMAIL]"),
    ("maria(arroba)gmail.com", "[EMAIL]"),
    ("maria arroba gmail punto com", "[EMAIL]"),
    ("mi correo es juanperez gmail punto com", "mi correo es [EMAIL]"),
    ("Carrera 7 # 71-21", "[ADDRESS]"),
    ("Mz 14 Villa 8", "[ADDRESS]"),
    ("Urb. Los Ceibos", "[ADDRESS]"),
    ("Cdla. Kennedy Norte mz 3 villa 5", "[ADDRESS]"),
    ("Jr. Puno 123", "[ADDRESS]"),
    ("facebook.com/juan.perez.75", "[NAME]"),
    ("cero nueve nueve uno dos tres cuatro cinco seis siete", "[PHONE]"),
    ("Av. 9 de Octubre, edificio El Faro, piso 4", "[ADDRESS]"),
]


@pytest.mark.parametrize(("text", "safe"), SEED_ROWS)
def test_what_leaked_or_was_half_masked_is_masked_whole(text, safe):
    assert anonymise(text)[0] == safe


CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "anonymise_cases.jsonl").read_text("utf-8").splitlines()
]
# A case with no safe text must come out as it went in.
HARMLESS = [case["text"] for case in CASES if "safe" not in case]
PERSONAL = [(case["text"], case["safe"]) for case in CASES if "safe" in case]
EVERYTHING = [text for text, _ in SEED_ROWS + PERSONAL] + HARMLESS


@pytest.mark.parametrize(("text", "safe"), PERSONAL)
def test_personal_data_are_masked_with_their_label_and_the_rest_stays(text, safe):
    assert anonymise(text)[0] == safe


@pytest.mark.parametrize("text", HARMLESS)
def test_prices_sizes_dates_orders_and_talk_stay(text):
    assert anonymise(text) == (text, [])


@pytest.mark.parametrize("text", EVERYTHING)
def test_masking_twice_changes_nothing(text):
    once, _ = anonymise(text)

    assert anonymise(once) == (once, [])


def by_hand(text, spans):
    for span in reversed(spans):
        text = f"{text[: span.start]}[{span.label}]{text[span.end :]}"
    return text


@pytest.mark.parametrize("text", EVERYTHING)
def test_spans_are_ordered_disjoint_and_say_all_that_was_done(text):
    safe, spans = anonymise(text)

    assert by_hand(text, spans) == safe
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert {span.label for span in spans} <= set(LABELS)


def test_a_phone_inside_a_mail_is_part_of_the_mail():
    assert anonymise("juan0991234567@gmail.com")[1] == [(0, 24, "EMAIL")]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("mi cel 0950000000", "PHONE"),
        ("mi cédula 0950000000", "ID"),
        ("mi cuenta 0950000000", "ACCOUNT"),
        ("0991234567", "PHONE"),
        ("1710034065", "ID"),
    ],
)
def test_words_decide_what_the_same_digits_are(text, label):
    assert [span.label for span in anonymise(text)[1]] == [label]


def test_a_typed_placeholder_stays_and_is_not_counted():
    assert anonymise("mi cel es [PHONE] [NAME]") == ("mi cel es [PHONE] [NAME]", [])


def test_a_typed_placeholder_hides_nothing_beside_it():
    assert anonymise("[PHONE] 0991234567 [ID]")[0] == "[PHONE] [PHONE] [ID]"


def test_private_characters_of_the_rules_cannot_be_typed():
    text = "\ue000 0991234567 \ue003"

    assert anonymise(text)[0] == "\ue000 [PHONE] \ue003"


def test_words_of_the_catalogue_are_never_names():
    assert anonymise("soy Camila")[0] == "soy [NAME]"
    assert anonymise("soy Camila", keep=frozenset({"camila"})) == ("soy Camila", [])


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("Le saluda Crédito Amigo.", "Le saluda Crédito Amigo."),
        ("Le saluda CREDITO  AMIGO.", "Le saluda CREDITO  AMIGO."),
        ("Le saluda Juan Pérez de Crédito Amigo", "Le saluda [NAME] de Crédito Amigo"),
        ("Estamos en Plaza Nova, Quito", "Estamos en Plaza Nova, Quito"),
        ("Nombre: Nova 14", "Nombre: Nova 14"),
        ("síganos en @tienda", "síganos en @tienda"),
        ("soy Amigo Pérez", "soy [NAME]"),
    ],
)
def test_a_kept_phrase_is_protected_where_it_stands_whole(text, safe):
    keep = frozenset({"credito amigo", "Plaza Nova", "nova 14", "@tienda"})

    assert anonymise(text, keep=keep)[0] == safe
    assert anonymise(safe, keep=keep)[0] == safe


def test_a_whole_datum_can_be_kept():
    text = "escriba a ventas@empresa.ec"

    assert anonymise(text, keep=frozenset({"ventas@empresa.ec"})) == (text, [])


def test_a_kept_word_inside_a_mail_protects_nothing():
    assert anonymise("juan@hotmail.net", keep=frozenset({"net", "juan"}))[0] == "[EMAIL]"


def test_names_can_be_left_alone():
    assert anonymise("soy Juan, 0991234567", names=False)[0] == "soy Juan, [PHONE]"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\x00",
        "\ud800 0991234567",
        "İ soy Juan",
        "Eſ91 2100 0418 4502 0005 1332",
        "V1234567\u212a",
        "ı2345678Z",
        "a" * 5000,
    ],
)
def test_odd_texts_are_no_trouble(text):
    safe, _ = anonymise(text)

    assert anonymise(safe)[0] == safe


def random_texts(seed, number):
    chance = random.Random(seed)  # noqa: S311 texts, not secrets
    pieces = [word for text in EVERYTHING for word in text.split(" ")]
    joints = [" ", " ", " ", "", ", ", "-", ".", "\n", " y ", "[PHONE]", "@", "(", "+", "\u200b"]
    for _ in range(number):
        count = chance.randint(1, 25)
        yield "".join(chance.choice(pieces) + chance.choice(joints) for _ in range(count))


@pytest.mark.parametrize("keep", [frozenset(), frozenset({"juan pérez", "Los Ceibos", "calle"})])
@pytest.mark.parametrize("seed", range(5))
def test_masking_random_text_twice_changes_nothing(seed, keep):
    for text in random_texts(seed, 200):
        once, spans = anonymise(text, keep=keep)

        assert by_hand(text, spans) == once
        assert anonymise(once, keep=keep) == (once, [])


def seconds(text):
    """Of this thread's processor, and the better of two: other tests leave servers behind."""
    return min(once(text), once(text))


def once(text):
    start = time.thread_time()
    anonymise(text)
    return time.thread_time() - start


@pytest.mark.parametrize(
    "piece",
    [
        *("a", "1", "1 ", "1-", "16-20 ", "123 456 ", "cel 099123456, ", "ES91 2100 ", "uno dos "),
        *("@", "a@", "arroba ", "calle ab ", "calle Aa ", "mz a ", "Juan ", "soy ", "Sr. "),
        *("[PHONE]", " ", ".", "("),
    ],
)
def test_time_grows_with_the_length_and_no_faster(piece):
    short, long = (piece * (size // len(piece)) for size in (20_000, 160_000))

    assert seconds(long) < 0.1 + 20 * seconds(short)
