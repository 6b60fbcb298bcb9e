"""Personal data of nobody: numbers whose check digits are right, and what has none."""

import random
import re
import string
from dataclasses import dataclass
from itertools import cycle

import phonenumbers
from stdnum import luhn
from stdnum.ar import cbu, cuit
from stdnum.cl import rut
from stdnum.co import nit
from stdnum.do import cedula
from stdnum.ec import ci
from stdnum.es import dni
from stdnum.mx import curp
from stdnum.pe import ruc

COUNTRIES = ("EC", "CO", "PE", "MX", "AR", "CL", "ES", "VE", "DO", "GT", "CR", "PY", "BO", "UY")
SEPARATORS = re.compile(r"(?<=\d)[\s.()+–/-]+(?=\d)")
# What may stay of each kind, at the recall that is asked for; nothing of what can be checked.
SHARES = {
    "checked": 0.0,
    "mail": 0.02,
    "mistyped": 0.02,
    "account": 0.02,
    "name": 0.1,
    "place": 0.1,
}


@dataclass(frozen=True)
class Secret:
    """Something personal: how it is written in a message, and what to look for afterwards."""

    kind: str
    written: str
    needle: str


def secrets(number, *, seed=7):
    """``number`` secrets, kinds and spellings in turn; half of them numbers with check digits."""
    chance = random.Random(seed)  # noqa: S311
    makers = cycle([*(it for pair in zip(CHECKED, cycle(REST)) for it in pair)])
    return [next(makers)(chance) for _ in range(number)]


def found(secret, text):
    """What stands around a secret that ``text`` (of :func:`searchable`) still shows; else "".

    Digits within a longer number or a hash are there by chance; a country's code may go before.
    """
    needle = re.escape(secret.needle.lower())
    if not re.search(needle, text):
        return ""
    hit = re.search(rf".{{0,40}}(?<![0-9a-f])\d{{0,3}}{needle}(?!\d).{{0,40}}", text)
    return hit[0] if hit else ""


def searchable(*texts):
    """One text to look in: small letters, as written and with numbers drawn together."""
    whole = "\n".join(texts).lower()
    return whole + "\n" + SEPARATORS.sub("", whole)


def digits(chance, number):
    return "".join(chance.choices(string.digits, k=number))


def _number(context, number, spelling=str):
    written = spelling(number)
    return Secret("checked", f"{context} {written}", re.sub(r"\W", "", number))


def _spelled(chance, number, size):
    """A number in groups of ``size``, by one of the marks that people use."""
    mark = chance.choice(["", ".", "-", " "])
    return mark.join(number[at : at + size] for at in range(0, len(number), size))


def _ecuadorian(chance):
    while True:
        number = f"{chance.randint(1, 24):02}{chance.randint(0, 5)}{digits(chance, 7)}"
        if ci.is_valid(number):
            return number


def _a_ci(chance):
    return _number("mi cédula es", _ecuadorian(chance))


def _a_ruc(chance):
    return _number("facturar al RUC", _ecuadorian(chance) + "001")


def _a_rut(chance):
    body = str(chance.randint(5_000_000, 25_000_000))
    check = rut.calc_check_digit(body)
    spelled = chance.choice([f"{body}-{check}", f"{int(body):,}".replace(",", ".") + f"-{check}"])
    return Secret("checked", f"RUT {spelled}", body + ("" if check.isalpha() else check))


def _a_cuit(chance):
    body = "20" + digits(chance, 8)
    number = body + cuit.calc_check_digit(body)
    if not cuit.is_valid(number):
        return _a_cuit(chance)
    return _number("CUIT", number, lambda it: chance.choice([it, f"{it[:2]}-{it[2:10]}-{it[10]}"]))


def _a_nit(chance):
    body = f"9{digits(chance, 8)}"
    number = body + nit.calc_check_digit(body)
    return _number("el NIT de la empresa es", number, lambda it: f"{it[:-1]}-{it[-1]}")


