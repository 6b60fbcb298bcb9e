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


def test_the_page_of_a_person_leads_to_what_they_wrote(sign_in, domain):
    person, other = a_person(domain, consents=True), a_person(domain, consents=True)
    row = a_conversation(domain, origin="person", person=person)
    a_conversation(domain, origin="person", person=other)
    reviewer = sign_in("reviewer")
    url = f"{reverse('admin:conversations_conversation_changelist')}?person__id__exact={person.pk}"

    assert f'href="{url}"' in reviewer.get(page_of(person)).content.decode()
    assert list(reviewer.get(url).context["cl"].result_list) == [row]


def test_consent_is_taken_back_from_the_page_of_the_person(sign_in, domain):
    person, reviewer = a_person(domain, consents=True), sign_in("reviewer")
    ask = reverse("admin:conversations_person_withdraw_one", args=[person.pk])

    page = reviewer.get(ask).content.decode()
    still = person.consents_to("training")

    assert ask in reviewer.get(page_of(person)).content.decode()
    assert f'action="{LIST}"' in page
    assert f'name="_selected_action" value="{person.pk}"' in page
    assert still


def test_who_may_not_withdraw_has_no_button_and_no_page(sign_in, domain):
    person, auditor = a_person(domain, consents=True), sign_in("auditor")
    ask = reverse("admin:conversations_person_withdraw_one", args=[person.pk])
    elsewhere = a_person(a_domain("ajeno"), consents=True)
    theirs = reverse("admin:conversations_person_withdraw_one", args=[elsewhere.pk])

    assert ask not in auditor.get(page_of(person)).content.decode()
    assert auditor.get(ask).status_code == 403
    assert sign_in("reviewer").get(theirs).status_code == 404


def test_a_fingerprint_is_shown_by_its_first_digits(sign_in, domain):
    person = a_person(domain)
    whole = "c0544e0d3b87" + "0" * 52
    consent.grant(person, channel="test", evidence=f"usuario 2, huella {whole}")

    page = sign_in("reviewer").get(page_of(person)).content.decode()

    assert f'<span title="usuario 2, huella {whole}">usuario 2, huella c0544e0d3b87…</span>' in page
