"""Every stock page opens for who may, is closed to who may not, and holds no row of others."""

import pytest
from django.contrib import admin
from django.urls import reverse

from conversations.models import CatalogueEntry
from core.models import AuditEvent
from tests.factories import a_conversation, a_domain

LISTS = [f"{it._meta.app_label}_{it._meta.model_name}" for it in admin.site._registry]


def lines(answer):
    return {row.pk for row in answer.context["cl"].result_list}


@pytest.mark.parametrize("name", LISTS)
def test_each_list_opens(boss, name):
    assert boss.get(reverse(f"admin:{name}_changelist")).status_code == 200


@pytest.mark.parametrize("name", LISTS)
def test_each_list_is_closed_to_staff_without_rights(sign_in, name):
    assert sign_in().get(reverse(f"admin:{name}_changelist")).status_code == 403


@pytest.mark.parametrize("name", ["rate", "prepare", "start_training", "playground"])
def test_each_screen_opens_for_a_trainer(sign_in, name):
    assert sign_in("trainer").get(reverse(f"admin:{name}")).status_code == 200


@pytest.mark.parametrize("name", ["rate", "prepare", "start_training", "playground"])
def test_each_screen_is_closed_to_an_auditor(sign_in, name):
    assert sign_in("auditor").get(reverse(f"admin:{name}")).status_code == 403


@pytest.mark.parametrize("name", ["index", "rate", "machine"])
def test_strangers_are_sent_to_the_login_page(client, db, name):
    answer = client.get(reverse(f"admin:{name}"))

    assert answer.status_code == 302
    assert "/login/" in answer.url


@pytest.mark.parametrize("name", ["rate", "prepare", "start_training", "playground"])
def test_screens_do_not_know_the_domain_of_others(sign_in, name):
    other = a_domain("ajeno")

    assert (
        sign_in("trainer").get(reverse(f"admin:{name}"), {"dominio": other.slug}).status_code == 404
    )


def test_lists_hold_the_rows_of_the_users_domains_only(sign_in, domain):
    mine = a_conversation(domain)
    a_conversation(a_domain("ajeno"))

    answer = sign_in("rater").get(reverse("admin:conversations_conversation_changelist"))

    assert lines(answer) == {mine.pk}


def test_a_row_of_others_is_not_found(sign_in):
    theirs = a_conversation(a_domain("ajeno"))

    answer = sign_in("reviewer").get(
        reverse("admin:conversations_conversation_change", args=[theirs.pk])
    )

    assert answer.status_code == 302
    assert answer.url == reverse("admin:index")


def test_a_form_offers_and_accepts_the_users_domains_only(sign_in, domain):
    other, reviewer = a_domain("ajeno"), sign_in("reviewer")
    url = reverse("admin:conversations_catalogueentry_add")
    fields = {"kind": "producto", "code": "x", "name": "X", "aliases": "[]"}

    offered = reviewer.get(url).context["adminform"].form.fields["domain"].queryset
    reviewer.post(url, fields | {"domain": other.pk})
    refused = CatalogueEntry.objects.exists()
    reviewer.post(url, fields | {"domain": domain.pk})

    assert list(offered) == [domain]
    assert not refused
    assert CatalogueEntry.objects.get().domain == domain


def test_the_audit_shows_decisions_of_the_users_domains(sign_in, domain):
    for slug in (domain.slug, "ajeno"):
        AuditEvent.objects.create(domain_slug=slug, actor="ana", action="x", subject_type="y")

    answer = sign_in("auditor").get(reverse("admin:core_auditevent_changelist"))

    assert {row.domain_slug for row in answer.context["cl"].result_list} == {domain.slug}


def test_nobody_edits_the_audit(boss):
    event = AuditEvent.objects.create(actor="ana", action="x", subject_type="y")
    url = reverse("admin:core_auditevent_change", args=[event.pk])

    assert boss.post(url, {"actor": "otra"}).status_code == 403


def test_the_menu_has_only_what_the_user_may_open(sign_in):
    page = sign_in("rater").get(reverse("admin:index")).content.decode()

    assert reverse("admin:rate") in page
    assert reverse("admin:auth_user_changelist") not in page


def test_pages_let_no_inline_script_run(boss):
    answer = boss.get(reverse("admin:rate"))

    assert "'unsafe-inline'" not in answer.headers["Content-Security-Policy"].split("style-src")[0]


@pytest.mark.parametrize("name", ["index", "conversations_conversation_changelist", "rate"])
def test_pages_speak_spanish(boss, domain, name):
    a_conversation(domain)

    page = boss.get(reverse(f"admin:{name}"), headers={"accept-language": "es"}).content.decode()

    for english in ("Type to search", "Select all rows", "Apply Filters", "Search apps"):
        assert english not in page


def test_deleting_asks_without_an_article(boss, domain):
    row = a_conversation(domain)

    page = boss.get(reverse("admin:conversations_conversation_delete", args=[row.pk]))

    assert "¿Seguro que quiere eliminar" in page.content.decode()
    assert "los conversación" not in page.content.decode()
