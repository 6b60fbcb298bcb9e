"""A thread as it was said."""

import pytest
from django.urls import reverse

from conversations.models import ChatMessage, ChatSession
from tests.factories import a_conversation, a_domain

PAYLOAD = '"><img src=x onerror=alert(1)><script>alert(1)</script>'


@pytest.fixture
def row(domain):
    thread = ChatSession.objects.create(domain=domain, channel="whatsapp", outside_key="a" * 64)
    found = a_conversation(domain)
    found.session = thread
    found.save(update_fields=["session"])
    for role, text in (("user", "¿Precio?"), ("assistant", f"Llame al [PHONE] {PAYLOAD}")):
        ChatMessage.objects.create(session=thread, conversation=found, role=role, content=text)
    return found


def page_of(row):
    return reverse("admin:conversations_chatsession_change", args=[row.session.pk])


def test_turns_stand_in_order_and_masked(sign_in, row):
    page = sign_in("rater").get(page_of(row)).content.decode()

    assert page.index("¿Precio?") < page.index("Llame al")
    assert '<mark class="ts-mark ts-is-phone" title="teléfono">[PHONE]</mark>' in page
    assert "<img src=x" not in page


def test_a_conversation_leads_to_its_thread_and_its_review(sign_in, row):
    url = reverse("admin:conversations_conversation_change", args=[row.pk])
    page = sign_in("reviewer").get(url).content.decode()

    assert page_of(row) in page
    assert reverse("admin:review_one", args=[row.pk]) in page


def test_threads_are_read_only_and_of_ones_domains(sign_in, row):
    client = sign_in("reviewer")

    client.post(page_of(row), {"channel": "otro"})
    row.session.refresh_from_db()

    assert row.session.channel == "whatsapp"
    assert sign_in("reviewer", where=a_domain("ajeno")).get(page_of(row)).status_code == 302
    assert sign_in("bot").get(page_of(row)).status_code == 403
