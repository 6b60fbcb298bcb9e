"""What the benchmarks say, and that each one states what it is after. Nothing is timed here."""

import importlib
import json

import pytest

from benchmarks import __main__ as benchmarks
from benchmarks import messages, report, site
from benchmarks.figure import Figure, Goal, Omitted, alternate
from benchmarks.peers import four_regexes
from tests.factories import a_conversation, a_domain

A_FIGURE = Figure("speed", 12.34567, "filas/s", "lo de serie", 6.0, Goal("ratio", ">=", 2))


def test_a_figure_is_one_object_with_the_agreed_keys():
    assert A_FIGURE.as_json() == {
        "name": "speed",
        "value": 12.35,
        "unit": "filas/s",
        "peer": "lo de serie",
        "peer_value": 6.0,
        "ratio": 2.058,
        "goal": "ratio >= 2",
        "met": True,
    }


@pytest.mark.parametrize(
    ("value", "peer_value", "goal", "met"),
    [
        (3, 2, Goal("ratio", ">=", 1.5), True),
        (2.9, 2, Goal("ratio", ">=", 1.5), False),
        (0.9, 0, Goal("ratio", ">=", 1), True),
        (5, None, Goal("ratio", ">=", 1), False),
        (180, None, Goal("value", "<=", 200), True),
        (5, 1, None, None),
    ],
)
def test_a_goal_is_met_by_the_value_or_by_its_ratio_to_the_peer(value, peer_value, goal, met):
    assert Figure("x", value, "s", "otro", peer_value, goal).met is met


def test_ours_and_the_peer_take_turns_and_the_middle_counts():
    turns = []
    figures = iter([1.0, 50.0, 60.0, 3.0, 2.0, 70.0])

    def ours():
        turns.append("ours")
        return next(figures)

    def peer():
        turns.append("peer")
        return next(figures)

    assert alternate(ours, peer, rounds=3) == (2.0, 60.0)
    assert turns == ["ours", "peer", "peer", "ours", "ours", "peer"]


def test_the_table_lines_up_and_says_what_was_omitted():
    lines = [A_FIGURE.as_json(), report.omitted("retrieval", "falta .venv-models")]

    table = report.table(lines).splitlines()

    assert table[0].split()[:2] == ["medida", "valor"]
    assert table[2].startswith("speed   12.35  filas/s")
    assert table[3] == "retrieval: omitida (falta .venv-models)"


def test_figures_are_kept_and_an_omission_leaves_the_last_ones(tmp_path):
    report.keep("speed", [A_FIGURE.as_json()], seconds=2, folder=tmp_path)
    report.keep("speed", [report.omitted("speed", "hoy no")], seconds=1, folder=tmp_path)

    kept = json.loads((tmp_path / "speed.json").read_text())
    assert kept["figures"] == [A_FIGURE.as_json()]
    assert kept["size"] == "standard"


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(Omitted, match="anonymise_speed"):
        benchmarks.names("nada")


@pytest.mark.parametrize("name", benchmarks.names())
def test_every_benchmark_measures_something_and_states_its_goal(name):
    module = importlib.import_module(f"benchmarks.figures.{name}")

    assert callable(module.measure)
    assert "Goal" in module.__doc__


def test_the_documents_rules_do_what_was_seen_of_them():
    text = "HLSO 16-20 21-25 26-30 para juan@gmail.com"

    assert four_regexes.anonymise(text) == "HLSO [PHONE] para [EMAIL]"
    assert "".join(text[place] for place in sorted(four_regexes.masked(text))) == (
        "16-20 21-25 26-30juan@gmail.com"
    )


def test_the_messages_are_the_same_every_time():
    assert messages.with_data(50, share=0.6) == messages.with_data(50, share=0.6)
    assert len(list(messages.harmless())) >= 60


@pytest.mark.django_db
def test_rows_are_copied_up_to_the_number_asked_for_each_with_its_own_time():
    domain = a_domain()
    a_conversation(domain), a_conversation(domain), a_conversation(a_domain("otro"))

    site.multiply(domain, rows=25)

    assert domain.conversations.count() == 25
    assert domain.conversations.values("question").distinct().count() == 2
    assert domain.conversations.values("question", "created_at").distinct().count() == 25
