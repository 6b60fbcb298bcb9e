"""One answer beside the approved one: values in, figures out. Pure."""

from functools import cache

from sacrebleu.metrics import CHRF

from conversations.keys import normalise

# Words that only one of the languages has, and that nearly every sentence of it needs.
_WORDS = {
    "es": "el los las una y del con por para que es son está su más no sí le se lo como pero muy",
    "en": "the and of to is are in that you your for with not it this we have can be or what at",
    "pt": "o os as uma e do da dos com não você seu é são está mais em na no ao isso para que",
}
_OF_LANGUAGE = {name: frozenset(normalise(words).split()) for name, words in _WORDS.items()}


@cache
def _metric() -> CHRF:
    return CHRF()


def chrf(answer: str, expected: str) -> float:
    """How much of the approved wording an answer has, 0 to 100 (character n-grams)."""
    return float(_metric().sentence_score(answer, [expected]).score)


def is_exact(answer: str, expected: str) -> bool:
    """Whether an answer that is a fact (a price, a code) says that fact and nothing else.

    >>> is_exact("9.40 USD/kg.", "9.40 usd/kg"), is_exact("9.40 USD/lb", "9.40 usd/kg")
    (True, False)
    """
    return normalise(answer) == normalise(expected)


def language(text: str) -> str:
    """``es``, ``en`` or ``pt`` by the commonest small words; ``""`` when too few are there.

    >>> language("El precio es por kilo y no incluye el flete"), language("HLSO 16/20")
    ('es', '')
    >>> language("The price is per kilo and the freight is not included")
    'en'
    """
    said = normalise(text).split()
    counts = {name: sum(it in own for it in said) for name, own in _OF_LANGUAGE.items()}
    best, second = sorted(counts, key=lambda name: -counts[name])[:2]
    return best if counts[best] >= 2 and counts[best] > counts[second] else ""


def strays(answer: str, expected: str) -> bool:
    """Whether an answer is in another language than the approved one, where both can be told."""
    said, wanted = language(answer), language(expected)
    return bool(said and wanted and said != wanted)


def relative_length(answer: str, expected: str) -> float:
    """Words of an answer for each word of the approved one: 1 is as long.

    >>> relative_length("Sí, claro que sí", "Sí")
    4.0
    """
    return len(answer.split()) / max(1, len(expected.split()))
