"""What the benchmarks say, and that each one states what it is after. Nothing is timed here."""

import gzip
import importlib
import json
from types import SimpleNamespace

import pytest

from benchmarks import __main__ as benchmarks
from benchmarks import corpora, messages, report, shared_data, site
from benchmarks.corpora import Corpus
from benchmarks.figure import Figure, Goal, Omitted, alternate
from benchmarks.figures import learning
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


def test_of_the_chatbots_exchanges_none_is_learnt_that_is_asked(tmp_path, monkeypatch):
    monkeypatch.setattr(shared_data, "FOLDER", tmp_path)
    (tmp_path / "chat_es").mkdir()
    said = [[f"¿Cosa {number}?", "Una", "Otra"] for number in range(6)]
    content = json.dumps({"conversations": [*said, ["¿COSA 0?", "Una más"]]})
    (tmp_path / "chat_es" / "cosas.yml").write_text(content, "utf-8")

    corpus = corpora.chat_es(3)

    assert corpus.asked == [(f"¿Cosa {number}?", "Una") for number in (0, 2, 4)]
    assert {question for question, _ in corpus.learnt} == {f"¿Cosa {it}?" for it in (1, 3, 5)}
    assert len(corpus.learnt) == 6


def test_of_the_dialogues_only_first_turns_of_others_are_asked(tmp_path, monkeypatch):
    monkeypatch.setattr(shared_data, "FOLDER", tmp_path)
    monkeypatch.setattr(corpora, "EXCHANGES", 3)
    talks = [a_dialogue(number) for number in range(4)] + [a_dialogue(9, service="Buses_1")]
    with gzip.open(tmp_path / "dialogues_en.jsonl.gz", "wt", encoding="utf-8") as lines:
        lines.write("\n".join(map(json.dumps, talks)))

    corpus = corpora.dialogues(5)

    assert corpus.learnt == [("Q0 1", "A0 1"), ("Q0 2", "A0 2"), ("Q1 1", "A1 1")]
    assert corpus.asked == [("Q2 1", "A2 1"), ("Q3 1", "A3 1")]


def a_dialogue(number, *, service=corpora.SERVICE):
    turns = [
        {"role": role, "content": f"{sign}{number} {place}"}
        for place in (1, 2)
        for role, sign in (("user", "Q"), ("assistant", "A"))
    ]
    return {"services": [service], "turns": turns}


def test_shuffled_answers_are_the_same_ones_dealt_out_anew_by_their_seed():
    learnt = [(f"Q{number}", f"A{number}") for number in range(40)]
    corpus = Corpus("cosas", "", learnt, [])

    dealt = corpus.shuffled(1)

    assert dealt == corpus.shuffled(1) != corpus.shuffled(2)
    assert [question for question, _ in dealt.learnt] == [question for question, _ in learnt]
    assert sorted(answer for _, answer in dealt.learnt) == sorted(answer for _, answer in learnt)
    assert dealt.learnt != learnt


@pytest.mark.parametrize(("tuned", "examples", "leads"), [(3, 2, True), (2, 3, False)])
def test_plain_means_let_through_who_has_the_highest(tuned, examples, leads):
    means = {"tuned": tuned, "examples": examples, "base": 1}
    judged = SimpleNamespace(summary={name: {"chrf": it} for name, it in means.items()})

    assert learning.leads(judged) is leads
