"""The public chat in a real browser: alone on its page, and in a frame of another site."""

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.core.cache import cache

from conversations import consent
from conversations.models import ChatRating, Conversation, Erasure, Person, Purpose, Why
from core.models import Domain
from rag import documents, indexing
from rag.models import Quote, Turn
from tests.browser.conftest import watched
from tests.factories import a_domain
from tests.fakes import a_stream
from tests.rag.shop import a_shop

pytestmark = pytest.mark.browser

ASK = "POST /chat/completions"
CONSENT = "¿Podemos aprender de sus mensajes?"
HOURS = "La oficina abre de lunes a viernes a las nueve."
QUESTION = "¿A qué hora abre la oficina?"
MARKUP = "<b>Claro</b> <img src=x onerror=alert(1)> <script>alert(1)</script>"

VECTORS = [
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "<svg/onload=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<a href=javascript:alert(1)>x</a>",
    "<details open ontoggle=alert(1)>",
    "<math><mtext></p><img src=x onerror=alert(1)>",
    "![x](https://malo.example/x.png)",
    "<style>@import 'https://malo.example'</style>",
    "<template><script>alert(1)</script></template>",
]
WRAPPED = ["{}", '">{}', "'>{}", "</p></article>{}", "<!-- -->{}", "\0{}"]
HOSTILE = [wrap.format(it) for it in VECTORS for wrap in WRAPPED]


@pytest.fixture
def domain(transactional_db, provider):
    cache.clear()
    provider.replies[ASK] = 200, a_stream(["La oficina ", "abre a ", "las nueve [1]."])
    domain = a_domain(
        "tienda",
        name="Camarones del Litoral",
        public_chat=True,
        texts={"welcome": "¡Bienvenido! ¿En qué le ayudo?"},
    )
    consent.write_text(domain, CONSENT, by="ana")
    indexing.index(documents.add_text(domain, title="Horario", text=HOURS, by="ana"))
    return domain


@pytest.fixture
def browser(chromium, live_server, domain):
    """A browser of somebody who is nobody here; it keeps cookies, if it gets any."""
    return chromium.new_context(locale="es-EC", base_url=live_server.url)


@pytest.fixture
def page(browser):
    """The chat, open."""
    with watched(browser) as page:
        page.goto("/chat/tienda")
        page.get_by_text("¡Bienvenido!").wait_for()
        yield page


def write(page, message):
    page.get_by_role("textbox", name="Su mensaje").fill(message)
    page.keyboard.press("Enter")


def answered(page, text):
    page.locator("article.bot", has_text=text).last.wait_for()
    page.locator("#talk:not([aria-busy])").wait_for()


def agree(page):
    page.get_by_role("button", name="Sí", exact=True).click()
    answered(page, "Gracias. Usaremos lo que escriba")


def test_a_yes_a_question_and_a_thumb_down_with_its_reason(page):
    agree(page)
    write(page, QUESTION)
    answered(page, "La oficina abre a las nueve [1].")
    page.get_by_role("list", name="Fuentes").get_by_text("[1] Horario").wait_for()
    page.get_by_role("button", name="No me sirvió").click()
    page.get_by_role("button", name="El dato está mal").click()
    page.get_by_text("Gracias.", exact=True).wait_for()

    row, thumb = Conversation.objects.get(), ChatRating.objects.get()
    assert (row.origin, row.why) == ("person", Why.THUMB_DOWN)
    assert (thumb.conversation, thumb.reason) == (row, "El dato está mal")
    assert page.get_by_role("button", name="El dato está mal").count() == 0


def test_a_no_keeps_no_word_and_the_question_is_gone(page):
    page.get_by_role("button", name="No", exact=True).click()
    answered(page, "De acuerdo: no usaremos")
    write(page, QUESTION)
    answered(page, "las nueve")

    assert page.get_by_role("button", name="Sí", exact=True).count() == 0
    assert not Conversation.objects.exists()
    assert not Person.objects.get().consents_to(Purpose.TRAINING)


