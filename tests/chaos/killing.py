"""Kills that meet something in flight, and proof that it was.

Nothing of the product is changed for it: the site's own database gets two triggers that wait for
us, one inside a claim and one inside a commit, and the provider is a fake that keeps its callers
waiting while a kill is prepared.
"""

from contextlib import contextmanager, suppress
from threading import Event, Lock

import psycopg

from tests.fakes import FakeOpenAI, a_completion
from tests.site import until

CLAIM, COMMIT = 71001, 71002  # keys of advisory locks
LONGEST = 120  # seconds until something is in flight: a killed queue starts again in up to 35

TRIGGERS = f"""
CREATE FUNCTION wait_in_claim() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_advisory_xact_lock_shared({CLAIM}); RETURN NULL; END $$;
CREATE TRIGGER wait_in_claim AFTER UPDATE OF attempts ON conversations_processing
    FOR EACH STATEMENT EXECUTE FUNCTION wait_in_claim();

CREATE FUNCTION wait_in_commit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_advisory_xact_lock_shared({COMMIT}); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER wait_in_commit AFTER INSERT ON conversations_processing
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_in_commit();
"""

WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE application_name = %s AND wait_event_type = 'Lock' AND wait_event = 'advisory'
    AND query ILIKE %s
"""


class SlowModel(FakeOpenAI):
    """A provider that can be told to keep those who ask it for labels waiting."""

    def __init__(self):
        super().__init__()
        self.replies["POST /chat/completions"] = self._label
        self.asked = 0
        self._in_flight = 0
        self._counting = Lock()
        self._go = Event()
        self._go.set()

    def environment(self):
        """The site's provider ``local``, with a model that it takes for a capable one."""
        return {
            "LLM_PROVIDERS": "local",
            "LLM_EMBEDDER": "local",
            "LLM_LOCAL_BASE_URL": self.url,
            "LLM_LOCAL_API_KEY": "test",
            "LLM_LOCAL_CHAT_MODEL": "base-model",
        }

    @contextmanager
    def holding(self):
        self._go.clear()
        try:
            yield
        finally:
            self._go.set()

    @property
    def in_flight(self):
        return self._in_flight

    def handle_error(self, request, client_address):
        """Whoever asked was killed: that is the idea."""

    def _label(self, sent):
        with self._counting:
            self._in_flight += 1
            self.asked += 1
        try:
            self._go.wait(LONGEST)
            return 200, a_completion("{}")
        finally:
            with self._counting:
                self._in_flight -= 1


class Killer:
    """Kills parts of ``site`` in the middle of things; ``met`` counts what it met, by kind."""

    def __init__(self, site, model):
        self.site, self.model = site, model
        self.met = {"labelling": 0, "commit": 0, "claim": 0}
        with site.connect() as connection:
            connection.execute(TRIGGERS)

    def labelling(self):
        """Kill the queue while it waits for a model."""
        with self.model.holding():
            until(lambda: self.model.in_flight, seconds=LONGEST, what="a call")
            self._met("labelling", self.model.in_flight)
            self.site.kill("worker")

    def commit(self):
        """Kill the web while PostgreSQL has its COMMIT and it has no answer yet."""
        self._kill_waiting("commit", COMMIT, ("web", "COMMIT%"), "gunicorn")

    def claim(self):
        """Kill the queue when it has counted an attempt and not committed it."""
        query = 'UPDATE "conversations_processing"%"attempts"%'
        self._kill_waiting("claim", CLAIM, ("worker", query), "worker")

    def crash_in_commit(self):
        """Lose the whole database server while messages are being committed."""
        with suppress(psycopg.OperationalError), self.site.connect() as lock:
            lock.execute("SELECT pg_advisory_lock(%s)", [COMMIT])
            until(lambda: self._waiting("web", "COMMIT%"), seconds=LONGEST, what="a commit")
            self.site.crash_database()

    def _kill_waiting(self, kind, key, who, part):
        with self.site.connect() as lock:
            lock.execute("SELECT pg_advisory_lock(%s)", [key])
            until(lambda: self._waiting(*who), seconds=LONGEST, what=f"a {kind}")
            self._met(kind, self._waiting(*who))
            self.site.kill(part)

    def _waiting(self, name, query):
        return self.site.ask(WAITING, name, query)[0][0]

    def _met(self, kind, in_flight):
        assert in_flight, f"nothing was in flight at a kill: {kind}"
        self.met[kind] += 1
