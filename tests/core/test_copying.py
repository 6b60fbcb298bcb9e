"""Rows by COPY are what bulk_create() would have made of them."""

import pytest
from django.db import IntegrityError, transaction
from django.forms.models import model_to_dict

from conversations import consent
from conversations.models import Conversation
from core.copying import copy_in
from tests.factories import a_domain, a_person

pytestmark = pytest.mark.django_db

ODD = 'Tab\t, line\n, back\\slash, \\N, "quotes", {braces}, ñ, 🦐'


def a_row(domain, **fields):
    texts = {"question": ODD, "answer": "", "question_hash": "a" * 32}
    return Conversation(domain=domain, **{"origin": "staff"} | texts | fields)


def everything(row):
    row.refresh_from_db()
    return model_to_dict(row) | {"bands": row.bands}


def test_rows_are_those_that_bulk_create_makes():
    domain = a_domain()
    fields = {
        "masks": {"NAME": 2},
        "history": [{"role": "user", "content": ODD}],
        "bands": [-(2**63), 0, 2**63 - 1],
        "unmasked": ["a,b", '"', ""],
        "confidence": 0.25,
        "successful": False,
        "context": None,
    }
    made = a_row(domain, **fields)
    copied = a_row(domain, **fields, created_at=made.created_at)
    Conversation.objects.bulk_create([made])
    copy_in([copied])
    assert everything(copied) == everything(made) | {"id": copied.pk}


def test_rows_get_keys_in_their_order_and_can_be_saved():
    domain = a_domain()
    rows = [a_row(domain, question=str(number)) for number in range(5)]
    copy_in(rows)
    stored = Conversation.objects.order_by("pk")
    assert [row.question for row in stored] == list("01234")
    assert [row.pk for row in stored] == [row.pk for row in rows]
    rows[0].question = "otra"
    rows[0].save()
    assert Conversation.objects.count() == 5


def test_nothing_is_a_batch_too():
    copy_in([])


def test_what_the_database_refuses_leaves_nothing():
    domain = a_domain()
    with pytest.raises(IntegrityError), transaction.atomic():
        copy_in([a_row(domain), a_row(domain, stars=6)])
    assert not Conversation.objects.exists()


def test_triggers_hold():
    person = a_person()
    with pytest.raises(IntegrityError), transaction.atomic():
        copy_in([a_row(person.domain, origin="person", person=person)])
    consent.grant(person, channel="test")
    copy_in([a_row(person.domain, origin="person", person=person)])
    assert Conversation.objects.get().person == person
