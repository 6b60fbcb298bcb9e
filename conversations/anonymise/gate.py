"""Which rules can find anything in a text at all: the cheap question before the dear ones.

Every rule states its own gate, a superset of where it finds something, and one of two engines
asks all gates at once: plain Python or, where it is installed and asked for, Hyperscan in one
pass over the text. Both read the same gates and so open the same rules.
"""

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Literal, NamedTuple

from conversations.anonymise.spans import Span
from conversations.anonymise.view import View

# Compiling its database takes a second and some 20 MB of each process, and saves a few microseconds
# a text: who masks hundreds of thousands of texts at once asks for it, all others go without.
hyperscan: Any = import_module("hyperscan") if find_spec("hyperscan") else None

Engine = Literal["native", "pure"]
Ask = Callable[[View], list[int]]

ENGINES: tuple[Engine, ...] = ("pure", "native") if hyperscan else ("pure",)
_WORDS_AT_ONCE = 400
# Beyond these, Hyperscan's tables of letters and Python's may differ.
_FOREIGN = re.compile(
    "[^\x00-\u024f\u2000-\u2bff\u3000-\u303f\ue000-\uf8ff\ufffd\U0001f000-\U0001faff]"
)


class Gate(NamedTuple):
    """A rule may find something where one of these words stands or a pattern matches.

    Both are looked for in the folded text. Patterns write white space out: what ``\\s`` means
    depends on the engine. ``closer`` may stand for the words where looking is cheap: a pattern
    of the rule itself.
    """

    words: frozenset[str] = frozenset()
    patterns: tuple[str, ...] = ()
    closer: str = ""


class Rule(NamedTuple):
    """What finds spans in a view, in order, and the gate it stands behind."""

    gate: Gate
    find: Callable[[View], list[Span]]


def asker(gates: Sequence[Gate], engine: Engine) -> Ask:
    """Return what tells, for a view, the places in ``gates`` of those that are open."""
    return _native(gates) if engine == "native" else _pure(gates)


def _pure(gates: Sequence[Gate]) -> Ask:
    by_word: dict[str, set[int]] = {}
    searched: dict[str, set[int]] = {}
    for place, gate in enumerate(gates):
        for word in gate.words:
            by_word.setdefault(word, set()).add(place)
        for pattern in gate.patterns:
            searched.setdefault(pattern, set()).add(place)
    telling = frozenset(by_word)
    tried = [(re.compile(pattern).search, places) for pattern, places in searched.items()]

    def ask(view: View) -> list[int]:
        found: set[int] = set()
        for word in telling & view.words:
            found |= by_word[word]
        for search, places in tried:
            if search(view.folded):
                found |= places
        return sorted(found)

    return ask


def _native(gates: Sequence[Gate]) -> Ask:
    """One database for all threads, compiled when the first text comes; scratch for each."""
    pure, local, lock = _pure(gates), threading.local(), threading.Lock()
    made: list[Any] = []

    def database() -> Any:
        with lock:
            if not made:
                made.append(_compiled(gates))
        return made[0]

    def ask(view: View) -> list[int]:
        folded = view.folded
        if not folded.isascii() and _FOREIGN.search(folded):
            return pure(view)
        try:
            scan, scratch = local.scanner
        except AttributeError:
            scan, scratch = local.scanner = database().scan, hyperscan.Scratch(database())
        found: set[int] = set()
        scan(folded.encode(), match_event_handler=_note, context=found, scratch=scratch)
        return sorted(found)

    return ask


def _note(place: int, _start: int, _end: int, _flags: int, found: set[int]) -> None:
    found.add(place)


def _compiled(gates: Sequence[Gate]) -> Any:
    """A superset is all that is asked for, so constructs unknown to Hyperscan may be widened."""
    flags = (
        hyperscan.HS_FLAG_PREFILTER
        | hyperscan.HS_FLAG_SINGLEMATCH
        | hyperscan.HS_FLAG_UTF8
        | hyperscan.HS_FLAG_UCP
    )
    pairs = [(place, exp) for place, gate in enumerate(gates) for exp in _expressions(gate)]
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[expression.encode() for _, expression in pairs],
        ids=[place for place, _ in pairs],
        flags=[flags] * len(pairs),
    )
    return database


def _expressions(gate: Gate) -> Iterator[str]:
    """The gate's patterns, and its words in handfuls: one pattern of all would be too large."""
    yield from gate.patterns
    if gate.closer:
        yield gate.closer
        return
    words = sorted(gate.words)
    for first in range(0, len(words), _WORDS_AT_ONCE):
        handful = "|".join(words[first : first + _WORDS_AT_ONCE])
        yield f"(?:^|[^a-zñ])(?:{handful})(?:[^a-zñ]|$)"
