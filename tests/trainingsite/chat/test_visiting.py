"""The public page, who may show it, and what a visit brings."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from conversations.models import Person
from core.models import Domain
from tests.factories import a_domain
from tests.trainingsite.chat.conftest import CONSENT
from tests.trainingsite.chat.visiting import Visitor
from trainingsite import tasks
from trainingsite.chat import visitors

CLOSED = ["", "/embed.js", "/visita", "/mensajes", "/pulgares", "/proformas/P-1.pdf"]
POSTED = {"/visita", "/mensajes", "/pulgares"}


def directives(answer):
    policy = answer.headers["Content-Security-Policy"]
    return dict(part.strip().split(" ", 1) for part in policy.split(";"))


def sites(domain, *origins):
    Domain.objects.filter(pk=domain.pk).update(chat_sites=list(origins))


@pytest.mark.parametrize("path", CLOSED)
@pytest.mark.parametrize("slug", ["cerrado", "nadie"])
def test_a_chat_that_is_not_public_does_not_exist(db, slug, path):
    a_domain("cerrado")
    client = Client()
    ask = client.post if path in POSTED else client.get
    assert ask(f"/chat/{slug}{path}").status_code == 404
    assert not Person.objects.exists()


def test_the_page_runs_nothing_inline_and_is_in_nobodys_frame(domain):
    answer = Client().get("/chat/tienda")
    policy = directives(answer)
    assert (policy["script-src"], policy["style-src"]) == ("'self'", "'self'")
    assert policy["frame-ancestors"] == "'none'"
    assert answer.headers["X-Frame-Options"] == "DENY"
    page = answer.content.decode()
    assert "<style" not in page
    assert " style=" not in page
    assert " onclick=" not in page


def test_only_the_sites_of_the_domain_may_show_the_page(domain):
    sites(domain, "https://tienda.example", "http://localhost:8080")
    answer = Client().get("/chat/tienda")
    ancestors = directives(answer)["frame-ancestors"]
    assert ancestors == "https://tienda.example http://localhost:8080"
    assert "X-Frame-Options" not in answer.headers
    a_domain("otra", public_chat=True)
    assert directives(Client().get("/chat/otra"))["frame-ancestors"] == "'none'"


def test_what_is_no_origin_reaches_no_header(domain):
    sites(domain, "https://x.example; script-src *", "*", 7)
    assert directives(Client().get("/chat/tienda"))["frame-ancestors"] == "'none'"


def test_a_page_of_the_panel_is_still_in_nobodys_frame(domain):
    sites(domain, "https://tienda.example")
    answer = Client().get("/admin/login/")
    assert directives(answer)["frame-ancestors"] == "'none'"
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_no_cookie_is_set_or_asked_for(visitor):
    for answer in (visitor.get(""), visitor.visit(), visitor.send("hola")):
        assert not answer.cookies
        assert "Cookie" not in answer.headers.get("Vary", "")


def test_the_tag_leads_to_the_script(domain):
    answer = Client().get("/chat/tienda/embed.js")
    assert answer.status_code == 302
    assert answer["Location"].endswith("chat/embed.js")


def test_the_name_of_the_domain_is_text(domain):
    Domain.objects.filter(pk=domain.pk).update(name="<img src=x>")
    assert b"<img" not in Client().get("/chat/tienda").content


# --- visits ---------------------------------------------------------------------------------------


def test_a_visit_greets_and_asks_for_consent(visitor):
    told = visitor.greeting
    assert told["bienvenida"] == "¡Hola!"
    assert told["consentimiento"] == {"pregunta": CONSENT, "estado": None}


def test_who_comes_back_is_the_same_person_and_is_asked_until_they_answer(visitor):
    again = visitor.visit().json()
    assert Person.objects.count() == 1
    assert again["consentimiento"]["pregunta"] == CONSENT
    visitor.says("no")
    assert visitor.visit().json()["consentimiento"] == {"pregunta": None, "estado": False}


def test_who_let_the_question_pass_is_not_asked_again(visitor):
    visitor.says("¿A qué hora abren?")
    assert visitor.visit().json()["consentimiento"] == {"pregunta": None, "estado": None}


def test_the_question_of_another_channel_is_not_shown(visitor):
    request = visitor.person.consent_requests.get()
    request.channel = "whatsapp"
    request.save()
    assert visitor.visit().json()["consentimiento"]["pregunta"] is None


def test_two_browsers_are_two_people(visitor):
    Visitor()
    assert Person.objects.count() == 2


@pytest.mark.parametrize("bad", ["", "x", "a:b:c", "\u00e9"])
def test_without_a_token_of_ours_nothing_is_answered(visitor, bad):
    visitor.token = bad
    answer = visitor.send("hola")
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "visitor_unknown"
    assert Person.objects.count() == 1


def test_a_token_opens_one_chat_alone(visitor):
    a_domain("otra", public_chat=True)
    visitor.chat = "/chat/otra"
    assert visitor.send("hola").status_code == 401


def test_a_token_is_over_a_month_after_the_last_visit(visitor, monkeypatch):
    later = timezone.now() + visitors.LASTS + timedelta(minutes=1)
    monkeypatch.setattr("django.core.signing.time.time", later.timestamp)
    assert visitor.send("hola").status_code == 401
    visitor.visit()
    assert Person.objects.count() == 2


def test_the_panel_of_somebody_signed_in_means_nothing_here(visitor, admin_user):
    visitor.client.force_login(admin_user)
    visitor.token = ""
    assert visitor.send("hola").status_code == 401


def test_one_address_visits_thirty_times_a_minute(domain):
    for _ in range(30):
        visitor = Visitor(address="10.0.0.1")
    assert visitor.visit().status_code == 429
    assert Visitor(address="10.0.0.2").greeting["token"]


def test_the_address_is_not_what_the_visitor_says_it_is(domain):
    visitor = Visitor()
    answers = [visitor.post("/visita", {}, **{"X-Forwarded-For": f"9.9.9.{n}"}) for n in range(30)]
    assert answers[-1].status_code == 429


def test_who_opens_the_chat_and_never_writes_is_forgotten(domain):
    Visitor()
    for word in ("¿A qué hora abren?", "no"):
        Visitor().says(word)
    Person.objects.update(created_at=timezone.now() - visitors.LASTS - timedelta(days=1))
    Visitor()
    assert tasks.forget_visitors() == "1 forgotten"
    assert Person.objects.count() == 3
    assert tasks.forget_visitors() == "0 forgotten"
