"""Reviewing in a real browser: keys, what is selected to be masked, and the rating screen's P."""

import pytest
from django.conf import settings
from django.test import Client

from conversations.models import Conversation, Stage, Why
from tests.factories import a_conversation, a_label, a_user

pytestmark = pytest.mark.browser

LIST = "/admin/conversations/toreview/"
LISTS = [LIST, "/admin/conversations/rejected/", "/admin/conversations/person/"]


@pytest.fixture
def page(page, live_server, domain):
    """Signed in as a reviewer."""
    client = Client()
    client.force_login(a_user("reviewer", domain=domain))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.clear_cookies()
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    return page


@pytest.fixture
def rows(domain):
    return [waiting(domain, sure) for sure in (0.3, 0.6)]


def waiting(domain, confidence, question="¿A cuánto el HLSO 16/20?"):
    row = a_conversation(domain, question=question)
    a_label(row, confidence=confidence)
    Conversation.objects.filter(pk=row.pk).update(
        confidence=confidence, stage=Stage.NEEDS_REVIEW, why=Why.REVIEWER
    )
    return row


def stage(row):
    row.refresh_from_db()
    return row.stage


def open_page(page, row):
    page.goto(f"/admin/revisar/{row.pk}/")


def on_screen(page, row):
    page.wait_for_url(f"**/revisar/{row.pk}/**")
    return True


def test_enter_approves_and_goes_on_and_ctrl_z_takes_it_back(page, rows):
    open_page(page, rows[0])
    page.keyboard.press("Enter")
    on_screen(page, rows[1])
    approved = stage(rows[0])
    page.keyboard.press("Control+z")
    on_screen(page, rows[0])

    assert (approved, stage(rows[0])) == (Stage.APPROVED, Stage.NEEDS_REVIEW)


def test_two_presses_are_one_decision(page, rows):
    open_page(page, rows[0])
    page.evaluate(
        """() => [1, 2].forEach(() => document.body.dispatchEvent(
            new KeyboardEvent("keydown", { key: "Enter", bubbles: true })
        ))"""
    )
    on_screen(page, rows[1])

    assert rows[0].reviews.count() == 1
    assert page.get_by_text("no espera revisión").count() == 0


def test_x_rejects_and_s_skips(page, rows):
    open_page(page, rows[0])
    page.keyboard.press("s")
    on_screen(page, rows[1])
    page.keyboard.press("x")
    on_screen(page, rows[0])

    assert [stage(row) for row in rows] == [Stage.NEEDS_REVIEW, Stage.REJECTED]


def test_keys_are_letters_in_a_box_and_enter_there_does_not_approve(page, rows):
    open_page(page, rows[0])
    page.get_by_placeholder("Nota o motivo").fill("")
    page.keyboard.type("xs Enter")
    page.keyboard.press("Enter")
    page.get_by_text("no había nada que corregir").wait_for()

    assert stage(rows[0]) == Stage.NEEDS_REVIEW


def test_ctrl_enter_in_a_box_approves_with_the_note(page, rows):
    open_page(page, rows[0])
    page.get_by_placeholder("Nota o motivo").fill("Bien leída")
    page.keyboard.press("Control+Enter")
    on_screen(page, rows[1])

    assert rows[0].reviews.get().notes == "Bien leída"


def test_what_is_selected_is_offered_to_be_masked(page, domain):
    row = a_conversation(domain, question="¿Qué dijo Zutanito ayer?")
    page.goto(f"/admin/revisar/{row.pk}/datos/")
    page.evaluate(
        """() => {
            const text = document.querySelector("#texts p").firstChild;
            const start = text.data.indexOf("Zutanito");
            getSelection().setBaseAndExtent(text, start, text, start + 8);
        }"""
    )
    page.wait_for_function("document.getElementById('words').value === 'Zutanito'")
    page.get_by_role("button", name="Ocultar").click()
    page.get_by_text("Oculto en 1 sitio.").wait_for()

    row.refresh_from_db()
    assert row.question == "¿Qué dijo [NAME] ayer?"


def test_p_flags_on_the_rating_screen_and_undo_takes_it_back(page, domain):
    first, then = a_conversation(domain), a_conversation(domain)
    page.goto("/admin/calificar/")
    page.keyboard.press("p")
    page.wait_for_selector(f"#rating form[action$='/calificar/{then.pk}/']")
    flagged = stage(first)
    page.keyboard.press("Control+z")
    page.wait_for_selector(f"#rating form[action$='/calificar/{first.pk}/']")

    assert (flagged, stage(first)) == (Stage.NEEDS_REVIEW, Stage.APPROVED)


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_screen(page, rows, width):
    page.set_viewport_size({"width": width, "height": 800})
    row = rows[0].pk
    pages = [f"/admin/revisar/{row}/", f"/admin/revisar/{row}/datos/", "/admin/anonimizador/"]
    for url in [*LISTS, *pages]:
        page.goto(url)
        excess = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert excess <= 0, url
