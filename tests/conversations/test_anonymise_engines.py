"""Both engines find the same in every text at hand, and neither breaks on any text."""

import random
import sys

import pytest

from benchmarks import messages
from conversations.anonymise import ENGINES, anonymise
from tests.conversations.test_anonymise import EVERYTHING, by_hand

SAMPLES = {
    "cases": lambda: EVERYTHING,
    "conversations": messages.plain,
    "harmless": lambda: list(messages.harmless()),
    "hand-marked": lambda: [message.text for message in messages.labelled("seen")],
    "made up": lambda: messages.with_data(1_000, share=0.6),
}
# Besides any character at all: what rules look for, letters of many scripts, accents and frames
# that stand apart, right-to-left marks, blanks without width, halves of characters.
PIECES = [
    *("0", "9", "593", "099", " ", " ", ".", "-", "/", "@", "+", "(", ")", "[PHONE]", "\n", "\t"),
    *("cel ", "soy ", "Juan ", "Pérez", "calle ", "gmail", ".com", "arroba ", "punto ", "cédula "),
    *("e\u0301", "n\u0303", "1\ufe0f\u20e3", "\u200b", "\u200f", "\u202e", "\ufeff", "\u00ad"),
    *("שלום", "مرحبا", "مرحبا ٠٩٩", "你好", "ſ", "İ", "ı", "\u212a", "ß", "ﬁ", "\ud83d", "\udc00"),
    *("\ue000", "\ue003", "\x00", "🦐", "０９", "＠", "Ⅷ", "½", "º", "–"),
]


def random_texts(count):
    chance = random.Random(33)  # noqa: S311 texts, not secrets
    for _ in range(count):
        yield "".join(
            chance.choice(PIECES)
            if chance.random() < 0.9
            else chr(chance.randrange(sys.maxunicode))
            for _ in range(chance.randint(1, 30))
        )


@pytest.mark.skipif("native" not in ENGINES, reason="no hyperscan for this machine")
@pytest.mark.parametrize("sample", SAMPLES)
def test_engines_find_the_same(sample):
    for text in SAMPLES[sample]():
        assert anonymise(text, engine="native") == anonymise(text, engine="pure")


def test_engines_find_the_same_in_ten_thousand_random_texts_and_masking_twice_changes_nothing():
    for text in random_texts(10_000):
        safe, spans = anonymise(text)

        assert by_hand(text, spans) == safe
        assert anonymise(safe) == (safe, [])
        assert all(anonymise(text, engine=engine) == (safe, spans) for engine in ENGINES)
