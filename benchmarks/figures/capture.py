"""Exchanges a second through ``capture()``, beside storing the same rows without it.

``capture()`` masks both texts, finds the category, hashes the question, takes its bands, counts the
tokens and queues its vector, all in one transaction; the peer is a plain ``save()`` of rows that
have all that already, each in its own transaction. Every commit waits for the disk in both.

Goal: at least 0.5 of plain saving (a line of this project).
"""

from collections.abc import Iterator
from typing import Any

from benchmarks import messages, site
from benchmarks.figure import Figure, Goal, alternate, rate, size
from conversations.capture import capture
from conversations.models import Conversation, Origin
from core.models import Domain

HALF = Goal("ratio", ">=", 0.5)
SHARE = 0.3  # of questions with something personal in them
COPIED = ["domain_id", "origin", "stage", "question", "answer", "category"]
COPIED += ["masks", "anonymiser", "question_hash", "bands", "token_count"]


def measure() -> Iterator[Figure]:
    site.migrate()
    domain = site.sample_domains()[0]
    number = size(200, full=2_000)
    texts = messages.with_data(number, share=SHARE)
    answers = messages.plain()[1::2]
    pairs = [(text, answers[place % len(answers)]) for place, text in enumerate(texts)]
    captured(domain, pairs)
    ready = list(Conversation.objects.order_by("-pk").values(*COPIED)[:number])
    ours, plain = alternate(
        lambda: rate(number, lambda: captured(domain, pairs)),
        lambda: rate(number, lambda: saved(ready)),
    )
    yield Figure("capture", ours, "intercambios/s", "save()", plain, HALF)


def captured(domain: Domain, pairs: list[tuple[str, str]]) -> None:
    for question, answer in pairs:
        capture(domain=domain, question=question, answer=answer, origin=Origin.STAFF)


def saved(ready: list[dict[str, Any]]) -> None:
    for fields in ready:
        Conversation(**fields).save()
