"""Pairs of near-duplicates with one side in training and the other held out.

The examples are real Spanish of which three in ten repeat another nearly (``benchmarks.repeated``),
one in five by one of 200 persons. The pairs are found by comparing runs of characters, without
bands. The peer shuffles and cuts, as the documents' script did.

Goals: no such pair (performance, 2), nobody on both sides, and a tenth held out, give or take a
half of it.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence

from benchmarks.figure import Figure, Goal, size
from benchmarks.repeated import messages
from conversations.fingerprints import grams
from conversations.keys import jaccard, normalise, text_hash
from conversations.models import Conversation
from finetune.curation import HELD_OUT, NEAR, Split, split

NONE = Goal("value", "<=", 0)
ENOUGH = Goal("value", ">=", HELD_OUT / 2)
PEER = "barajar y cortar"
PEOPLE = 200


def measure() -> Iterator[Figure]:
    rows = list(examples(size(5_000, full=50_000)))
    ours, cut = split(rows), shuffled(rows)
    yield Figure("split", across(ours), "pares a ambos lados", PEER, across(cut), NONE)
    yield Figure("split.people", shared(ours), "personas", PEER, shared(cut), NONE)
    yield Figure("split.held_out", len(ours.valid) / len(rows), "parte", goal=ENOUGH)


def examples(count: int) -> Iterator[Conversation]:
    """Rows as a selection has them; nothing is stored."""
    dice = random.Random(7)
    for pk, it in enumerate(messages(count), start=1):
        yield Conversation(
            pk=pk,
            question=it.text,
            question_hash=text_hash(it.text),
            category=dice.choice(["precio", "envio", "pago"]),
            person_id=dice.randrange(1, PEOPLE + 1) if dice.random() < 0.2 else None,
        )


def shuffled(rows: Sequence[Conversation]) -> Split:
    mixed = random.Random(7).sample(rows, len(rows))
    held = int(len(rows) * HELD_OUT)
    return Split(train=mixed[held:], valid=mixed[:held])


def across(parts: Split) -> int:
    """How many near pairs the cut parts: any two that share a run are compared."""
    holders: dict[str, list[int]] = defaultdict(list)
    trained = [grams(normalise(row.question)) for row in parts.train]
    for place, runs in enumerate(trained):
        for run in runs:
            holders[run].append(place)
    pairs = 0
    for row in parts.valid:
        runs = grams(normalise(row.question))
        rarest = sorted(runs, key=lambda run: len(holders[run]))
        # Who shares NEAR of its runs shares one of any so many.
        needed = len(runs) - int(NEAR * len(runs)) + 1
        met = {place for run in rarest[:needed] for place in holders[run]}
        pairs += sum(jaccard(runs, trained[place]) >= NEAR for place in met)
    return pairs


def shared(parts: Split) -> int:
    """How many persons are on both sides."""
    sides = ({row.person_id for row in part} - {None} for part in (parts.train, parts.valid))
    return len(set.intersection(*sides))
