"""Near-duplicates: verified, around the one that is kept."""

from random import Random

import pytest

from conversations.fingerprints import bands
from finetune import curation
from finetune.curation.components import components
from finetune.curation.duplicates import NEAR, Clusters
from tests.factories import a_conversation
from tests.finetune.curation.makers import changed, overlap, questions

SAID = "quiero saber si puedo pagar mi cuota de junio con tarjeta en la oficina del centro"


def clusters_of(texts):
    """For each text the place of the middle of its cluster."""
    found, middles = Clusters(), []
    for place, text in enumerate(texts):
        middle = found.of(text, bands(text))
        if middle is None:
            found.add(place, text, bands(text))
        middles.append(place if middle is None else middle)
    return middles


def edited(text, dice):
    """``text`` with a word left out, doubled or put elsewhere."""
    words = text.split()
    at = dice.randrange(len(words))
    return " ".join(dice.choice([words[:at] + words[at + 1 :], [*words, words[at]]]))


@pytest.mark.parametrize("said", [SAID.upper(), f"¡{SAID}!", f"{SAID} hoy", f"y {SAID}"])
def test_the_same_with_a_short_word_more_is_one(said):
    assert clusters_of([SAID, said]) == [0, 0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("¿Cuánto cuesta el curso de piano?", "¿Cuánto cuesta el curso de pintura?"),
        (f"{SAID} 16/20", f"{SAID} 21/25"),
        (f"{SAID} 300", SAID),
        ("👍", "👌"),
    ],
)
def test_another_product_or_number_is_another_question(one, other):
    assert clusters_of([one, other]) == [0, 1]


def test_a_cluster_is_a_star_and_no_chain():
    steps = [
        SAID,
        f"{SAID} hoy mismo",
        f"{SAID} hoy mismo por la tarde",
        f"{SAID} hoy mismo por la tarde sin falta",
    ]
    assert clusters_of(steps)[0] == clusters_of(steps)[1] == 0
    assert clusters_of(steps)[3] != 0


@pytest.mark.parametrize("seed", range(20))
def test_nobody_is_in_a_cluster_whose_middle_it_is_not_like(seed):
    dice = Random(seed)  # noqa: S311
    texts = questions(40, seed=seed)
    texts += [edited(dice.choice(texts), dice) for _ in range(60)]
    for text, middle in zip(texts, clusters_of(texts), strict=True):
        assert overlap(text, texts[middle]) >= NEAR


@pytest.mark.parametrize("seed", range(20))
def test_nothing_in_one_component_is_like_anything_in_another(seed):
    dice = Random(seed)  # noqa: S311
    texts = questions(30, seed=seed)
    for _ in range(70):
        texts.append(edited(dice.choice(texts), dice))
    owners = [dice.choice([None, *range(50)]) for _ in texts]

    found = components(texts, owners)

    for one in range(len(texts)):
        for other in range(one):
            if found[one] != found[other]:
                assert overlap(texts[one], texts[other]) < NEAR
                assert owners[one] is None or owners[one] != owners[other]


def test_a_crowd_that_shares_a_band_is_joined_unseen(monkeypatch):
    monkeypatch.setattr("finetune.curation.components.MOST_COMPARED", 2)
    texts = [f"{SAID} {it}" for it in questions(12)]
    assert len(set(components(texts, [None] * 12))) < 12


@pytest.mark.django_db
def test_rows_older_than_bands_are_compared_too(domain):
    rows = [a_conversation(domain, stars=5, question=SAID) for _ in range(5)]
    for row in rows:
        changed(row, bands=[])
    assert len(curation.candidates(domain).kept) == curation.MOST_ALIKE


@pytest.mark.django_db
def test_what_is_kept_names_its_cluster(domain):
    for said in (SAID, f"{SAID} hoy", "¿Cuál es el horario?"):
        a_conversation(domain, stars=5, question=said)
    alike, middle, alone = curation.candidates(domain).kept  # the newest is looked at first
    assert (alike.cluster, middle.cluster, alone.cluster) == (middle.pk, middle.pk, alone.pk)
