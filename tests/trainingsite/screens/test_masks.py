"""Personal data of an exchange put right by hand, and the anonymiser tried on a text."""

import logging

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from conversations.models import Conversation
from core.models import AuditEvent
from tests.factories import a_conversation, a_domain

TRY = reverse("admin:anonymiser")
PAYLOAD = '"><img src=x onerror=alert(1)><script>alert(1)</script>'


@pytest.fixture
def reviewer(sign_in):
    return sign_in("reviewer")


def masks(row):
    return reverse("admin:masks", args=[row.pk])


def told(answer):
    return [str(it) for it in answer.context["messages"]]


def test_what_is_masked_is_marked_and_counted_off(reviewer, domain):
    row = a_conversation(
        domain, question="Mi correo: ana@example.com", answer="Anotado: 0991234567"
    )

    page = reviewer.get(masks(row))

    text = page.content.decode()
    assert '<mark class="ts-mark ts-is-email" title="correo">[EMAIL]</mark>' in text
    assert [(it["place"], it["kind"]) for it in page.context["masks"]] == [
        (0, "correo"),
        (1, "teléfono"),
    ]


def test_a_mask_is_added(reviewer, domain):
    row = a_conversation(domain, question="¿Qué dijo Zutanito? Zutanito no paga.")

    answer = reviewer.post(masks(row), {"words": "zutanito", "kind": "NAME"}, follow=True)

    row.refresh_from_db()
    assert row.question == "¿Qué dijo [NAME]? [NAME] no paga."
    assert told(answer) == ["Oculto en 2 sitios."]
    assert AuditEvent.objects.filter(action="mask_added", subject_id=str(row.pk)).exists()


def test_a_mask_is_lifted_here_or_for_good(reviewer, domain):
    row = a_conversation(domain, question="Talla 0991234567", answer="Anotado: 0991234567")
    lift = {"destapar": "1", "words": "0991234567"}

    here = reviewer.post(masks(row), lift | {"place": 0}, follow=True)
    domain.refresh_from_db()
    taught = domain.texts.get("whitelist")
    always = reviewer.post(masks(row), lift | {"place": 0, "always": "1"}, follow=True)

    row.refresh_from_db()
    domain.refresh_from_db()
    assert (row.question, row.answer) == ("Talla 0991234567", "Anotado: 0991234567")
    assert (taught, domain.texts["whitelist"]) == (None, ["0991234567"])
    assert told(here) == ["Ya se lee."]
    assert told(always) == ["Ya se lee, y en este dominio no se ocultará más."]


@pytest.mark.parametrize(
    "given",
    [
        {"words": "ausente", "kind": "NAME"},
        {"words": "dijo", "kind": "COLOUR"},
        {"words": "", "kind": "NAME"},
        {"destapar": "1", "place": 7, "words": "16/20"},
        {"destapar": "1", "place": "x", "words": "16/20"},
    ],
)
def test_what_cannot_be_is_told_and_changes_nothing(reviewer, domain, given):
    row = a_conversation(domain, question="¿Qué dijo Zutanito?")

    answer = reviewer.post(masks(row), given, follow=True)

    row.refresh_from_db()
    assert row.question == "¿Qué dijo Zutanito?"
    assert told(answer)[0].endswith("No se cambió nada.")


@pytest.mark.parametrize("role", ["rater", "trainer", "auditor", "bot"])
def test_only_reviewers(sign_in, domain, role):
    row, client = a_conversation(domain), sign_in(role)

    for url in (masks(row), TRY):
        assert client.get(url).status_code == 403
        assert client.post(url, {"words": "trámite", "kind": "NAME"}).status_code == 403


def test_another_domains_exchange_is_not_there(reviewer):
    assert reviewer.get(masks(a_conversation(a_domain("ajeno")))).status_code == 404


def test_a_text_stands_beside_itself_without_personal_data(reviewer):
    page = reviewer.post(TRY, {"texto": "Escríbame a ana@example.com por el HLSO 16/20"})

    text = page.content.decode()
    assert '<mark class="ts-mark ts-is-email" title="correo">ana@example.com</mark>' in text
    assert '<mark class="ts-mark ts-is-email" title="correo">[EMAIL]</mark>' in text
    assert page.context["found"] == [("correo", "ana@example.com")]
    assert "no-store" in page.headers["Cache-Control"]


def test_what_is_tried_is_neither_stored_nor_logged(reviewer, caplog):
    caplog.set_level(logging.DEBUG)
    reviewer.post(TRY, {"texto": "Soy zutanito-canario@example.com"})

    assert "zutanito-canario" not in caplog.text
    assert not Conversation.objects.exists()
    assert "zutanito-canario" not in str([it.get_decoded() for it in Session.objects.all()])
    assert not AuditEvent.objects.filter(action__startswith="mask").exists()


def test_the_domains_own_words_are_kept(sign_in, domain):
    domain.texts = {"whitelist": ["0991234567"]}
    domain.save()

    page = sign_in("reviewer").post(TRY, {"texto": "El lote 0991234567"})

    assert page.context["found"] == []
    assert "No se ocultó nada" in page.content.decode()


def test_what_is_typed_is_escaped(reviewer, domain):
    row = a_conversation(domain, question=f"Mi cel 0991234567 {PAYLOAD}")

    for page in (reviewer.get(masks(row)), reviewer.post(TRY, {"texto": f"ana@b.com {PAYLOAD}"})):
        assert page.status_code == 200
        assert b"<img src=x" not in page.content
        assert b"<script>alert" not in page.content
