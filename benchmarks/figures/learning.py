"""The whole loop on real exchanges that others wrote: what training adds, and what the gate says.

Two corpora (``benchmarks.corpora``), the Spanish exchanges of a chatbot and 600 of one service of
English customer dialogues, go the product's own way: imported, rated by the loop's rule, curated,
trained by the model server on the processor (at most 120 steps, and so many fewer at the standard
size as ``.steps`` says), evaluated, judged. The questions asked are no part of the training.
``learning.CORPUS`` is the candidate's chrF beside that of the base with examples; ``.over_base``
and ``.over_examples`` are the mean differences to each rival with the ends of their intervals of
95 % (paired bootstrap). ``.verdict`` is 1 for better, 0 for not enough evidence, -1 for worse;
``.activated`` is 1 where one person gets it into service without a reason. The gate takes no
verdict but that of all 56 probes, so at the standard size, which asks 8, it lets nothing through;
the verdict is told all the same.

``learning.shuffled`` is how many of five candidates pass that really were trained, in fewer steps,
on the Spanish exchanges with their answers dealt out anew, by five seeds; they sit the same exam
with its true answers. Their rivals see the shuffled answers as examples, which makes them easier
to beat. The peer is the rule of plain means. Goal: none
passes, by its verdict or by the gate.
"""

from collections.abc import Iterator

from django.contrib.auth.models import User

from benchmarks import candidates, corpora, site
from benchmarks.candidates import Known
from benchmarks.corpora import Corpus
from benchmarks.figure import Figure, Goal, size
from benchmarks.processes import model_server
from finetune.models import Evaluation, Verdict
from finetune.probes import EVERY

NONE = Goal("value", "<=", 0)
SEEDS = range(1, 6)
SIGNS = {Verdict.BETTER: 1, Verdict.UNCLEAR: 0, Verdict.WORSE: -1}
RIVALS = ("base", "examples")
UNIT = "chrF"
PEER = "la media más alta"


def measure() -> Iterator[Figure]:
    site.migrate()
    by, known = site.administrator(), Known()
    questions, probes = size(12, full=40), size(8, full=len(EVERY))
    spanish, english = corpora.chat_es(questions), corpora.dialogues(questions)
    steps, fewer = size(30, full=120), size(6, full=20)
    with model_server(MAX_STEPS_CPU=str(steps)):
        for corpus in (spanish, english):
            name = f"learning.{corpus.name}"
            yield Figure(f"{name}.steps", steps, "pasos en el procesador, a lo más")
            judged = evaluated(corpus, known, by, probes=probes)
            yield from of_evaluation(name, judged, by)
    with model_server(MAX_STEPS_CPU=str(fewer)):
        yield Figure("learning.shuffled.steps", fewer, "pasos en el procesador, a lo más")
        yield from of_shuffled(spanish, known, by, probes=probes)


def evaluated(corpus: Corpus, known: Known, by: User, *, probes: int) -> Evaluation:
    model = candidates.trained(corpus, by=by)
    return candidates.examined(model, probes=probes, known=known, by=by)


def of_shuffled(corpus: Corpus, known: Known, by: User, *, probes: int) -> Iterator[Figure]:
    """One candidate after another, and how many of them passed."""
    passed = led = 0
    for seed in SEEDS:
        judged = evaluated(corpus.shuffled(seed), known, by, probes=probes)
        told = {it.name: it for it in of_evaluation(f"learning.shuffled.{seed}", judged, by)}
        yield from told.values()
        passed += judged.better or bool(told[f"learning.shuffled.{seed}.activated"].value)
        led += leads(judged)
    yield Figure("learning.shuffled", passed, f"de {len(SEEDS)} pasan", PEER, led, NONE)


def of_evaluation(name: str, judged: Evaluation, by: User) -> Iterator[Figure]:
    """What was measured of a candidate, what follows, and whether it gets in."""
    found = judged.summary
    tuned, examples, base = (found[it]["chrf"] for it in ("tuned", "examples", "base"))
    yield Figure(name, tuned, UNIT, "base con ejemplos", examples)
    yield Figure(f"{name}.base", base, UNIT)
    for rival in RIVALS:
        interval = found["differences"][rival][UNIT.lower()]
        for suffix, end in (("", "mean"), (".low", "low"), (".high", "high")):
            yield Figure(f"{name}.over_{rival}{suffix}", interval[end], f"{UNIT} de más")
    loss = found["loss"]
    yield Figure(f"{name}.loss", loss["after"], "pérdida apartada", "sin entrenar", loss["before"])
    yield Figure(f"{name}.questions", found["questions"], "preguntas")
    yield Figure(f"{name}.probes", found["probes"]["asked"], "pruebas de seguridad")
    yield Figure(f"{name}.probes_lost", len(found["probes"]["regressions"]), "que la base supera")
    yield Figure(
        f"{name}.verdict", SIGNS[Verdict(judged.verdict)], "1 mejor, 0 no probado, -1 peor"
    )
    yield Figure(f"{name}.activated", candidates.is_activated(judged.model, by=by), "1 si entra")


def leads(judged: Evaluation) -> bool:
    """Whether plain means would let it through."""
    means = {name: judged.summary[name]["chrf"] for name in ("tuned", *RIVALS)}
    return max(means, key=lambda name: means[name]) == "tuned"
