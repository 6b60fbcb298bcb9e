import hashlib

import pytest
from django.db import IntegrityError, transaction

from conversations import consent
from conversations.models import ConsentEvent, Person, Purpose
from core.errors import Invalid
from core.models import AuditEvent
from tests.factories import a_domain, a_person

pytestmark = pytest.mark.django_db

SPELLINGS = [
    "whatsapp:+593999999999",
    "whatsapp:%2B593999999999",
    "whatsapp: 593999999999",  # a plus sign that a URL turned into a space
    "593 999 999 999",
    "00593-999-999-999",
    "WhatsApp:+593 (999) 999.999",
]


def test_every_spelling_of_a_number_is_one_person():
    people = {consent.person_known_as(it, domain=a_domain()).pk for it in SPELLINGS}
    assert len(people) == 1


def test_two_numbers_are_two_people():
    assert consent.canonical("+593999999999") != consent.canonical("+593999999998")


@pytest.mark.parametrize("name", ["Ana.Perez@Example.com", "user-17", "-------", "(......)"])
def test_a_name_that_is_no_number_keeps_its_signs(name):
    assert consent.canonical(name) == name.casefold()


def test_a_person_is_not_found_by_their_number():
    person = consent.person_known_as("+593999999999", domain=a_domain())
    assert "593999999999" not in person.pseudonym
    assert len(person.pseudonym) == 64


def test_a_person_has_unrelated_pseudonyms_in_two_domains():
    one, other = (consent.pseudonym("+593999999999", domain=a_domain(it)) for it in ("a", "b"))
    assert one != other


def test_a_pseudonym_depends_on_the_key(settings):
    before = consent.pseudonym("+593999999999", domain=a_domain())
    settings.PSEUDONYM_KEY = "another"
    assert consent.pseudonym("+593999999999", domain=a_domain()) != before


def test_nobody_consents_by_silence():
    assert not a_person().consents_to(Purpose.TRAINING)


def test_the_latest_word_counts():
    person = a_person(consents=True)
    assert person.consents_to(Purpose.TRAINING)
    consent.withdraw(person, channel="web")
    assert not person.consents_to(Purpose.TRAINING)
    consent.grant(person, channel="web")
    assert person.consents_to(Purpose.TRAINING)


def test_a_yes_to_one_purpose_is_none_to_another():
    person = a_person()
    consent.record(person, purpose=Purpose.CHAT, granted=True, channel="web")
    assert not person.consents_to(Purpose.TRAINING)


def test_a_consent_keeps_the_version_and_a_print_of_the_text_and_is_audited():
    domain = a_domain()
    text = consent.write_text(domain, "Autorizo que...", language="es", by="ana")
    event = consent.grant(a_person(domain), channel="web", text=text)
    assert event.text_hash == hashlib.sha256(b"Autorizo que...").hexdigest()
    assert (event.text_number, event.language) == (1, "es")
    assert AuditEvent.objects.get(action="consent_granted").subject_id == str(event.person_id)


def test_a_consent_is_never_rewritten():
    event = consent.grant(a_person(), channel="web")
    with pytest.raises(IntegrityError), transaction.atomic():
        ConsentEvent.objects.filter(pk=event.pk).update(granted=False)


def test_a_person_is_written_down_once():
    for _ in range(2):
        consent.person_known_as("+593999999999", domain=a_domain())
    assert Person.objects.count() == 1


@pytest.mark.parametrize(
    "outside_id",
    [
        "",
        "+",
        "x",
        "whatsapp:",
        "whatsapp:+",
        "whatsapp:5",
        "-------",
        "a\0b",
        "a\ud800b",
        "a" * 201,
    ],
)
def test_an_id_that_could_be_anybodys_is_refused_by_its_name(outside_id):
    for ask in (consent.person_known_as, consent.find_person):
        with pytest.raises(Invalid) as refusal:
            ask(outside_id, domain=a_domain())
        assert list(refusal.value.details) == ["user_id"]
    assert not Person.objects.exists()


def test_a_number_of_a_channel_without_telephones_is_another_person():
    assert consent.canonical("telegram:593999999999") != consent.canonical("+593999999999")


def test_looking_for_a_stranger_writes_nobody_down():
    assert consent.find_person("+593999999999", domain=a_domain()) is None
    assert not Person.objects.exists()


def test_somebody_is_found_by_any_spelling():
    person = consent.person_known_as(SPELLINGS[0], domain=a_domain())
    found = {consent.find_person(it, domain=a_domain()) for it in SPELLINGS}
    assert found == {person}
    assert consent.find_person(SPELLINGS[0], domain=a_domain("tienda")) is None


def test_another_wording_is_another_version_and_the_same_none():
    domain = a_domain()
    first = consent.write_text(domain, "¿Autoriza?", by="ana")
    assert consent.write_text(domain, " ¿Autoriza? ", by="ana") == first
    second = consent.write_text(domain, "¿Nos autoriza?", by="ana")
    english = consent.write_text(domain, "Do you agree?", language="en", by="ana")
    assert [it.number for it in (first, second, english)] == [1, 2, 3]
    assert consent.text_of(domain) == second
    assert consent.text_of(domain, "en-US") == english
    assert consent.text_of(domain, "pt") is None
    assert consent.text_of(a_domain("tienda")) is None


def test_a_wording_of_nothing_is_refused():
    with pytest.raises(Invalid):
        consent.write_text(a_domain(), "  ", by="ana")
