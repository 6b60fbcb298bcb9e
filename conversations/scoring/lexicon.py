"""Which words say what: a domain's lists over the Spanish that everyone writes (``data/``)."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any, NamedTuple

from conversations.scoring.sections import DATA, entries
from conversations.scoring.spelling import prepared

_GROUP = re.compile(r"\(([^()]*)\)")
_MAYBE = re.compile(r"(\([^()]*\)|\w+)\?(?: |$)|\.\. ")
_SIGNS = [
    (re.compile(sign), meant)
    for sign, meant in (
        (r"(\([^()]*\)|\w+)\? ", r"(?:\1 )?"),
        (r" (\([^()]*\)|\w+)\?$", r"(?: \1)?"),
        (r"\((?!\?)", "(?:"),
        (r"\.\. ", r"(?:\\S+ ){0,2}"),
        (r"#", r"(?:\\d+|una?|dos|tres|cuatro|cinco|seis)"),
        (r"\*", r"\\w*"),
    )
]


@dataclass(frozen=True)
class Cue:
    """What a phrase says by itself: 4 and 5 praise, 1 and 2 complain, 3 neither."""

    stars: int = 3
    role: str = ""  # how it stands beside other cues: ``data/everyday.txt`` names the roles
    sells: bool = False


class Lexicon(NamedTuple):
    """One pattern with a group for each phrase, the longest first, and each group's cue."""

    pattern: re.Pattern[str]
    cues: tuple[Cue, ...]

    def find(self, words: str) -> Iterator[tuple[re.Match[str], Cue]]:
        for match in self.pattern.finditer(words):
            yield match, self.cues[(match.lastindex or 1) - 1]


def lexicon(lists: Mapping[str, Any]) -> Lexicon:
    """The cues of ``lists`` (a domain's texts) over everyday Spanish.

    ``score_words`` gives phrases their stars and ``success_words`` announce a sale: where one of
    these is missing, the documents' own stands in (requirements, R102 and R103).
    ``positive_words`` are worth 4 or more, ``negative_words`` 2 or less, and ``irony_words`` turn
    a whole message round. What has another shape is passed over.
    """
    return _compiled(tuple(_given({**_documents(), **lists})))


def _given(lists: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each phrase of a list that is read, and the key of its list."""
    by_stars = lists["score_words"]
    if isinstance(by_stars, Mapping):
        yield from _phrases(by_stars, *"54321")
    yield from _phrases(lists, "success_words", "positive_words", "negative_words", "irony_words")


def _phrases(lists: Mapping[str, Any], *keys: str) -> Iterator[tuple[str, str]]:
    for key in keys:
        phrases = lists.get(key)
        for phrase in phrases if isinstance(phrases, list | tuple) else ():
            if isinstance(phrase, str):
                yield phrase, key


@lru_cache(maxsize=64)
def _compiled(given: tuple[tuple[str, str], ...]) -> Lexicon:
    cues, patterns = dict(_everyday()), {phrase: _pattern(phrase) for phrase in _everyday()}
    for written, key in given:
        if phrase := " ".join(prepared(written).split()):
            cues[phrase] = _said(key, cues.get(phrase))
            patterns.setdefault(phrase, re.escape(phrase))
    phrases = sorted(cues, key=_length, reverse=True)
    groups = "|".join(f"({patterns[phrase]})" for phrase in phrases)
    pattern = re.compile(rf"(?<!\w)(?:{groups})(?:e?s)?(?!\w)")
    return Lexicon(pattern, tuple(cues[phrase] for phrase in phrases))


def _said(key: str, known: Cue | None) -> Cue:
    """What a phrase of a domain's list says; of what it is known to say, all that agrees stays."""
    match key:
        case "success_words":
            return replace(known or Cue(4), sells=True)
        case "positive_words":
            return replace(known or Cue(), stars=max(known.stars if known else 4, 4))
        case "negative_words":
            return replace(known or Cue(), stars=min(known.stars if known else 1, 2))
        case "irony_words":
            return Cue(1, "irony")
    return replace(known or Cue(), stars=int(key))


@cache
def _documents() -> dict[str, Any]:
    lists: dict[str, Any] = json.loads((DATA / "documents.json").read_text(encoding="utf-8"))
    return lists


@cache
def _everyday() -> Mapping[str, Cue]:
    """The phrases of ``data/everyday.txt``; a list's name is its stars, then what else it is."""
    found: dict[str, Cue] = {}
    for section, phrase in entries("everyday.txt"):
        stars, *rest = section.split()
        role = next((it for it in rest if it != "sells"), "")
        found[" ".join(prepared(phrase).split())] = Cue(int(stars), role, "sells" in rest)
    return found


def _pattern(phrase: str) -> str:
    """What a phrase of the file matches; the file's head says what its signs mean.

    >>> _pattern("=me (gust*|late a)? # vez")
    '(?<!.)me (?:(?:gust\\\\w*|late a) )?(?:\\\\d+|una?|dos|tres|cuatro|cinco|seis) vez(?!.)'
    """
    body = phrase.removeprefix("=")
    for sign, meant in _SIGNS:
        body = sign.sub(meant, body)
    return f"(?<!.){body}(?!.)" if phrase.startswith("=") else body


def _length(phrase: str) -> tuple[int, int]:
    """How much a phrase asks for: its words, then its letters, in its longest form."""
    words = _GROUP.sub(lambda it: max(it[1].split("|"), key=len), _MAYBE.sub(" ", phrase)).split()
    return len(words), sum(map(len, words))
