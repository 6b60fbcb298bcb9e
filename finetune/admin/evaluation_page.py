"""What an evaluation's page shows: the verdict in words, and every figure that it stands on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.work import WorkState
from finetune import blind, gate
from finetune.admin.forest import Row, forest
from finetune.evaluation import stale_because
from finetune.evaluation.verdict import MEASURES
from finetune.models import Evaluation, Variant, Verdict

SIGNS = {Verdict.BETTER: "ts-good", Verdict.WORSE: "ts-bad", Verdict.UNCLEAR: "ts-warn"}


@dataclass(frozen=True)
class Comparison:
    """The candidate beside its rivals on one measure; ``decides``: the gate goes by it."""

    measure: str
    decides: bool
    rows: list[Row]


def facts(evaluation: Evaluation) -> dict[str, Any]:
    """Everything the page of ``evaluation`` needs, from our own tables."""
    if evaluation.finished_at is None:
        return {"progress": _progress(evaluation)}
    summary = evaluation.summary
    verdict, reasons = gate.verdict_of(evaluation)
    return {
        "verdict": verdict,
        "sign": SIGNS[verdict],
        "reasons": reasons,
        "stale": stale_because(evaluation),
        "variants": [(it.label, summary[it.value]) for it in Variant if it.value in summary],
        "comparisons": comparisons(summary),
        "topics": list(_topics(summary)),
        "probes": _probes(summary.get("probes") or {}),
        "loss": summary.get("loss") or {},
        "people": blind.results(evaluation),
    }


def comparisons(summary: Mapping[str, Any]) -> list[Comparison]:
    """A forest for each measure that has an interval, the one that decides first."""
    deciding = summary.get("measure", "")
    ordered = sorted(MEASURES, key=lambda it: it != deciding)
    drawn = ((it, forest(_rivals(summary, it), measure=it)) for it in ordered)
    return [Comparison(MEASURES[it], it == deciding, rows) for it, rows in drawn if rows]


def _rivals(
    summary: Mapping[str, Any], measure: str
) -> Iterator[tuple[str, Mapping[str, Any] | None]]:
    for rival, by_measure in summary.get("differences", {}).items():
        yield str(Variant(rival).label), by_measure.get(measure)


def _topics(summary: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for topic in summary.get("topics", []):
        differences = [
            (str(Variant(it).label), found) for it, found in topic["differences"].items()
        ]
        yield {**topic, "rows": forest(differences, measure=summary["measure"])}


def _probes(probes: Mapping[str, Any]) -> dict[str, Any]:
    passed = probes.get("passed", {})
    return {
        "asked": probes.get("asked", 0),
        "passed": [(it.label, passed[it.value]) for it in Variant if it.value in passed],
        "lost": probes.get("regressions", []),
    }


def _progress(evaluation: Evaluation) -> dict[str, Any]:
    work = getattr(evaluation, "work", None)
    return {
        "answers": evaluation.items.count(),
        "given_up": bool(work and work.state == WorkState.DEAD),
        "error": work.error if work else "",
    }
