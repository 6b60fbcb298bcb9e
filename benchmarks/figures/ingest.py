"""Messages a second into the site over HTTP: batches of 100 beside one by one, same messages.

The web runs as ``make run`` starts it (gunicorn, two workers of four threads) and answers 202 after
the commit, which waits for the disk. Four senders, each on a connection of its own, deliver
messages of persons in threads of ten, so that most rate the one before and remember what was said;
everything is masked, fingerprinted and queued. Goal: a batch at least eight times as fast a message
(a line of this project); ``.one`` and ``.one_p95`` are the peer itself, with the lines of the
specification (100 messages a second, 250 ms).

``.dialogues`` captures dialogues of two parties turn by turn, without HTTP, through the same verb,
and ``.memory`` is the most memory that this process had by then.
"""

import json
import os
import resource
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from statistics import quantiles
from typing import Any

from benchmarks import messages, shared_data, site
from benchmarks.figure import Figure, Goal, rate, seconds_of, size
from benchmarks.processes import ROOT, end, free_port, wait_for
from conversations import consent
from conversations.capture import Exchange, capture_many
from conversations.models import ChatSession, Conversation, Origin
from core.models import ApiToken, Domain
from trainingsite.management.commands.dev import web

EIGHTFOLD = Goal("ratio", ">=", 8)
HUNDRED = Goal("value", ">=", 100)
PROMPT = Goal("value", "<=", 250)
SENDERS = 4
THREAD = 10  # messages of a person
BATCH = 100
IMPORTED = 500  # exchanges of a transaction, as an import takes them
SHARE = 0.3  # of messages with something personal in them
URL = "/webhook/training/messages"

Message = dict[str, Any]


def measure() -> Iterator[Figure]:
    site.migrate()
    domain = next(it for it in site.sample_domains() if it.slug == "camaron")
    key = ApiToken.objects.issue(user=site.administrator(), domain=domain, name="medidas")[1]
    alone, many = _said(size(400, full=4_000), "a"), _said(size(4_000, full=40_000), "b")
    for number in range(len(many) // THREAD):
        consent.grant(consent.person_known_as(_person(number), domain=domain), channel="medidas")
    with served() as port:
        deliver(port, key, _said(SENDERS * 8, "warm"))
        one, times = timed(port, key, alone)
        batches, _ = timed(port, key, [many[at : at + BATCH] for at in range(0, len(many), BATCH)])
    assert Conversation.objects.filter(origin=Origin.PERSON).count() >= len(alone) + len(many)
    yield Figure("ingest", batches * BATCH, "mensajes/s", "de uno en uno", one, EIGHTFOLD)
    yield Figure("ingest.one", one, "mensajes/s", goal=HUNDRED)
    yield Figure("ingest.one_p95", quantiles(times, n=20)[-1] * 1000, "ms", goal=PROMPT)
    yield from dialogues(domain)


def timed(port: int, key: str, bodies: Sequence[Any]) -> tuple[float, list[float]]:
    """Bodies delivered a second, and how long each took."""
    times: list[float] = []
    return rate(len(bodies), lambda: times.extend(deliver(port, key, bodies))), times


def deliver(port: int, key: str, bodies: Sequence[Any]) -> list[float]:
    """Send every body, some at once; the seconds that each took. All must be accepted."""
    with ThreadPoolExecutor(SENDERS) as senders:
        shares = [bodies[number::SENDERS] for number in range(SENDERS)]
        sent = senders.map(lambda share: list(_send(port, key, share)), shares)
        return [seconds for share in sent for seconds in share]


def _send(port: int, key: str, bodies: Sequence[Any]) -> Iterator[float]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    for body in bodies:
        with seconds_of() as taken:
            connection.request("POST", URL, json.dumps(body), headers)
            answer = connection.getresponse()
            said = json.loads(answer.read())
        assert answer.status == 202, said
        assert said["captured"], said
        yield taken[0]
    connection.close()


@contextmanager
def served() -> Iterator[int]:
    """The web as ``make run`` starts it, on a free port, which is given."""
    port = free_port()
    part = web(port, {})
    with tempfile.NamedTemporaryFile(prefix="ingest-", suffix=".log") as said:
        process = subprocess.Popen(
            part.command,
            cwd=ROOT,
            env=os.environ | part.environment,
            stdout=said,
            stderr=said,
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/admin/login/", process, Path(said.name))
            yield port
        finally:
            end(process)


def dialogues(domain: Domain) -> Iterator[Figure]:
    """Dialogues turn by turn; the domain's own terms and rules are in use."""
    exchanges, turns = _exchanges(domain, size(10_000, full=95_422))

    def captured() -> None:
        for at in range(0, len(exchanges), IMPORTED):
            capture_many(domain, exchanges[at : at + IMPORTED])

    yield Figure("ingest.dialogues", rate(turns, captured), "turnos/s")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield Figure("ingest.memory", most, "MB")


def _exchanges(domain: Domain, turns: int) -> tuple[list[Exchange], int]:
    """About ``turns`` turns as exchanges, and how many there are."""
    found: list[Exchange] = []
    for dialogue in shared_data.json_lines("dialogues_en.jsonl.gz"):
        session = ChatSession(
            domain=domain, channel="medidas", outside_key=consent.keyed(dialogue["id"])
        )
        said = [turn["content"] for turn in dialogue["turns"]]
        found += [
            Exchange(
                question=question,
                answer=answer,
                origin=Origin.SOURCE,
                basis="medidas",
                session=session,
            )
            for question, answer in zip(said[::2], said[1::2], strict=False)
        ]
        if 2 * len(found) >= turns:
            break
    return found, 2 * len(found)


def _said(number: int, name: str) -> list[Message]:
    """Messages of persons in turn, each in a thread of their own."""
    people = max(number // THREAD, SENDERS)
    texts = messages.with_data(number, share=SHARE)
    answers = messages.plain()[1::2]
    return [
        {
            "user_id": _person(place % people),
            "conversation_id": name,
            "message_id": str(place),
            "user_message": text,
            "bot_response": answers[place % len(answers)],
        }
        for place, text in enumerate(texts)
    ]


def _person(number: int) -> str:
    return f"whatsapp:+5939900{number:05}"
