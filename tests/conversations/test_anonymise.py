"""What must be masked, with which label, what must stay, and how masking behaves as a function."""

import pytest

from conversations.anonymise import anonymise

KEEP = frozenset({"hlso", "hoso", "p&d", "glaseo", "houston", "lisboa", "cfr", "16/20", "rosa"})

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


@pytest.mark.parametrize("text", [text for text, _ in SEED_ROWS])
def test_masking_twice_changes_nothing(text):
    once, _ = anonymise(text)

    assert anonymise(once) == (once, [])
