"""What no form asks for is not written, and no address lets one search where it should not."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import NoReverseMatch, reverse

from conversations import consent
from conversations.models import Conversation
from tests.factories import a_client, a_conversation, a_domain, a_user

pytestmark = pytest.mark.django_db

ANA = "whatsapp:+593991111111"
SMUGGLED = {
    "id": 999_999,
    "pk": 999_999,
    "stage": "approved",
    "why": "qa",
    "state": "done",
    "estado": "approved",
    "stars": 5,
    "score": 5,
    "successful": True,
    "was_successful": True,
    "confidence": 1.0,
    "sampled": True,
    "origin": "source",
    "basis": "inventada",
    "person": 1,
    "owner": 1,
    "user": 1,
    "usuario_id": 1,
    "reviewed_by": 1,
    "approved_by": 1,
    "anonymiser": "ninguno",
    "masks": {"PHONE": 9},
    "is_staff": True,
    "is_superuser": True,
    "created_at": "1999-01-01T00:00:00Z",
    "creado_en": "1999-01-01T00:00:00Z",
}
OURS = (
    "domain_id", "origin", "basis", "stage", "why", "stars", "score", "successful", "confidence",
    "sampled", "person_id", "user_id", "anonymiser", "masks",
)  # fmt: skip
LOOKUPS = ("user__password__startswith", "domain__memberships__user__password__startswith")


def ours(row):
    """What of a row the site alone writes."""
    row.refresh_from_db()
    return {name: getattr(row, name) for name in OURS}


def smuggled_into(domain):
    """Everything that a form does not ask for; another domain, too."""
    return SMUGGLED | {"domain": domain.pk, "domain_id": domain.pk}


@pytest.fixture
def other():
    return a_domain("ajena")


def test_a_written_conversation_is_as_if_nothing_else_had_been_sent(other):
    client = a_client("admin", domain=a_domain())
    url = "/api/v1/ai/training/conversaciones"
    body = {"pregunta": "¿Tienen U15?", "respuesta": "Sí, en cajas de 2 kg."}
    client.post(url, body)
    client.post(url, smuggled_into(other) | body)
    plain, smuggled = Conversation.objects.order_by("pk")
    assert ours(smuggled) == ours(plain)
    assert smuggled.created_at.year > 1999
    assert smuggled.pk < 999_999


def test_a_rewritten_conversation_keeps_what_is_not_asked_for(other):
    domain = a_domain()
    row, client = a_conversation(domain), a_client("admin", domain=domain)
    before = ours(row)
    body = {"pregunta": row.question, "respuesta": "Otra respuesta, más larga."}
    sent = smuggled_into(other) | body
    assert client.put(f"/api/v1/ai/training/conversaciones/{row.pk}", sent).status_code == 200
    assert ours(row) == before


def test_a_delivered_message_waits_like_any_other(other):
    domain = a_domain("camaron")
    consent.grant(consent.person_known_as(ANA, domain=domain), channel="test")
    bot = a_client("bot", domain=domain)
    for number, more in enumerate([{}, smuggled_into(other)]):
        body = {"user_id": ANA, "conversation_id": f"c{number}", "message_id": f"m{number}"}
        body |= {"user_message": "¿Tienen U15?", "bot_response": "Sí, en cajas de 2 kg."}
        assert bot.post("/webhook/training/messages", more | body).status_code == 202
    plain, smuggled = Conversation.objects.order_by("pk")
    assert ours(smuggled) == ours(plain)


def test_the_form_of_a_conversation_writes_its_own_fields_alone(other):
    domain = a_domain()
    row, client = a_conversation(domain), Client()
    client.force_login(a_user("admin", domain=domain))
    before = ours(row)
    url = reverse("admin:conversations_conversation_change", args=[row.pk])
    form = {"question": row.question, "answer": "Otra respuesta."}
    form |= {"ratings-TOTAL_FORMS": 0, "ratings-INITIAL_FORMS": 0}
    client.post(url, smuggled_into(other) | form)
    assert ours(row) == before
    assert row.answer == "Otra respuesta."


def test_nobody_becomes_more_than_they_were(other):
    client = a_client("admin", domain=a_domain())
    for method, url in [("post", "conversaciones"), ("post", "recolectar-automatico")]:
        getattr(client, method)(f"/api/v1/ai/training/{url}", smuggled_into(other))
    assert not User.objects.filter(is_superuser=True).exists()


@pytest.mark.parametrize("lookup", LOOKUPS)
def test_no_list_of_the_admin_searches_in_passwords(lookup):
    client = Client()
    client.force_login(a_user(is_superuser=True))
    for model in admin.site._registry:
        try:
            url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        except NoReverseMatch:
            continue
        answer = client.get(url, {lookup: "p"})
        assert answer.status_code in {302, 400}, url
        assert answer.status_code == 400 or answer["Location"].endswith("?e=1")
