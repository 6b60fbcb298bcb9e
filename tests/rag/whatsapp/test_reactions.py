"""Reactions to what the bot said are thumbs."""

import pytest

from conversations.models import ChatRating, Thumb
from rag.models import Turn
from tests.rag.whatsapp.talk import OTHER, reacts, says

pytestmark = pytest.mark.django_db


@pytest.fixture
def answered(domain, graph):
    """The id at WhatsApp of an answer that somebody got."""
    says("¿Qué tallas hay?")
    return graph.sent[0]["id"]


@pytest.mark.parametrize(("sign", "thumb"), [("👍", Thumb.UP), ("👎🏽", Thumb.DOWN)])
def test_a_reaction_is_a_thumb_on_its_answer(answered, graph, sign, thumb):
    assert reacts(sign, answered) == ("1 answered, 0 not", "0 sent, 0 not")
    rating = ChatRating.objects.get()
    assert (rating.thumb, rating.turn) == (thumb, Turn.objects.get())


def test_another_reaction_replaces_the_first_and_taking_it_back_does_nothing(answered):
    reacts("👍", answered)
    reacts("👎", answered)
    reacts("", answered)
    assert ChatRating.objects.get().thumb == Thumb.DOWN


@pytest.mark.parametrize("sign", ["❤️", "😂", "x"])
def test_another_sign_is_no_thumb(answered, sign):
    assert reacts(sign, answered)[0] == "1 answered, 0 not"
    assert not ChatRating.objects.exists()


def test_nobody_rates_what_another_got_or_what_is_no_answer(asking, graph):
    says("¿Qué tallas hay?")
    answer, question = graph.sent
    reacts("👍", answer["id"], sender=OTHER)
    reacts("👍", question["id"])
    reacts("👍", "wamid.nunca")
    assert not ChatRating.objects.exists()
