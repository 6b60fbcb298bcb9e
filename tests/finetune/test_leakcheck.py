"""The independent detector: what it must see, what it must leave alone, on rows like ours."""

import subprocess
import sys
from pathlib import Path

import pytest

from finetune.leakcheck import Finding, is_suspect, kinds, scan
from trainingsite import samples

PERSONAL = [
    "ana@example.org",
    "ana.perez arroba example punto com",
    "@ana_perez",
    "099 123 4567",
    "0991234567",
    "+593 99 123 4567",
    "(809) 555-1234",
    "300 123 4567",
    "600 123 456",
    "09 91 23 45 67",
    "wa.me/593991234567",
    "1712345675",
    "RUC 1790012345001",
    "001-1234567-8",
    "mi cédula es 1.020.304.050",
    "pasaporte: A1234567",
    "cuenta 220011",
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "ES91 2100 0418 4502 0005 1332",
    "12345678Z",
    "12.345.678-5",
    "GODE561231HDFRRN09",
    "GODE561231GR8",
    "123-45-6789",
    "\uff10\uff19\uff19\uff11\uff12\uff13\uff14\uff15\uff16\uff17",
    "0\u200b991\u200b234\u200b567",
    "٠٩٩١٢٣٤٥٦٧",
]
HARMLESS = [
    "HLSO 16/20, 21/25 y 26/30 a $6.55",
    "16-20 21-25 26-30 U15",
    "4500000 COP",
    "$ 1 250 000",
    "1.250.000 y 1,250,000.00",
    "el 2026-11-21 a las 10:30, o el 21/11/2026",
    "2019-2020",
    "precio @ 5.40 por kg",
    "1 250 000 pesos, entre 10.000.000 y 20.000.000",
    "camarón 16/20 21/25 26/30 31/35 36/40 41/50",
]


@pytest.mark.parametrize("text", PERSONAL)
def test_what_is_personal_is_seen(text):
    assert is_suspect(text)
    assert kinds(f"Claro: {text}, gracias.")


@pytest.mark.parametrize("text", HARMLESS)
def test_what_the_business_writes_is_no_alarm(text):
    assert kinds(f"Cotizo {text} por favor") == []


@pytest.mark.django_db
@pytest.mark.parametrize("slug", samples.SLUGS)
def test_what_was_masked_raises_no_alarm(slug):
    rows = samples.load(slug).conversations.values_list("question", "answer")
    assert [(text, found) for row in rows for text in row if (found := kinds(text))] == []


def test_wrong_check_digits_are_no_card_and_no_account():
    assert kinds("4111 1111 1111 1112") != ["tarjeta"]
    assert "cuenta bancaria" not in kinds("ES91 2100 0418 4502 0005 1333")


def test_one_planted_in_ten_thousand_is_named_by_its_line():
    lines = [f"¿Precio del HLSO 16/20 para {n} cajas?" for n in range(10_000)]
    lines[6_543] += " Mi cédula: 1712345675"
    assert list(scan(lines)) == [Finding(line=6_544, kind="número largo")]


def test_what_a_person_declared_harmless_is_left_alone():
    text = "Llámenos al 099 123 4567 o a ana@example.org"
    assert kinds(text, allowed=["099 123 4567"]) == ["correo electrónico"]


def test_it_imports_nothing_of_the_anonymiser():
    code = "import sys, finetune.leakcheck; print(*sys.modules)"
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert "finetune.leakcheck" in done.stdout
    assert "conversations" not in done.stdout
    assert "django" not in done.stdout
