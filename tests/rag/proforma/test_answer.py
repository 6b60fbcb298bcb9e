"""A proforma through the bot's answer: every channel leads it the same way."""

import pytest

from conversations import consent
from conversations.models import Purpose
from rag.assistant import answer
from rag.models import Quote
from tests.factories import a_person
from tests.fakes import a_completion

pytestmark = pytest.mark.django_db

WHOLE = "Proforma de HLSO 16/20 con 10% de glaseo, 10 toneladas CFR Houston"


def test_yes_to_a_proforma_is_no_consent_which_is_asked_for_later(shop, provider):
    provider.replies["POST /chat/completions"] = 200, a_completion("Con gusto.")
    consent.write_text(shop, "¿Podemos aprender de sus mensajes?", by="ana")
    person = a_person(shop)
    assert answer(shop, WHOLE, person=person).consent is None
    reply = answer(shop, "sí", person=person)
    assert reply.quote == Quote.objects.get(person=person)
    assert person.word_on(Purpose.TRAINING) is None
    assert answer(shop, "¿Qué horario tienen?", person=person).consent


def test_question_in_between_is_answered_and_the_proforma_goes_on(shop, provider):
    provider.replies["POST /chat/completions"] = 200, a_completion("Son doce días.")
    person = a_person(shop)
    answer(shop, "Proforma de HLSO 16/20 sin glaseo", person=person)
    assert answer(shop, "¿Cuántos días tarda el envío?", person=person).source != "quote"
    assert answer(shop, "10 toneladas", person=person).source == "quote"


def test_staff_who_try_the_bot_open_no_proforma(shop, provider):
    provider.replies["POST /chat/completions"] = 200, a_completion("Con gusto.")
    assert answer(shop, WHOLE, keep=False).source != "quote"
