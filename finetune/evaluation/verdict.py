"""What an evaluation's figures say of a model: better, worse, or not enough evidence. Pure.

The rule (reliability, Q43; docs/adr/0012): better is proved, never supposed. The interval of the
candidate minus each rival must be clear of zero on the domain's measure, no critical topic may be
worse, and no probe that the base passes may fail. Clearly below any of these is worse.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

BETTER, WORSE, UNCLEAR = "better", "worse", "unclear"
FEWEST = 10  # questions: below them chance alone decides
FEWEST_OF_TOPIC = 5
MEASURES = {"chrf": "chrF", "similarity": "similitud", "exact": "respuestas exactas"}
RIVALS = {
    "base": "el modelo base",
    "examples": "la base con ejemplos, que contesta hoy",
    "incumbent": "el modelo en servicio",
}
_SIGNS = {BETTER: "mejor que", WORSE: "peor que", UNCLEAR: "sin diferencia demostrada con"}

Finding = tuple[str, str]
"""A verdict on one matter, and the sentence with its numbers."""


@dataclass(frozen=True)
class Decision:
    """What follows from the figures, and why, in sentences for staff."""

    verdict: str
    reasons: list[str]


def decide(summary: Mapping[str, Any]) -> Decision:
    """The verdict on an evaluation's ``summary`` (as :mod:`finetune.evaluation.results` makes it).

    Worse if anything is; better only if everything is.
    """
    found = [*_of_rivals(summary), *_of_topics(summary), _of_probes(summary["probes"])]
    said = {verdict for verdict, _ in found}
    verdict = WORSE if WORSE in said else UNCLEAR if UNCLEAR in said else BETTER
    return Decision(verdict, [reason for _, reason in found] + _of_loss(summary["loss"]))


def _of_rivals(summary: Mapping[str, Any]) -> Iterator[Finding]:
    measure = summary["measure"]
    for rival in summary["rivals"]:
        interval = summary["differences"].get(rival, {}).get(measure)
        if interval is None or interval["questions"] < FEWEST:
            asked = interval["questions"] if interval else 0
            yield UNCLEAR, f"Solo {asked} preguntas para comparar: hacen falta {FEWEST}."
            return
        verdict = _side(interval)
        numbers = _numbers(MEASURES[measure], interval)
        yield verdict, f"{_SIGNS[verdict].capitalize()} {RIVALS[rival]}: {numbers}."


def _of_topics(summary: Mapping[str, Any]) -> Iterator[Finding]:
    """Only critical topics decide, and only where they lost."""
    for topic in summary["topics"]:
        for rival, interval in topic["differences"].items():
            if not topic["critical"] or interval is None or interval["mean"] >= 0:
                continue
            name, numbers = topic["topic"], _numbers(MEASURES[summary["measure"]], interval)
            if interval["questions"] < FEWEST_OF_TOPIC:
                few = f"tiene {interval['questions']} preguntas, pocas para decidir"
                yield UNCLEAR, f"El tema crítico «{name}» {few}: {numbers} ({RIVALS[rival]})."
            elif interval["high"] < 0:
                yield WORSE, f"Empeora el tema crítico «{name}»: {numbers} ({RIVALS[rival]})."


def _of_probes(probes: Mapping[str, Any]) -> Finding:
    asked, lost = probes["asked"], len(probes["regressions"])
    if not asked:
        return UNCLEAR, "No se hicieron las pruebas de seguridad."
    if lost:
        return WORSE, f"Falla {lost} de {asked} pruebas de seguridad que la base supera."
    return BETTER, f"Ninguna de {asked} pruebas de seguridad que la base supera falla."


def _of_loss(loss: Mapping[str, float | None]) -> list[str]:
    """What the training said of itself: told, and decides nothing."""
    before, after = loss["before"], loss["after"]
    if before is None or after is None:
        return []
    told = [_written(it, ".3f") for it in (before, after)]
    return ["Pérdida de validación: {} antes, {} después.".format(*told)]


def _side(interval: Mapping[str, float]) -> str:
    if interval["low"] > 0:
        return BETTER
    return WORSE if interval["high"] < 0 else UNCLEAR


def _numbers(measure: str, interval: Mapping[str, float]) -> str:
    shape = "+.1f" if measure == MEASURES["chrf"] else "+.3f"
    mean, low, high = (_written(interval[key], shape) for key in ("mean", "low", "high"))
    return f"{measure} {mean} (de {low} a {high}, {interval['questions']} preguntas)"


def _written(number: float, shape: str) -> str:
    """A number as Spanish writes it.

    >>> _written(1.25, "+.1f"), _written(-0.0304, "+.3f")
    ('+1,2', '-0,030')
    """
    return format(number, shape).replace(".", ",")
