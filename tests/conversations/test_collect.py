import pytest

from conversations.collect import collect
from conversations.models import ChatRating, Conversation, Origin, Stage
from tests.factories import a_conversation, a_domain, a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return a_user(domain=a_domain(), email="Ana@Example.com")


def a_thumb(email="ana@example.com", thumb="arriba", **fields):
    fields = {
        "domain": a_domain(),
        "question": "¿Cuándo vence mi cuota?",
        "answer": "Vence el día 5 de cada mes.",
    } | fields
    return ChatRating.objects.create(user_email=email, thumb=thumb, **fields)


def counted(**options):
    done = collect(a_domain(), **options)
    return done.new, done.known, done.unclaimed, done.waiting


def test_a_thumb_up_of_staff_becomes_a_conversation(user):
    a_conversation()
    thumb = a_thumb()
    assert counted() == (1, 1, 0, 0)
    thumb.refresh_from_db()
    row = thumb.conversation
    assert (row.origin, row.user, row.stage) == (Origin.STAFF, user, Stage.APPROVED)
    assert (row.created_at, row.stars) == (thumb.created_at, None)


def test_collecting_again_finds_nothing_new(user):
    a_thumb()
    collect(a_domain())
    assert counted() == (0, 1, 0, 0)


def test_an_interrupted_collection_makes_no_second_conversation(user):
    thumb = a_thumb()
    collect(a_domain())
    ChatRating.objects.update(conversation=None)
    Conversation.objects.update(answer="Corregida después.")
    collect(a_domain())
    thumb.refresh_from_db()
    assert thumb.conversation == Conversation.objects.get()


def test_a_thumb_on_something_known_is_linked_to_it(user):
    row = a_conversation(question="¿CUÁNDO vence mi cuota?", answer="Vence el día 5 de cada mes.")
    thumb = a_thumb()
    assert counted() == (0, 1, 0, 0)
    thumb.refresh_from_db()
    assert thumb.conversation == row


def test_what_is_collected_is_masked(user):
    a_thumb(question="Soy luis@example.com, ¿y mi cuota?")
    collect(a_domain())
    assert "@" not in Conversation.objects.get().question


@pytest.mark.parametrize("email", [None, "", "stranger@example.com"])
def test_the_words_of_nobody_of_staff_stay_where_they_are(user, email):
    a_thumb(email=email)
    assert counted() == (0, 0, 1, 0)
    assert not Conversation.objects.exists()


def test_staff_of_another_domain_are_strangers():
    a_user(domain=a_domain("tienda"), email="ana@example.com")
    a_thumb()
    assert counted() == (0, 0, 1, 0)


@pytest.mark.parametrize("fields", [{"thumb": "abajo"}, {"question": " "}, {"answer": "\n"}])
def test_thumbs_down_and_empty_ones_are_not_collected(user, fields):
    a_thumb(**fields)
    assert counted() == (0, 0, 0, 0)


def test_thumbs_of_another_domain_are_left_alone(user):
    a_thumb(domain=a_domain("tienda"))
    assert counted() == (0, 0, 0, 0)


def test_the_rest_waits_for_the_next_call(user):
    for number in range(3):
        a_thumb(question=f"¿Pregunta {number}?")
    assert counted(limit=2) == (2, 0, 0, 1)
    assert counted(limit=2) == (1, 2, 0, 0)
