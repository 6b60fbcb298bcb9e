"""Approved conversations as documents (R151): kept by hand or by a setting, gone with theirs."""

import pytest

from conversations.capture import remove, rewrite
from conversations.models import Conversation
from core.errors import Conflict
from rag import approved
from rag.models import Document
from tests.factories import a_conversation, a_domain, a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def domain():
    return a_domain(texts={approved.SETTING: True})


def test_setting_keeps_every_approved_exchange_as_a_document(domain):
    row = a_conversation(domain, stars=5)
    a_conversation(domain, stars=2)
    assert approved.synchronise() == "1 kept, 0 removed"
    document = Document.objects.get()
    assert (document.kind, document.conversation) == ("conversation", row)
    assert document.text == f"{row.question}\n\n{row.answer}"
    assert approved.synchronise() == "0 kept, 0 removed"


def test_without_the_setting_only_what_staff_chose_is_kept():
    row = a_conversation(stars=5)
    assert approved.synchronise() == "0 kept, 0 removed"
    approved.publish(row, by="ana")
    assert Document.objects.get().conversation == row


def test_exchange_that_is_not_approved_is_refused():
    with pytest.raises(Conflict):
        approved.publish(a_conversation(stars=2), by="ana")


def test_document_leaves_when_its_exchange_is_no_longer_approved(domain):
    row = a_conversation(domain, stars=5)
    approved.synchronise()
    Conversation.objects.filter(pk=row.pk).update(stars=1)
    assert approved.synchronise() == "0 kept, 1 removed"
    assert not Document.objects.exists()


def test_rewritten_exchange_is_found_by_its_new_words(domain):
    row = a_conversation(domain, stars=5)
    approved.synchronise()
    rewrite(row, by=a_user(), question=row.question, answer="Otra cosa.", category="", product="")
    Conversation.objects.filter(pk=row.pk).update(stars=5)
    approved.synchronise()
    assert Document.objects.get().text.endswith("Otra cosa.")


def test_deleted_exchange_takes_its_document_with_it(domain):
    row = a_conversation(domain, stars=5)
    approved.synchronise()
    remove(row, by=a_user())
    assert not Document.objects.exists()