def test_all_of_it_goes_without_a_mouse_and_without_a_cookie(page):
    for name in ("Sí", "No"):
        page.keyboard.press("Tab")
        while page.evaluate("document.activeElement.textContent") != name:
            page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    answered(page, "De acuerdo")
    write(page, "línea uno")
    answered(page, "las nueve")

    assert page.evaluate("document.activeElement.id") == "message"
    assert page.evaluate("document.getElementById('talk').getAttribute('role')") == "log"
    assert page.context.cookies() == []


def test_data_are_erased_after_one_more_question(page):
    agree(page)
    write(page, QUESTION)
    answered(page, "las nueve")
    page.get_by_role("button", name="Mis datos", exact=True).click()
    answered(page, "1 pregunta guardada")
    page.get_by_role("button", name="Borrar mis datos").click()
    page.get_by_role("button", name="Cancelar").click()
    kept = Erasure.objects.exists()
    page.get_by_role("button", name="Borrar mis datos").click()
    page.get_by_role("button", name="Borrar", exact=True).click()
    answered(page, "Se borra todo lo que guardábamos")

    assert not kept
    assert Erasure.objects.get().person == Person.objects.get()
    assert page.locator("article").count() == 1


def test_who_comes_back_is_known_and_not_asked_again(page):
    agree(page)
    page.reload()
    page.get_by_text("¡Bienvenido!").wait_for()

    assert page.get_by_text(CONSENT).count() == 0
    assert Person.objects.count() == 1


def test_what_an_answer_says_is_text(page, provider):
    provider.replies[ASK] = 200, a_stream([MARKUP])
    Domain.objects.update(texts={"unknown": ""})
    write(page, f"¿Qué piensan de {MARKUP}?")
    page.locator("article.me", has_text=MARKUP).wait_for()
    page.locator("#talk:not([aria-busy]) article.bot >> nth=2").wait_for()

    assert page.locator("#talk img, #talk b, #talk script").count() == 0


def test_a_proforma_is_downloaded_by_whom_it_was_made_for(page):
    a_shop("camaron", public_chat=True)
    page.goto("/chat/camaron")
    page.locator("#talk:not([aria-busy])").wait_for()
    write(page, "Proforma de HLSO 16/20 con 10% de glaseo, 10 toneladas CFR Houston")
    answered(page, "¿")
    write(page, "sí")
    with page.expect_download() as fetched:
        page.get_by_role("button", name="(PDF)").click()

    assert fetched.value.suggested_filename == f"{Quote.objects.get().number}.pdf"
    assert fetched.value.path().read_bytes().startswith(b"%PDF")


def test_no_hostile_text_becomes_anything_but_text(page):
    """Fifty payloads as a message, an answer, a source and a question of consent."""
    live = page.evaluate(
        """async (payloads) => {
            const { bubble, say, question } = await import("/static/chat/bubbles.js");
            const { sources } = await import("/static/chat/extras.js");
            for (const it of payloads) {
                bubble("me", it);
                say(bubble("bot", ""), it);
                question(it, () => {});
                document.getElementById("talk").append(
                    sources([{ numero: it, titulo: it, pagina: it }]));
            }
            const allowed = "article, span, p, div.choices, ul.sources, li, button";
            return document.querySelectorAll(`#talk *:not(${allowed})`).length;
        }""",
        HOSTILE,
    )
    assert len(HOSTILE) >= 50
    assert live == 0


# --- when it does not go well ---------------------------------------------------------------------


@pytest.fixture
def unwatched(browser):
    """The chat, open; its console may tell of lost connections."""
    page = browser.new_page()
    page.goto("/chat/tienda")
    page.get_by_text("¡Bienvenido!").wait_for()
    yield page
    browser.close()


def test_a_message_that_is_not_sent_is_not_lost(unwatched, provider):
    page = unwatched
    page.context.set_offline(True)
    write(page, QUESTION)
    page.get_by_role("alert").get_by_text("Sin conexión").wait_for()
    page.context.set_offline(False)
    page.get_by_role("button", name="Reintentar").click()
    answered(page, "las nueve")

    assert page.get_by_role("alert").count() == 0
    assert page.locator("article.me").count() == 1
    assert Turn.objects.count() == 1


