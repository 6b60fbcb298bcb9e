import pytest
from django.db import IntegrityError, transaction

from conversations import consent
from conversations.models import ConsentEvent, Person, Purpose
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


def test_a_consent_keeps_a_print_of_the_text_and_is_audited():
    event = consent.grant(a_person(), channel="web", text="Autorizo que...")
    assert len(event.text_hash) == 64
    assert AuditEvent.objects.get(action="consent_granted").subject_id == str(event.person_id)


def test_a_consent_is_never_rewritten():
    event = consent.grant(a_person(), channel="web")
    with pytest.raises(IntegrityError), transaction.atomic():
        ConsentEvent.objects.filter(pk=event.pk).update(granted=False)


def test_a_person_is_written_down_once():
    for _ in range(2):
        consent.person_known_as("+593999999999", domain=a_domain())
    assert Person.objects.count() == 1
