"""Rating in a real browser: keys, undo, and the stars of the list."""

import pytest
from django.conf import settings

from tests.factories import a_conversation, a_domain, a_user

pytestmark = pytest.mark.browser

RATE = "/admin/calificar/"
LIST = "/admin/conversations/conversation/"


def stars(row):
    row.refresh_from_db()
    return row.stars


@pytest.fixture
def rows(domain):
    return [a_conversation(domain) for _ in range(3)]


def on_screen(page, row):
    """Wait until ``row`` is the one to rate."""
    page.wait_for_selector(f"#rating form[action$='/calificar/{row.pk}/']")
    return True


def test_signing_in_leads_to_the_panel(page, domain):
    user = a_user("rater", domain=domain, password="una-clave-larga")
    page.context.clear_cookies()
    page.goto("/admin/")
    page.fill("[name=username]", user.username)
    page.fill("[name=password]", "una-clave-larga")
    page.click("[type=submit]")

    page.get_by_role("heading", name=domain.name).wait_for()


def test_digits_rate_and_go_on(page, rows):
    page.goto(RATE)
    page.keyboard.press("4")
    on_screen(page, rows[1])
    page.keyboard.press("2")
    on_screen(page, rows[2])

    assert [stars(row) for row in rows] == [4, 2, None]
    assert "No inicia ningún entrenamiento: faltan 9" in page.locator("#toast").inner_text()


def test_a_key_pressed_the_moment_a_card_appears_is_the_cards(page, rows):
    page.goto(RATE)
    page.evaluate("""() => {
      const press = (key) => document.dispatchEvent(new KeyboardEvent("keydown", { key }));
      const seen = new MutationObserver(() => { seen.disconnect(); press("4"); });
      seen.observe(document.querySelector(".ts-rate"), { childList: true });
      press("5");
    }""")
    on_screen(page, rows[2])

    assert page.url.endswith(RATE)
    assert [stars(row) for row in rows] == [5, 4, None]


def test_ctrl_z_walks_back(page, rows):
    page.goto(RATE)
    for row in rows[1:]:
        page.keyboard.press("5")
        on_screen(page, row)
    page.keyboard.press("Control+z")
    on_screen(page, rows[1])
    page.keyboard.press("Control+z")
    on_screen(page, rows[0])

    assert [stars(row) for row in rows] == [None, None, None]


def test_the_toast_undoes_with_a_click(page, rows):
    page.goto(RATE)
    page.keyboard.press("1")
    on_screen(page, rows[1])
    page.get_by_role("button", name="Deshacer").click()
    on_screen(page, rows[0])

    assert stars(rows[0]) is None


def test_arrows_move_and_s_skips(page, rows):
    page.goto(RATE)
    page.keyboard.press("ArrowRight")
    on_screen(page, rows[1])
    page.keyboard.press("ArrowLeft")
    on_screen(page, rows[0])
    page.keyboard.press("s")

    assert on_screen(page, rows[1])
    assert [stars(row) for row in rows] == [None, None, None]


def test_keys_are_letters_while_typing(page, rows):
    page.goto(RATE)
    page.keyboard.press("c")
    page.keyboard.type("5 s? muy corta")
    page.keyboard.press("Escape")
    page.keyboard.press("3")
    on_screen(page, rows[1])

    rows[0].refresh_from_db()
    assert (rows[0].stars, rows[0].feedback) == (3, "5 s? muy corta")


def test_the_help_opens_with_a_key_and_stops_the_others(page, rows):
    page.goto(RATE)
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("5")
    page.keyboard.press("Escape")

    assert stars(rows[0]) is None


def test_a_star_of_the_list_is_stored_without_leaving_the_page(page, rows):
    page.goto(LIST)
    group = page.locator(f"[data-url$='/calificar/{rows[0].pk}/']")
    group.get_by_role("radio", name="4 de 5").click()
    page.get_by_text("No inicia ningún entrenamiento").wait_for()

    assert stars(rows[0]) == 4
    assert group.locator("[aria-checked=true]").get_attribute("value") == "4"
    assert page.url.endswith(LIST)


def test_the_same_star_again_clears_and_undo_brings_it_back(page, rows, domain):
    rated = a_conversation(domain, stars=3)
    page.goto(LIST)
    group = page.locator(f"[data-url$='/calificar/{rated.pk}/']")
    group.get_by_role("radio", name="3 de 5").click()
    page.get_by_text("Calificación borrada.").wait_for()
    cleared = stars(rated)
    page.get_by_role("button", name="Deshacer").click()
    page.get_by_text("Guardada.").wait_for()

    assert (cleared, stars(rated)) == (None, 3)


def test_a_focused_group_takes_digits(page, rows):
    page.goto(LIST)
    page.locator(f"[data-url$='/calificar/{rows[1].pk}/'] button").first.focus()
    page.keyboard.press("5")
    page.get_by_text("Guardada.").wait_for()

    assert stars(rows[1]) == 5


def sign_out_elsewhere(page):
    """The session ends, and the page that is open does not know."""
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)


def test_a_star_after_the_session_ended_says_so(page, rows):
    page.goto(LIST)
    sign_out_elsewhere(page)
    page.locator(f"[data-url$='/calificar/{rows[0].pk}/'] button").last.click()
    page.get_by_text("Su sesión terminó y no se guardó: vuelva a entrar.").wait_for()

    assert stars(rows[0]) is None


def test_a_key_after_the_session_ended_says_so_and_leaves_the_card(page, rows):
    page.goto(RATE)
    sign_out_elsewhere(page)
    page.keyboard.press("4")
    page.get_by_text("Su sesión terminó y no se guardó: vuelva a entrar.").wait_for()

    assert stars(rows[0]) is None
    assert on_screen(page, rows[0])


def test_no_column_of_the_list_is_cut_on_a_small_laptop(page, rows, domain):
    a_domain("otro", name="Otro negocio")
    domain.memberships.model.objects.create(
        user=domain.memberships.get().user, domain=a_domain("otro")
    )
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(LIST)

    heading = page.locator("#result_list th").last.bounding_box()
    assert page.get_by_role("columnheader", name="Dominio").is_visible()
    assert heading["x"] + heading["width"] <= 1280
