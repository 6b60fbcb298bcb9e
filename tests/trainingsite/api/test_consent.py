"""``/webhook/training/consent/{user_id}`` (requirements, 3.1)."""

import pytest

from conversations import consent, tasks
from conversations.models import ConsentEvent, Conversation, Person, Purpose
from core.models import KeptReply
from tests.factories import a_client, a_conversation, a_domain

pytestmark = pytest.mark.django_db

ROOT = "/webhook/training/consent/"
NUMBER = "whatsapp:+593999999999"
SPELLINGS = [
    "whatsapp:+593999999999",
    "whatsapp:%2B593999999999",
    "whatsapp:%252B593999999999",
    "whatsapp: 593999999999",
    "whatsapp:593999999999",
    "593999999999",
    "+593999999999",
]


@pytest.fixture
def domain():
    return a_domain("camaron")


@pytest.fixture
def bot(domain):
    return a_client("bot", domain=domain)


def stands(bot, user_id=NUMBER, **query):
    return bot.get(f"{ROOT}{user_id}", query).json()["consent"]


def test_giving_and_reading_consent_have_the_keys_of_the_contract(bot):
    given = bot.post(f"{ROOT}{NUMBER}", {"consent": True})
    assert given.status_code == 200
    assert given.json() == {
        "success": True,
        "user_id": NUMBER,
        "consent": True,
        "message": "Consentimiento otorgado exitosamente",
    }
    read = bot.get(f"{ROOT}{NUMBER}").json()
    assert list(read) == ["success", "user_id", "consent", "consent_timestamp"]
    assert read["consent_timestamp"] == ConsentEvent.objects.get().at.timestamp()


def test_withdrawing_takes_the_same_step_and_erases(bot, domain):
    bot.post(f"{ROOT}{NUMBER}", {"consent": True})
    person = Person.objects.get()
    a_conversation(domain, origin="person", person=person)
    taken = bot.post(f"{ROOT}{NUMBER}", {"consent": False}).json()
    assert (taken["consent"], taken["message"]) == (False, "Consentimiento revocado exitosamente")
    assert stands(bot) is False
    assert tasks.erase_person(person.pk) == "1 forgotten, 0 failed"
    assert not Conversation.objects.exists()


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_is_the_same_person(bot, spelling):
    bot.post(f"{ROOT}{spelling}", {"consent": True})
    assert {stands(bot, it) for it in SPELLINGS} == {True}
    bot.post(f"{ROOT}{SPELLINGS[0]}", {"consent": False})
    assert stands(bot, spelling) is False
    assert Person.objects.count() == 1


def test_a_stranger_has_not_agreed_and_is_not_written_down(bot):
    read = bot.get(f"{ROOT}{NUMBER}").json()
    assert (read["consent"], read["consent_timestamp"]) == (False, None)
    assert not Person.objects.exists()


@pytest.mark.parametrize("word", ["true", "sí", 1, 0, None, [], {"a": 1}])
def test_only_true_and_false_are_a_word(bot, word):
    answer = bot.post(f"{ROOT}{NUMBER}", {"consent": word})
    assert answer.status_code == 422
    assert list(answer.json()["error"]["details"]) == ["consent"]
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text_version", 9),
        ("text_version", "uno"),
        ("purpose", "marketing"),
        ("language", "español"),
        ("channel", "+593999999999"),
        ("evidence", "x" * 501),
        ("evidence", 5),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(bot, field, value):
    answer = bot.post(f"{ROOT}{NUMBER}", {"consent": True, field: value})
    assert answer.status_code == 422
    assert list(answer.json()["error"]["details"]) == [field]
    assert not ConsentEvent.objects.exists()


@pytest.mark.parametrize("user_id", ["x", "+", "%2B", "whatsapp:+", "%00%00%00", "a" * 201])
def test_an_id_that_could_be_anybodys_is_refused_by_its_name(bot, user_id):
    for answer in (
        bot.get(f"{ROOT}{user_id}"),
        bot.post(f"{ROOT}{user_id}", {"consent": True}),
    ):
        assert answer.status_code == 422
        assert list(answer.json()["error"]["details"]) == ["user_id"]
    assert not Person.objects.exists()


def test_what_proves_it_is_kept_without_what_the_person_wrote(bot, domain):
    consent.write_text(domain, "¿Autoriza?", by="ana")
    said = {
        "consent": True,
        "text_version": 1,
        "language": "es-EC",
        "channel": "whatsapp",
        "evidence": "wamid.593999999999",
    }
    assert bot.post(f"{ROOT}{NUMBER}", said).status_code == 200
    event = ConsentEvent.objects.get()
    assert (event.text_number, len(event.text_hash)) == (1, 64)
    assert (event.language, event.channel) == ("es-EC", "whatsapp")
    assert event.evidence == (
        f"usuario {bot.user.pk}, huella {consent.keyed('wamid.593999999999')}"
    )
    assert "593999999999" not in str(ConsentEvent.objects.values()) + str(Person.objects.values())


def test_each_purpose_is_a_word_of_its_own(bot):
    bot.post(f"{ROOT}{NUMBER}", {"consent": True, "purpose": "human_review"})
    assert stands(bot) is False
    assert stands(bot, purpose=Purpose.HUMAN_REVIEW) is True
    assert bot.get(f"{ROOT}{NUMBER}?purpose=otro").status_code == 422


def test_the_token_decides_the_domain(bot):
    bot.post(f"{ROOT}{NUMBER}", {"consent": True})
    other = a_client("bot", domain=a_domain("tienda"))
    assert stands(other, dominio="tienda") is False
    assert other.get(f"{ROOT}{NUMBER}").status_code == 404


@pytest.mark.parametrize("role", ["rater", "trainer", "auditor"])
def test_only_who_may_record_consent_may_read_or_set_it(domain, role):
    client = a_client(role, domain=domain)
    assert client.get(f"{ROOT}{NUMBER}").status_code == 403
    assert client.post(f"{ROOT}{NUMBER}", {"consent": True}).status_code == 403


def test_a_word_over_http_answers_the_question_of_the_chat(bot, domain):
    consent.write_text(domain, "¿Autoriza?", by="ana")
    person = consent.person_known_as(NUMBER, domain=domain)
    consent.ask(person, channel="whatsapp")
    bot.post(f"{ROOT}{NUMBER}", {"consent": False})
    assert consent.hear(person, "sí", channel="whatsapp") is None


def test_a_word_delivered_twice_with_its_key_is_one_word(bot):
    answers = [
        bot.post(f"{ROOT}{NUMBER}", {"consent": True}, HTTP_IDEMPOTENCY_KEY="k1") for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert ConsentEvent.objects.count() == 1
    assert "593999999999" not in str(KeptReply.objects.values())
