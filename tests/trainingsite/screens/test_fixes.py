"""The passages that misled: listed with what was asked and what is right, until they are mended."""

import pytest
from django.urls import reverse

from core.models import AuditEvent
from rag import corrections, documents, indexing
from rag.models import Audience, Correction, Document
from tests.factories import a_conversation, a_domain, a_person, a_user

pytestmark = pytest.mark.django_db

LIST = reverse("admin:rag_correction_changelist")
WRONG, RIGHT = "La oficina abre a las once.", "A las nueve."


def a_document(domain, text=WRONG, **fields):
    document = documents.add_text(domain, title="Horario", text=text, by="ana", **fields)
    indexing.index(document)
    return document


def a_correction(domain, document=None, row=None, **fields):
    """An answer put right, blaming the first chunk of ``document``."""
    row = row or a_conversation(domain, answer=WRONG, **fields)
    chunk = document.chunks.get() if document else None
    return corrections.correct(row, RIGHT, by=a_user("reviewer", domain=domain), chunk=chunk)


@pytest.fixture
def admin(sign_in):
    return sign_in("admin")


def rows(client, **asked):
    return [it.pk for it in client.get(LIST, asked).context["cl"].result_list]


def mark(client, *chosen):
    form = {"action": "mark_fixed", "_selected_action": [it.pk for it in chosen]}
    return client.post(f"{LIST}?estado=todas", form, follow=True)


def test_what_is_to_be_mended_is_listed_with_its_passage_and_the_right_answer(admin, domain):
    document = a_document(domain)
    made = a_correction(domain, document, question="¿Cuándo abre la oficina?")
    a_correction(domain)
    page = admin.get(LIST)
    assert rows(admin) == [made.pk]
    for told in ("¿Cuándo abre la oficina?", RIGHT, WRONG, "Horario", "Por arreglar"):
        assert told in page.text
    assert reverse("admin:rag_document_change", args=[document.pk]) in page.text


def test_marking_one_as_mended_takes_it_from_the_list_and_says_who(admin, domain):
    document = a_document(domain)
    made = a_correction(domain, document)
    page = mark(admin, made)
    made.refresh_from_db()
    assert "1 trozo arreglado." in page.text
    assert (rows(admin), rows(admin, estado="arreglados")) == ([], [made.pk])
    assert made.chunk_fixed_by == admin.user.get_username()
    assert f"Arreglado por {made.chunk_fixed_by}" in page.text
    event = AuditEvent.objects.get(action="chunk_fixed")
    assert (event.actor, event.domain_slug) == (made.chunk_fixed_by, domain.slug)


def test_what_waits_for_no_mending_is_told_and_stays(admin, domain):
    plain, open_one = a_correction(domain), a_correction(domain, a_document(domain))
    page = mark(admin, plain, open_one)
    assert "1 trozo arreglado." in page.text
    assert "1 no esperaban arreglo." in page.text
    assert rows(admin, estado="todas") == [open_one.pk, plain.pk]


def test_a_passage_that_went_with_another_text_of_its_document_says_so(admin, domain):
    document = a_document(domain)
    a_correction(domain, document)
    Document.objects.filter(pk=document.pk).update(text="La oficina abre a las nueve.")
    indexing.index(Document.objects.get(pk=document.pk))
    page = admin.get(LIST).text
    assert "Ya no está: el documento se procesó de nuevo" in page
    assert WRONG not in page


def test_one_of_a_document_that_was_deleted_waits_for_nothing(admin, domain):
    document = a_document(domain)
    made = a_correction(domain, document)
    documents.delete(document, by="ana")
    assert (rows(admin), rows(admin, estado="todas")) == ([], [made.pk])


def test_nobody_sees_those_of_other_domains_of_private_documents_or_of_a_withdrawal(
    sign_in, domain
):
    other = a_domain("ajeno")
    a_correction(other, a_document(other))
    a_correction(domain, a_document(domain, audience=Audience.OWNER))
    person = a_person(domain, consents=True)
    theirs = a_conversation(domain, origin="person", person=person, answer=WRONG)
    type(theirs).objects.filter(pk=theirs.pk).update(stage="approved")
    a_correction(domain, a_document(domain, text="Otra cosa."), row=theirs)
    reviewer = sign_in("reviewer")
    before = rows(reviewer)
    person.consents.create(purpose="training", granted=False, channel="test")
    assert (len(before), rows(reviewer)) == (1, [])


def test_reviewers_look_and_do_not_mark(sign_in, domain):
    made = a_correction(domain, a_document(domain))
    reviewer = sign_in("reviewer")
    mark(reviewer, made)
    assert Correction.objects.to_fix().exists()
    assert sign_in("rater").get(LIST).status_code == 403


def test_a_row_leads_to_its_exchange(admin, domain):
    made = a_correction(domain)
    answer = admin.get(reverse("admin:rag_correction_change", args=[made.pk]))
    assert answer.url == reverse(
        "admin:conversations_conversation_change", args=[made.conversation_id]
    )


def test_the_number_of_rows_does_not_change_the_number_of_queries(
    admin, domain, django_assert_num_queries, django_assert_max_num_queries
):
    document = a_document(domain)
    a_correction(domain, document)
    admin.get(LIST)
    with django_assert_max_num_queries(15) as first:
        admin.get(LIST)
    for _ in range(4):
        a_correction(domain, document)
    with django_assert_num_queries(len(first)):
        admin.get(LIST)
