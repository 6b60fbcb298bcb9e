"""From real exchanges to a candidate that was examined, through the verbs of the product alone."""

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.contrib.auth.models import User

from benchmarks.corpora import Corpus, Exchange
from conversations import embedding
from conversations.importing import import_path
from conversations.keys import text_hash
from conversations.models import Conversation, Origin
from conversations.rating import rate
from core.errors import Conflict
from core.models import Domain
from finetune import activation, datasets, evaluation, training
from finetune.models import Evaluation, EvaluationQuestion, TrainedModel, Variant
from finetune.probes import EVERY
from rag import pairs
from rag.answerer import answerer
from trainingsite.following import follow
from trainingsite.loop import stars_by_rule

BASIS = "datos publicados, solo para medir"
Known = dict[tuple[str, str], evaluation.Answered]
"""A prompt and a question, and what the bare base answered in how many milliseconds."""


def trained(corpus: Corpus, *, by: User) -> TrainedModel:
    """Import, rate by the loop's rule, prepare, train and follow to the end."""
    domain = a_domain(corpus)
    taught(domain, corpus.learnt, by=by)
    _, file = datasets.prepare(domain, by=by.get_username())
    job = training.start(domain, file_id=file.file_id, by=by.get_username())
    follow(job, _say)
    return job.model


def taught(
    domain: Domain,
    exchanges: list[Exchange],
    *,
    by: User,
    stars: Callable[[Conversation], int] = stars_by_rule,
) -> None:
    """Import ``exchanges``, rate them, and have them found."""
    _import(exchanges, domain)
    for row in Conversation.objects.filter(domain=domain).rateable():
        rate(row, stars=stars(row), by=by)
    while embedding.fill(limit=1_000) + pairs.fill(limit=1_000):
        pass  # a call lasts as long as a task may


def a_domain(corpus: Corpus) -> Domain:
    """A domain of its own, whose frozen questions are those that the corpus keeps apart."""
    domain = Domain.objects.create(slug=corpus.name, name=corpus.name)
    domain.write_prompt(corpus.prompt, by=BASIS)
    EvaluationQuestion.objects.bulk_create(
        EvaluationQuestion(
            domain=domain, question=question, answer=answer, question_hash=text_hash(question)
        )
        for question, answer in corpus.asked
    )
    return domain


def examined(model: TrainedModel, *, probes: int, known: Known, by: User) -> Evaluation:
    """The model's exam, of its domain's questions and so many probes taken from all over.

    ``known`` spares what the bare base answered before: to the same it says the same.
    """
    whole = evaluation.exam_of(model)
    few = evaluation.Exam(whole.questions, EVERY[:: len(EVERY) // probes][:probes])
    judged = evaluation.evaluate(
        model, answerer=_sparing(model, known), exam=few, by=by.get_username(), progress=_tell
    )
    _say("\n".join(judged.reasons))
    return judged


def is_activated(model: TrainedModel, *, by: User) -> bool:
    """Whether one person, who gives no reason, gets the model into service."""
    try:
        activation.activate(model, by=by.get_username())
    except Conflict as refusal:
        _say(str(refusal))
        return False
    return True


def _import(exchanges: list[Exchange], domain: Domain) -> None:
    lines = [
        json.dumps({"pregunta": question, "respuesta": answer}) for question, answer in exchanges
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{domain.slug}.jsonl"
        path.write_text("\n".join(lines), "utf-8")
        import_path(path, domain=domain, origin=Origin.SOURCE, basis=BASIS)


def _sparing(model: TrainedModel, known: Known) -> evaluation.Answerer:
    ask, prompt = answerer(model), model.domain.prompt.text

    def respond(variant: str, question: str) -> evaluation.Answered:
        if variant != Variant.BASE:
            return ask(variant, question)
        if (prompt, question) not in known:
            known[prompt, question] = ask(variant, question)
        return known[prompt, question]

    return respond


def _tell(done: int, total: int) -> None:
    if done % 20 == 0 or done == total:
        _say(f"{done} de {total} respuestas")


def _say(line: str) -> None:
    """Beside the figures, for who waits."""
    print(line, file=sys.stderr, flush=True)
