"""People who write: what they agreed to, and taking it back for them."""

import pytest
from django.urls import reverse

from conversations import consent
from conversations.models import ConsentEvent
from tests.factories import a_conversation, a_domain, a_person

LIST = reverse("admin:conversations_person_changelist")


def page_of(person):
    return reverse("admin:conversations_person_change", args=[person.pk])


def withdraw(client, people, **also):
    chosen = {"action": "withdraw", "_selected_action": [it.pk for it in people]}
    return client.post(LIST, chosen | also)


def test_the_list_says_what_people_agreed_to_and_wrote(sign_in, domain):
    yes, no, silent = (a_person(domain, consents=it) for it in (True, None, None))
    consent.grant(no, channel="test")
    consent.withdraw(no, channel="test")
    a_conversation(domain, origin="person", person=yes)
    a_conversation(domain, origin="person", person=yes)

    page = sign_in("reviewer").get(LIST)

    rows = {it.pk: (it.word, it.exchanges) for it in page.context["cl"].result_list}
    assert rows == {yes.pk: (True, 2), no.pk: (False, 0), silent.pk: (None, 0)}
    assert yes.pseudonym[:12] in page.content.decode()
    assert yes.pseudonym not in page.content.decode()


@pytest.mark.parametrize(("asked", "expected"), [("si", 0), ("no", 1), ("nada", 2)])
def test_the_list_is_filtered_by_their_word(sign_in, domain, asked, expected):
    people = [a_person(domain, consents=it) for it in (True, False, None)]

    found = sign_in("reviewer").get(LIST, {"entrenar": asked}).context["cl"].result_list

    assert list(found) == [people[expected]]


def test_the_list_takes_as_many_queries_for_one_as_for_twenty(
    sign_in, domain, django_assert_max_num_queries
):
    client = sign_in("reviewer")
    a_person(domain, consents=True)
    with django_assert_max_num_queries(40) as first:
        client.get(LIST)
    for _ in range(20):
        a_person(domain, consents=True)
    with django_assert_max_num_queries(40) as then:
        client.get(LIST)

    assert len(then) == len(first)


def test_the_history_of_consent_is_read_only(sign_in, domain):
    person = a_person(domain, consents=True)
    consent.withdraw(person, channel="whatsapp", evidence="mensaje 7")
    client = sign_in("reviewer")

    page = client.get(page_of(person)).content.decode()
    client.post(page_of(person), {"pseudonym": "otro"})

    assert "whatsapp" in page
    assert "mensaje 7" in page
    person.refresh_from_db()
    assert person.pseudonym != "otro"


def test_withdrawing_says_first_what_goes(sign_in, domain):
    person = a_person(domain, consents=True)
    a_conversation(domain, origin="person", person=person)
    reviewer = sign_in("reviewer")

    page = withdraw(reviewer, [person])

    assert (page.context["exchanges"], page.context["threads"]) == (1, 0)
    assert "<strong>1</strong> conversación" in page.content.decode()
    assert person.consents_to("training")


def test_withdrawing_is_one_more_event_with_who_asked(sign_in, domain):
    person = a_person(domain, consents=True)
    reviewer = sign_in("reviewer")

    withdraw(reviewer, [person], confirmado="1")

    event = ConsentEvent.objects.filter(person=person).latest("pk")
    assert (event.granted, event.channel) == (False, "admin")
    assert event.evidence == reviewer.user.username
    assert not person.consents_to("training")


def test_an_auditor_reads_and_takes_nothing_back(sign_in, domain):
    person = a_person(domain, consents=True)
    auditor = sign_in("auditor")

    assert auditor.get(page_of(person)).status_code == 200
    withdraw(auditor, [person], confirmado="1")
    assert person.consents_to("training")


@pytest.mark.parametrize("role", ["rater", "trainer", "bot"])
def test_who_may_not_see_people_sees_none(sign_in, domain, role):
    person, client = a_person(domain), sign_in(role)

    assert client.get(LIST).status_code == 403
    assert client.get(page_of(person)).status_code == 403


def test_people_of_other_domains_are_not_there(sign_in):
    person = a_person(a_domain("ajeno"), consents=True)
    reviewer = sign_in("reviewer")
    withdraw(reviewer, [person], confirmado="1")

    assert list(reviewer.get(LIST).context["cl"].result_list) == []
    assert reviewer.get(page_of(person)).status_code == 302
    assert person.consents_to("training")
