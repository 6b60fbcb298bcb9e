from random import Random

from conversations.keys import jaccard, words
from finetune.similar import Seen


def test_it_finds_a_set_that_shares_most_words():
    seen = Seen(0.85)
    seen.add("first", words("a b c d e f g h"))
    assert seen.like(words("a b c d e f g h i")) == "first"


def test_it_ignores_one_at_the_threshold():
    seen = Seen(0.5)
    seen.add("first", words("a b c"))
    assert seen.like(words("a b d")) is None


def test_nothing_is_like_an_empty_text():
    seen = Seen(0.85)
    seen.add("empty", frozenset())
    assert seen.like(frozenset()) is None


def test_it_finds_exactly_what_comparing_all_finds():
    random = Random(7)  # noqa: S311
    vocabulary = [f"palabra{number}" for number in range(12)]
    texts = [frozenset(random.choices(vocabulary, k=9)) for _ in range(400)]
    seen, added = Seen(0.85), []
    for text in texts:
        everything = any(jaccard(text, other) > 0.85 for other in added)
        assert (seen.like(text) is not None) == everything
        seen.add(len(added), text)
        added.append(text)
