"""Thumbs in a real browser: worked on by keyboard alone, and read on a phone."""

import pytest
from django.conf import settings
from django.test import Client

from conversations.models import Thumb
from rag import documents, feedback, indexing
from rag.assistant import answer
from rag.feedback import Rated
from rag.models import Correction
from tests.factories import a_user
from tests.fakes import a_completion

pytestmark = pytest.mark.browser

LIST = "/admin/conversations/chatrating/"
HOURS = "La oficina abre a las once, de lunes a viernes, salvo los feriados nacionales."


@pytest.fixture
def page(page, live_server, domain):
    """Signed in as an administrator."""
    client = Client()
    client.force_login(a_user("admin", domain=domain))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.clear_cookies()
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    return page


@pytest.fixture
def thumb(domain, provider):
    provider.replies["POST /chat/completions"] = 200, a_completion("A las once [1].")
    indexing.index(documents.add_text(domain, title="Horario", text=HOURS, by="ana"))
    user = a_user(domain=domain)
    reply = answer(domain, "¿A qué hora abre la oficina?", by=user)
    rated = Rated(domain, user=user, turn=reply.turn, conversation=reply.conversation)
    return feedback.thumb(rated, Thumb.DOWN, reason="Abre antes.")


def tab_to(page, words):
    """Press Tab until the focus is on the button that says ``words``."""
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText") == words:
            return
    raise AssertionError(words)


def test_an_answer_is_put_right_and_its_passage_blamed_without_a_mouse(page, thumb):
    page.goto(f"{LIST}{thumb.pk}/change/")
    page.get_by_label("Respuesta correcta").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("A las nueve.")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    tab_to(page, "Procesar")
    page.keyboard.press("Enter")
    page.get_by_text("Por este pulgar se cambió").wait_for()
    made = Correction.objects.get()
    assert (made.conversation.answer, made.document.title) == ("A las nueve.", "Horario")


def test_on_a_phone_nothing_is_wider_than_the_screen(page, thumb):
    page.set_viewport_size({"width": 390, "height": 800})
    for url in (LIST, f"{LIST}{thumb.pk}/change/", "/admin/rag/correction/"):
        page.goto(url)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert (url, wide) == (url, 0)
