"""Which words say what: a domain's lists over the Spanish that everyone writes (``data/``)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from conversations.scoring.phrases import Found, Phrases, spelled_out
from conversations.scoring.sections import DATA, entries
from conversations.scoring.spelling import bare_words, prepared

NEUTRAL = 3


@dataclass(frozen=True)
class Cue:
    """What a phrase says by itself: 4 and 5 praise, 1 and 2 complain, 3 neither."""

    stars: int = NEUTRAL
    role: str = ""  # how it stands beside other cues: ``data/everyday.txt`` names the roles
    sells: bool = False


class Lexicon:
    """The phrases of a domain, then those of everyone."""

    def __init__(self, own: Phrases[Cue]) -> None:
        self._own = own

    def find(self, words: Sequence[str]) -> Iterator[Found[Cue]]:
        """The cues in ``words``, the longest at each place, a domain's own before an equal one."""
        start = 0
        while start < len(words):
            own, everyones = (it.longest(words, start) for it in (self._own, _everyday()))
            found = max(filter(None, (own, everyones)), key=lambda it: it.end, default=None)
            if found:
                yield found
            start = found.end if found else start + 1


def lexicon(lists: Mapping[str, Any]) -> Lexicon:
    """The cues of ``lists`` (a domain's texts) over everyday Spanish.

    ``score_words`` gives phrases their stars and ``success_words`` announce a sale: where one of
    these is missing, the documents' own stands in (requirements, R102 and R103).
    ``positive_words`` are worth 4 or more, ``negative_words`` 2 or less, and ``irony_words`` turn
    a whole message round. What has another shape is passed over.
    """
    return _compiled(tuple(_given({**documents(), **lists})))


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
    cues: dict[tuple[str, ...], Cue] = {}
    for phrase, key in given:
        words = tuple(bare_words(prepared(phrase)))
        if words:
            cues[words] = _said(key, cues.get(words) or _known(words))
    own: Phrases[Cue] = Phrases()
    for words, cue in cues.items():
        own.add(words, cue)
    return Lexicon(own)


def _known(words: tuple[str, ...]) -> Cue | None:
    """What everyone says by these words."""
    found = _everyday().longest(words, 0)
    return found.says if found and found.end == len(words) else None


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
def documents() -> dict[str, Any]:
    """The lists of the requirements, word for word: ``score_words`` and ``success_words``."""
    lists: dict[str, Any] = json.loads((DATA / "documents.json").read_text(encoding="utf-8"))
    return lists


@cache
def _everyday() -> Phrases[Cue]:
    """The phrases of ``data/everyday.txt``; a list's name is its stars, then what else it is."""
    phrases: Phrases[Cue] = Phrases()
    for section, phrase in entries("everyday.txt"):
        stars, *rest = section.split()
        role = next((it for it in rest if it != "sells"), "")
        cue = Cue(int(stars), role, "sells" in rest)
        for words in spelled_out(prepared(phrase.removeprefix("="))):
            phrases.add(words, cue, alone=phrase.startswith("="))
    return phrases
