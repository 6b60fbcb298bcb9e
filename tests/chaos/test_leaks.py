"""Messages with planted personal data through the whole site: where any of it can be found after.

Looked through are every column of every table, the queue's packed payloads too, what web, queue
and PostgreSQL wrote, and all that the model was sent.
"""

import base64
import binascii
import contextlib
import json
import math
import zlib
from collections import Counter

import pytest
from psycopg import sql

from tests import planted
from tests.chaos.killing import SlowModel
from tests.chaos.load import Bot, user
from tests.site import Site, until

WAITING = "SELECT count(*) FROM conversations_processing WHERE state = 'waiting'"
COLUMNS = """
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = 'public' AND data_type IN
    ('text', 'character varying', 'json', 'jsonb', 'bytea', 'ARRAY', 'USER-DEFINED')
    AND udt_name <> 'vector' AND table_name NOT IN (SELECT table_name FROM information_schema.views)
"""


# Something harmless of the same messages that must be seen in each place: one can look there.
HARMLESS = {"tables": "hlso 16/20", "logs": "/webhook/training/messages", "model": "hlso 16/20"}


@pytest.fixture
def model():
    with SlowModel() as model:
        yield model


@pytest.fixture
def site(model):
    with Site(POSTGRES_FSYNC="0", LOG_LEVEL="INFO", **model.environment()) as site:
        yield site.start()


def test_nothing_that_was_planted_is_found_anywhere(site, model):
    left_nothing(site, model, messages=100)


@pytest.mark.chaos
def test_nothing_of_five_hundred_messages_is_found_anywhere(site, model):
    left_nothing(site, model, messages=500)


def left_nothing(site, model, *, messages):
    secrets = planted.secrets(3 * messages)
    bot = Bot(site, site.token)
    bot.consents()
    kept = deliver(bot, secrets, messages)
    until(lambda: site.ask(WAITING) == [(0,)], seconds=120, what="the end of the queue")
    assert site.ask("SELECT count(*) FROM conversaciones_ai WHERE origin = 'person'") == [(kept,)]
    refuse(bot, secrets)
    looked = {
        "tables": planted.searchable(*everything_stored(site)),
        "logs": planted.searchable(site.text, site.database_log()),
        "model": planted.searchable(json.dumps(model.requests, ensure_ascii=False)),
    }
    assert model.sent("POST /chat/completions")
    assert model.sent("POST /embeddings")
    total = Counter(secret.kind for secret in secrets)
    for place, text in looked.items():
        assert HARMLESS[place] in text
        left = [(it.kind, around) for it in secrets if (around := planted.found(it, text))]
        counted = Counter(kind for kind, _ in left)
        print(f"\n{messages} messages, {dict(total)} planted; found in {place}: {dict(counted)}")
        for kind, number in counted.items():
            allowed = math.floor(planted.SHARES[kind] * total[kind])
            assert number <= allowed, (place, [it for it in left if it[0] == kind])
        assert not [number for number in range(25) if user(number)[10:] in text], place


def deliver(bot, secrets, messages):
    """Send three secrets a message, alone and in batches; how many messages are kept."""
    bodies = [body(number, *secrets[3 * number : 3 * number + 3]) for number in range(messages)]
    half = messages // 2
    for sent in bodies[:half]:
        status, answer = bot.post("/webhook/training/messages", sent)
        assert (status, answer["captured"]) == (202, True), answer
    status, answer = bot.post("/webhook/training/messages", {"messages": bodies[half:]})
    assert answer["captured"] == messages - half, answer
    return messages


def body(number, first, second, third):
    return {
        "user_id": user(number),
        "conversation_id": f"hilo-{number % 25}-{first.needle}",
        "message_id": f"{number}-{second.needle}",
        "user_message": f"Hola, {first.written}, necesito {number + 20} cajas de HLSO 16/20",
        "bot_response": f"Gracias, tomamos nota: {second.written}.",
        "context": {"historial": [{"role": "user", "content": f"Buenas, {third.written}"}]},
    }


def refuse(bot, secrets):
    """Requests that are not accepted, each with something personal in it."""
    for secret in secrets[:20]:
        needle, path = secret.needle, "/webhook/training/messages"
        whole = {"user_id": needle, "conversation_id": needle, "message_id": needle}
        answers = [
            bot.post(path, whole | {"user_message": ""}),
            bot.post(path, whole | {"user_message": secret.written, "sent_at": secret.written}),
            bot.post(path, whole | {"user_message": secret.written + "\0"}),
            bot.post(path, whole | {"user_message": secret.written, "dominio": needle}),
            bot.post(path, {"messages": [secret.written]}),
        ]
        assert {status for status, _ in answers} <= {202, 400, 404, 422}


def everything_stored(site):
    """Each value of each column that holds words, by the catalogue, and what is packed in it."""
    for table, column in site.ask(COLUMNS):
        query = sql.SQL("SELECT DISTINCT {}::text FROM {} WHERE {} IS NOT NULL")
        name = sql.Identifier(column)
        for (text,) in site.ask(query.format(name, sql.Identifier(table), name)):
            yield text
            yield from unpacked(text)


def unpacked(text):
    """What a payload of the queue holds: pickles, packed by base64 and perhaps by zlib."""
    for part in text.lstrip(".").split(":")[0:1]:
        for decode in (base64.urlsafe_b64decode, base64.b64decode):
            try:
                raw = decode(part + "=" * (-len(part) % 4))
            except (binascii.Error, ValueError):
                continue
            with contextlib.suppress(zlib.error):
                raw = zlib.decompress(raw)
            yield raw.decode("utf-8", errors="replace")


def test_what_the_queue_packs_is_looked_into():
    packed = base64.urlsafe_b64encode(zlib.compress(b"cedula 1712345678")).decode().rstrip("=")
    assert "cedula 1712345678" in list(unpacked(f".{packed}:firma"))


def test_whatever_is_planted_would_be_found():
    for number, secret in enumerate(planted.secrets(500)):
        sent = json.dumps(body(number, secret, secret, secret), ensure_ascii=False)
        assert planted.found(secret, planted.searchable(sent))