def test_a_chat_that_opens_without_a_connection_opens_later(browser):
    page = browser.new_page()
    page.route("**/visita", lambda route: route.abort(), times=1)
    page.goto("/chat/tienda")
    page.get_by_role("alert").wait_for()
    page.get_by_role("textbox", name="Su mensaje").fill(QUESTION)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Reintentar").click()
    page.get_by_role("button", name="Sí", exact=True).wait_for()
    kept = page.get_by_role("textbox", name="Su mensaje").input_value()
    page.get_by_role("button", name="Enviar").click()
    answered(page, "las nueve")

    assert kept == QUESTION
    browser.close()


def test_an_answer_that_was_made_but_lost_is_fetched_and_not_made_again(unwatched, provider):
    page = unwatched

    def lose(route):
        route.fetch()
        route.abort()

    page.route("**/mensajes", lose, times=1)
    write(page, QUESTION)
    page.get_by_role("button", name="Reintentar").click()
    answered(page, "las nueve")

    assert len(provider.sent(ASK)) == Turn.objects.count() == 1


def test_an_answer_that_breaks_off_is_fetched_whole(unwatched, provider):
    page = unwatched

    def cut(route):
        whole = route.fetch()
        route.fulfill(response=whole, body=whole.body().split(b"event: fin")[0])

    page.clock.install()
    page.route("**/mensajes", cut, times=1)
    with page.expect_response("**/mensajes"):
        write(page, QUESTION)
    page.locator("article.bot", has_text="abre").wait_for()
    page.clock.run_for(3000)
    answered(page, "La oficina abre a las nueve [1].")

    assert len(provider.sent(ASK)) == Turn.objects.count() == 1


def test_a_refusal_says_why(unwatched):
    page = unwatched
    Domain.objects.update(public_chat=False)
    write(page, QUESTION)
    page.get_by_role("alert").get_by_text("Este chat ya no está abierto.").wait_for()


def test_a_double_click_sends_once(page):
    page.get_by_role("button", name="Privacidad").dblclick()
    answered(page, "Sus mensajes no se usan")

    assert page.locator("article.me").count() == 1


# --- on another site ------------------------------------------------------------------------------


@contextmanager
def a_site(html):
    """Another site with one page; its address."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            body = html.encode()
            self.send_response(200 if self.path == "/" else 204)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", "style-src 'self'")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def site(live_server):
    tag = f'<script src="{live_server.url}/chat/tienda/embed.js" async></script>'
    with a_site(f"<!doctype html><html lang=es><title>Tienda</title><h1>Tienda</h1>{tag}") as url:
        yield url


def test_a_site_of_the_domain_shows_the_chat_in_a_frame(browser, site):
    Domain.objects.update(chat_sites=[site])
    with watched(browser) as page:
        page.goto(site)
        button = page.get_by_role("button", name="Chat", exact=True)
        button.click()
        chat = page.frame_locator("iframe")
        chat.get_by_role("button", name="Sí", exact=True).click()
        chat.get_by_text("Gracias. Usaremos").wait_for()
        chat.get_by_role("textbox", name="Su mensaje").fill(QUESTION)
        page.keyboard.press("Enter")
        chat.get_by_text("La oficina abre a las nueve [1].").wait_for()
        chat.get_by_role("button", name="No me sirvió").wait_for()  # all of it is there
        page.keyboard.press("Escape")
        page.locator("iframe").wait_for(state="hidden")

        assert button.get_attribute("aria-expanded") == "false"
        assert page.context.cookies() == []
        assert Conversation.objects.get().origin == "person"


def test_a_site_that_is_not_of_the_domain_does_not(browser, site):
    Domain.objects.update(chat_sites=["https://otra.example"])
    page = browser.new_page()
    page.goto(site)
    with page.expect_event("console", lambda said: "frame-ancestors" in said.text):
        page.get_by_role("button", name="Chat", exact=True).click()

    assert not Person.objects.exists()
    browser.close()
