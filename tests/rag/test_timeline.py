"""The page of an answer: its steps and what it was made from, for staff, without its words."""

import pytest
from django.urls import reverse

from conversations import pipeline
from rag import documents, indexing
from rag.assistant import answer
from rag.models import Turn
from tests.factories import a_domain, a_person, a_user
from tests.fakes import a_completion

pytestmark = pytest.mark.django_db

HOURS = "La oficina abre de lunes a viernes a las nueve."
QUESTION = "¿A qué hora abre la oficina?"


@pytest.fixture
def domain(provider):
    provider.replies["POST /chat/completions"] = 200, a_completion("A las nueve [1].")
    domain = a_domain()
    indexing.index(documents.add_text(domain, title="Horario", text=HOURS, by="ana"))
    return domain


def page(client, turn, *roles, domain):
    client.force_login(a_user(*roles, domain=domain))
    return client.get(reverse("admin:rag_turn_change", args=[turn.pk]))


def test_the_page_tells_the_steps_in_order_and_leads_to_what_was_used(client, domain):
    reply = answer(domain, QUESTION, person=a_person(domain, consents=True), channel="web")
    pipeline.process()
    text = page(client, reply.turn, "reviewer", domain=domain).content.decode()
    told = ["Consentimiento", "Datos ocultados", "Buscado", "Respuesta", "Guardado", "Etiqueta"]
    places = [text.index(f"{it}</span>") for it in told]
    assert places == sorted(places)
    assert "aceptado: sí" in text
    assert "de dónde: un modelo" in text
    document = reply.sources[0].document_id
    assert reverse("admin:rag_document_change", args=[document]) in text
    assert reverse("admin:conversations_conversation_change", args=[reply.conversation.pk]) in text


def test_it_holds_no_word_of_a_person_who_did_not_agree(client, domain):
    reply = answer(domain, QUESTION, person=a_person(domain))
    text = page(client, reply.turn, "rater", domain=domain).content.decode()
    assert "No se guardó." in text
    assert "oficina" not in text


def test_the_conversation_leads_to_how_it_was_answered(client, domain):
    user = a_user("reviewer", domain=domain)
    reply = answer(domain, QUESTION, by=user)
    client.force_login(user)
    url = reverse("admin:conversations_conversation_change", args=[reply.conversation.pk])
    assert (
        reverse("admin:rag_turn_change", args=[reply.turn.pk]) in client.get(url).content.decode()
    )


def test_the_list_is_of_ones_own_domains_and_by_source(client, domain):
    answer(domain, QUESTION, by=a_user())
    answer(a_domain("tienda"), QUESTION, by=a_user())
    client.force_login(a_user("rater", domain=domain))
    url = reverse("admin:rag_turn_changelist")
    assert client.get(url).context["cl"].result_count == 1
    assert client.get(f"{url}?source=sorry").context["cl"].result_count == 0
    assert Turn.objects.count() == 2


def test_nobody_changes_or_deletes_an_answer(client, domain):
    reply = answer(domain, QUESTION, by=a_user())
    client.force_login(a_user(is_superuser=True))
    url = reverse("admin:rag_turn_delete", args=[reply.turn.pk])
    assert client.post(url, {"post": "yes"}).status_code == 403
