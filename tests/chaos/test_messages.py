"""Messages over HTTP while web, queue and database are killed: each is stored and done once."""

from itertools import cycle, islice

import pytest

from tests.chaos.killing import Killer, SlowModel
from tests.chaos.load import CLIENTS, Bot
from tests.site import Site, until

STORED = """
SELECT count(*), count(DISTINCT id), count(DISTINCT pregunta), count(DISTINCT outside_id)
FROM conversaciones_ai WHERE origin = 'person'
"""
WORK = "SELECT state, count(*) FROM conversations_processing GROUP BY state"
WAITING = "SELECT count(*) FROM conversations_processing WHERE state = 'waiting'"
UNDECIDED = "SELECT count(*) FROM conversaciones_ai WHERE origin = 'person' AND stage = 'captured'"
LABELS = """
SELECT count(*) FILTER (WHERE labels <> 1 AND stage <> 'screened_out'), sum(labels)
FROM (
    SELECT stage, (SELECT count(*) FROM conversations_label WHERE conversation_id = c.id) AS labels
    FROM conversaciones_ai c WHERE origin = 'person'
) AS counted
"""
MESSAGES = "SELECT count(*), count(DISTINCT outside_id) FROM conversations_chatmessage"
LEASES_END = """
UPDATE conversations_processing SET lease_until = now() - interval '1 second'
WHERE lease_until > now() RETURNING 1
"""


@pytest.fixture
def model():
    with SlowModel() as model:
        yield model


@pytest.fixture
def site(model):
    """The whole site with its own PostgreSQL, which waits for the disk."""
    with Site(POSTGRES_FSYNC="1", **model.environment()) as site:
        yield site.start()


def test_every_acknowledged_message_is_stored_once_and_done_once(site, model):
    told = hurt(site, model, messages=200, kills=4, patient=False)
    assert min(told.values()) >= 1


@pytest.mark.chaos
def test_two_thousand_messages_and_twenty_kills(site, model):
    told = hurt(site, model, messages=2000, kills=20, patient=True)
    assert min(told.values()) >= 5


def hurt(site, model, *, messages, kills, patient):
    """Deliver ``messages`` through ``kills`` and a crash; how often a kill met what.

    Who is not ``patient`` does not wait for the leases of the dead: they end at once.
    """
    bot, killer = Bot(site, site.token), Killer(site, model)
    bot.consents()
    bot.deliver(range(messages))
    plan = [*islice(cycle([killer.labelling, killer.commit, killer.claim]), kills)]
    plan.insert(len(plan) // 2, killer.crash_in_commit)
    for step in plan:
        bot.let(messages // (len(plan) + 1))
        step()
        if not patient:
            site.ask(LEASES_END)
    bot.let(messages)
    bot.finish()
    until(lambda: site.ask(WAITING) == [(0,)], seconds=600 if patient else 120, what="the end")
    check(site, bot, messages)
    print(
        f"\n{messages} messages, {CLIENTS} clients, {bot.retries} retries, {kills} kills "
        f"{killer.met}, 1 crash of the database; p95 {p95(bot.seconds):.2f} s"
    )
    return killer.met


def check(site, bot, messages):
    """Every oracle is a query."""
    assert bot.refused == []
    assert len(set(bot.acknowledged.values())) == messages
    assert site.ask(STORED) == [(messages,) * 4]
    known = {pk for (pk,) in site.ask("SELECT id FROM conversaciones_ai WHERE origin = 'person'")}
    assert set(bot.acknowledged.values()) == known
    assert site.ask(WORK) == [("done", messages)]
    assert site.ask(UNDECIDED) == [(0,)]
    assert site.ask(LABELS)[0][0] == 0
    assert site.ask(MESSAGES) == [(2 * messages, messages)]


def p95(seconds):
    return sorted(seconds)[int(len(seconds) * 0.95)]
