"""Chat spelling brought to plain words, so that a list need not hold every form."""

import re
import unicodedata

from conversations.keys import plain
from conversations.scoring.sections import entries

IF = "if"  # a conditional "si", told from the "sí" that agrees

_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}|([aeiouáéíóú])\2\b")
_EMOJI = re.compile("([\u2600-\u27bf\U0001f300-\U0001f3fa\U0001f400-\U0001faff])")
_SIGN = re.compile("[^\\w\\s\u2600-\u27bf\U0001f300-\U0001faff]")
_MODIFIER = re.compile("[\u200d\ufe0f\u2640\u2642\U0001f3fb-\U0001f3ff]")


def prepared(text: str) -> str:
    """``text`` in lower case, without accents, words as dictionaries spell them; signs stay.

    A "si" that opens a condition becomes ``if``; one with an accent, alone or before a word of
    agreement stays.

    >>> prepared("Siii claro, me interesa xq es barato 👍🏽"), prepared("si baja el precio sí")
    ('si claro, me interesa porque es barato  👍 ', 'if baja el precio si')
    """
    text = unicodedata.normalize("NFC", text).casefold()
    text = _EMOTICON.sub(lambda face: f" {_EMOTICONS[face[0]]} ", text)
    text = _EMOJI.sub(r" \1 ", _MODIFIER.sub("", text))
    text = _DRAWN_OUT.sub(r"\1\2", text)
    text = _SHORT.sub(lambda word: _SHORTS[word[0]], text)
    text = _CONDITION.sub(lambda it: it[0] if it[1] else IF, text)
    return _PARTED.sub(r"\1", plain(text))


def bare_words(text: str) -> list[str]:
    """The words and emojis of a prepared text, without its signs."""
    return _SIGN.sub(" ", text).split()


def _spellings(section: str) -> dict[str, str]:
    """Each odd form and what it stands for, from lines "usual: odd odd"."""
    lines = (entry.split(": ", 1) for name, entry in entries("spelling.txt") if name == section)
    return {odd: usual for usual, odds in lines for odd in odds.split()}


def _one_of(section: str) -> str:
    return "|".join(re.escape(entry) for name, entry in entries("spelling.txt") if name == section)


_EMOTICONS = _spellings("faces")
_EMOTICON = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, _EMOTICONS))})(?!\w)")
_SHORTS = _spellings("words")
_SHORT = re.compile(rf"\b(?:{'|'.join(_SHORTS)})\b")
_CONDITION = re.compile(
    rf"\b(?:({_one_of('before yes')}) )?si\b(?= +(?!(?:{_one_of('after yes')})\b)\w)"
)
_LEADS = plain(_one_of("joined"))
_PARTED = re.compile(rf"\b({_LEADS}),(?= +(?:{_LEADS})\b)")
