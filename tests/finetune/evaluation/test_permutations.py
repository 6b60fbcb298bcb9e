"""Chance does not pass the gate: real scores of each question dealt out anew, a thousand times."""

import json
from pathlib import Path

from benchmarks.figures.gate import let_through, passes

# Per question the chrF of the demonstration model alone, with examples, and with examples drawn
# by chance, on ten evaluation questions of each sample domain.
SCORES = json.loads(Path(__file__).with_name("scores.json").read_text())


def test_of_a_thousand_deals_of_real_scores_few_pass():
    share, by_means = let_through(SCORES, deals=1_000, resamples=1_000)
    assert share <= 0.05
    assert by_means > 0.25  # what the intervals are for


def test_a_candidate_that_really_answers_better_passes():
    assert passes([(base, base, with_examples) for base, with_examples, _ in SCORES])
    assert not passes([(base, with_examples, base) for base, with_examples, _ in SCORES])
