"""What a visitor thinks of an answer, and the quote that was made for them."""

import pytest

from conversations.models import ChatRating, Conversation, Stage, Why
from rag.models import Quote
from tests.factories import a_person
from tests.rag.shop import a_quote, a_shop
from tests.trainingsite.chat.visiting import Visitor

QUESTION = "¿A qué hora abre la oficina?"


def rate(visitor, answer, value="abajo", **fields):
    return visitor.post("/pulgares", {"respuesta_id": answer, "calificacion": value} | fields)


@pytest.fixture
def answer(visitor):
    """The number of an answer whose words are kept."""
    visitor.says("sí")
    return visitor.says(QUESTION)["respuesta_id"]


def test_a_thumb_down_with_its_reason_reaches_the_review(visitor, answer):
    assert rate(visitor, answer).status_code == 200
    assert rate(visitor, answer, motivo="El dato está mal").status_code == 200
    thumb, row = ChatRating.objects.get(), Conversation.objects.get()
    assert (thumb.thumb, thumb.reason) == ("abajo", "El dato está mal")
    assert (row.stage, row.why) == (Stage.NEEDS_REVIEW, Why.THUMB_DOWN)


def test_a_thumb_up_replaces_one_down(visitor, answer):
    rate(visitor, answer)
    rate(visitor, answer, "arriba")
    assert ChatRating.objects.get().thumb == "arriba"


def test_without_consent_the_thumb_alone_is_kept(visitor):
    told = visitor.says(QUESTION)
    assert rate(visitor, told["respuesta_id"], motivo="Está mal").status_code == 200
    thumb = ChatRating.objects.get()
    assert (thumb.thumb, thumb.question, thumb.reason) == ("abajo", "", "")


def test_the_answer_of_somebody_else_is_not_rated(visitor, answer):
    assert rate(Visitor(), answer).status_code == 404
    assert not ChatRating.objects.exists()


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"value": "quizás"}, "calificacion"),
        ({"answer": "x"}, "respuesta_id"),
        ({"answer": 10**30}, "respuesta_id"),
        ({"motivo": "x" * 2001}, "motivo"),
        ({"motivo": 7}, "motivo"),
    ],
)
def test_what_is_no_thumb_is_refused_by_name(visitor, answer, fields, named):
    refused = rate(visitor, **{"answer": answer} | fields)
    assert refused.status_code == 422
    assert named in refused.json()["error"]["details"]


# --- the quote ------------------------------------------------------------------------------------


@pytest.fixture
def quoted(domain):
    """A visitor of the shop, and the number of the quote they were made."""
    a_shop("camaron", public_chat=True)
    visitor = Visitor("camaron")
    return visitor, a_quote(visitor.person).number


def test_a_visitor_gets_their_quote_on_paper(quoted):
    visitor, number = quoted
    answer = visitor.get(f"/proformas/{number}.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert "no-store" in answer.headers["Cache-Control"]


def test_nobody_else_gets_it(quoted):
    _, number = quoted
    assert Visitor("camaron").get(f"/proformas/{number}.pdf").status_code == 404


def test_a_visitor_gets_no_quote_of_others(quoted):
    visitor, _ = quoted
    other = a_quote(a_person(visitor.person.domain)).number
    assert visitor.get(f"/proformas/{other}.pdf").status_code == 404
    assert visitor.get("/proformas/%00.pdf").status_code == 404


def test_a_quote_made_in_the_chat_is_named(quoted):
    visitor, _ = quoted
    visitor.says("Proforma de HLSO 16/20 con 10% de glaseo, 10 toneladas CFR Houston")
    told = visitor.says("sí")
    assert told["proforma"] == Quote.objects.latest("pk").number