def _a_cedula(chance):
    body = "001" + digits(chance, 7)
    number = body + luhn.calc_check_digit(body)
    if not cedula.is_valid(number):
        return _a_cedula(chance)
    return _number("cédula", number, lambda it: f"{it[:3]}-{it[3:10]}-{it[10]}")


def _a_dni(chance):
    body = digits(chance, 8)
    number = body + dni.calc_check_digit(body)
    return Secret("checked", f"DNI {number}", number)


def _a_peruvian_ruc(chance):
    body = "20" + digits(chance, 8)
    return _number("RUC", body + ruc.calc_check_digit(body))


def _a_curp(chance):
    letters = "".join(chance.choices("BCDFGLMNPRSTV", k=6))
    born = f"{chance.randint(60, 99)}0{chance.randint(1, 9)}1{chance.randint(0, 9)}"
    body = f"{letters[0]}A{letters[1:3]}{born}HDF{letters[3:]}0"
    number = body + curp.calc_check_digit(body)
    return Secret("checked", f"CURP {number}", number)


def _a_card(chance):
    body = "4" + digits(chance, 14)
    number = body + luhn.calc_check_digit(body)
    return _number("mi tarjeta es", number, lambda it: _spelled(chance, it, 4))


def _a_cbu(chance):
    head, tail = "285" + digits(chance, 4), digits(chance, 13)
    number = head + cbu.calc_check_digit(head) + tail + cbu.calc_check_digit(tail)
    return _number("CBU", number) if cbu.is_valid(number) else _a_cbu(chance)


def _a_phone(chance):
    """A mobile number that its country gives out, in one of four spellings."""
    country = chance.choice(COUNTRIES)
    kind = phonenumbers.PhoneNumberType.MOBILE
    example = phonenumbers.example_number_for_type(country, kind)
    body = str(example.national_number)
    number = phonenumbers.parse(body[:-5] + digits(chance, 5), country)
    if not phonenumbers.is_valid_number(number):
        return _a_phone(chance)
    whole = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    spelled = chance.choice(
        [whole, whole.replace(" ", "-"), whole.replace(" ", "."), whole.replace(" ", "")]
    )
    return Secret("checked", f"mi whatsapp es {spelled}", str(number.national_number))


CHECKED = (
    _a_phone, _a_ci, _a_phone, _a_card, _a_ruc, _a_phone, _a_rut, _a_cuit, _a_phone,
    _a_nit, _a_cedula, _a_dni, _a_phone, _a_peruvian_ruc, _a_curp, _a_cbu,
)  # fmt: skip

NAMES = ("Marisol", "Eduardo", "Patricia", "Rodrigo", "Graciela", "Esteban", "Verónica", "Gonzalo")
SURNAMES = ("Villacís", "Quintanilla", "Zambrano", "Echeverría", "Ontaneda", "Pazmiño", "Urrutia")
STREETS = ("calle Bolívar", "av. Amazonas", "avenida Libertador", "carrera 15 #", "jirón Ayacucho")


def _a_name(chance):
    name = f"{chance.choice(NAMES)} {chance.choice(SURNAMES)}"
    written = chance.choice(["me llamo {}", "soy {}", "le saluda {}", "a nombre de {}"])
    return Secret("name", written.format(name), name)


def _a_place(chance):
    street = f"{chance.choice(STREETS)} {chance.randint(100, 9999)}"
    return Secret("place", f"vivo en la {street}", street)


def _a_mail(chance):
    user = f"{chance.choice(NAMES)}.{chance.choice(SURNAMES)}{chance.randint(10, 999)}".lower()
    mail = f"{user}@{chance.choice(['gmail.com', 'hotmail.com', 'empresa.com.ec'])}"
    return Secret("mail", f"mi correo es {mail}", mail)


def _a_mistyped(chance):
    number = _ecuadorian(chance)
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    return Secret("mistyped", f"mi cédula es {wrong}", wrong)


def _an_account(chance):
    number = "22" + digits(chance, 8)
    return Secret("account", f"la cuenta de ahorros es {number}", number)


REST = (_a_name, _a_mail, _a_place, _a_mistyped, _an_account)
