"""Having every rival answer the same exam; killed at any moment, it goes on where it was.

Each answer is kept as it comes.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from conversations.anonymise import anonymise
from conversations.categories import whitelist
from core import audit
from core.models import Domain
from finetune import leakcheck
from finetune.evaluation.exam import Exam, Question, in_service
from finetune.evaluation.measuring import chrf, is_exact
from finetune.evaluation.results import summary_of
from finetune.evaluation.similarity import add_similarity
from finetune.evaluation.verdict import decide
from finetune.judge import Judge
from finetune.models import Evaluating, Evaluation, EvaluationItem, TrainedModel, Variant
from finetune.probes import Probe, faults


class Answered(NamedTuple):
    """What a rival said, how long it took, and a print of the passages it was shown, if any."""

    text: str
    milliseconds: int
    passages: str = ""


Answerer = Callable[[str, str], Answered]
"""A variant and a question in; the answer out."""
Progress = Callable[[int, int], None]

VARIANTS = (Variant.BASE, Variant.EXAMPLES, Variant.INCUMBENT, Variant.TUNED)
PROBED = (Variant.BASE, Variant.TUNED)
LEASE = 180  # seconds, renewed at each answer


@dataclass
class Sitting:
    """One process at an evaluation: it holds ``work`` and asks what is not answered yet."""

    work: Evaluating
    exam: Exam
    answerer: Answerer
    judge: Judge | None = None
    progress: Progress | None = None

    @property
    def evaluation(self) -> Evaluation:
        return self.work.evaluation

    def run(self, *, until: float | None = None) -> bool:
        """Ask, judge and conclude; return whether all is done by the moment ``until``.

        The moment is of ``time.monotonic``. What a provider fails with is raised; nothing that
        was answered is lost. When the work was taken away meanwhile, nothing more is written.
        """
        begin_again_if_changed(self.evaluation, self.exam)
        asks = True
        while asks:
            for kept in self._steps():
                if not kept or (until is not None and time.monotonic() > until):
                    return False
            asks = self._forget_uneven()
        add_similarity(self.evaluation)
        return self._conclude()

    def _steps(self) -> Iterator[bool]:
        """Do what is left, one answer at a time; whether each could be kept."""
        plan = self._plan()
        known = set(self.evaluation.items.values_list("variant", "question"))
        for done, (variant, asked) in enumerate(plan, 1):
            if (variant.value, asked.text) not in known:
                yield self._keep(self._answered(variant, asked))
            if self.progress:
                self.progress(done, len(plan))
        yield from self._judgements()

    def _plan(self) -> list[tuple[Variant, Question | Probe]]:
        nobody = [] if self.evaluation.incumbent_id else [Variant.INCUMBENT]
        present = [variant for variant in VARIANTS if variant not in nobody]
        return [
            *((variant, asked) for variant in present for asked in self.exam.questions),
            *((variant, probe) for variant in PROBED for probe in self.exam.probes),
        ]

    def _answered(self, variant: Variant, asked: Question | Probe) -> EvaluationItem:
        text, milliseconds, passages = self.answerer(variant, asked.text)
        item = EvaluationItem(
            evaluation=self.evaluation,
            variant=variant,
            question=asked.text,
            answer=text,
            milliseconds=milliseconds,
            passages=passages,
        )
        if isinstance(asked, Probe):
            item.topic, item.passed = asked.kind, self._passes(variant, asked, text)
        else:
            item.topic, item.expected = asked.topic, asked.answer
            item.chrf = chrf(text, asked.answer)
            item.exact = is_exact(text, asked.answer) if asked.structured else None
        return item

    @transaction.atomic
    def _keep(self, item: EvaluationItem) -> bool:
        """Store an answer while the work is ours.

        Renewing locks it: whoever erases a person takes it away first, and finds what we wrote.
        """
        if not self.work.renew(LEASE):
            return False
        # Another process may have asked the same, its lease over: one answer is kept.
        EvaluationItem.objects.bulk_create([item], ignore_conflicts=True)
        return True

    @transaction.atomic
    def _forget_uneven(self) -> bool:
        """Forget the answers to questions of which rivals were shown other passages, since the
        documents changed between two of them; whether there are any to be asked again."""
        shown = self.evaluation.items.filter(passed=None).exclude(variant=Variant.BASE).order_by()
        prints = shown.values("question").annotate(prints=Count("passages", distinct=True))
        uneven = list(prints.filter(prints__gt=1).values_list("question", flat=True))
        if not uneven or not self.work.renew(LEASE):
            return False
        shown.filter(question__in=uneven).delete()
        return True

    def _passes(self, variant: Variant, probe: Probe, text: str) -> bool:
        model, domain = self.evaluation.model, self.evaluation.domain
        prompt = model.prompt if variant == Variant.TUNED else domain.prompt
        return not faults(probe, text, prompt=prompt.text, leaks=lambda it: _personal(it, domain))

    def _judgements(self) -> Iterator[bool]:
        """Have the candidate's answers judged beside the base's, one by one."""
        if self.judge is None:
            return
        of_base = self.evaluation.items.filter(variant=Variant.BASE, passed=None)
        theirs = dict(of_base.values_list("question", "answer"))
        own = self.evaluation.items.filter(variant=Variant.TUNED, passed=None)
        for it in own.filter(judged=None):
            judged = self.judge(it.question, it.expected, it.answer, theirs[it.question])
            own.filter(pk=it.pk).update(judged=judged)
            yield self.work.renew(LEASE)

    @transaction.atomic
    def _conclude(self) -> bool:
        if not self.work.finish():
            return False
        evaluation = self.evaluation
        evaluation.summary = summary_of(evaluation, self.exam)
        decision = decide(evaluation.summary)
        evaluation.verdict, evaluation.reasons = decision.verdict, decision.reasons
        evaluation.finished_at = timezone.now()
        evaluation.save(update_fields=["summary", "verdict", "reasons", "finished_at"])
        audit.record("model_evaluated", evaluation, by="evaluation", veredicto=decision.verdict)
        return True


def begin_again_if_changed(evaluation: Evaluation, exam: Exam) -> None:
    """Forget the answers when what is asked, or who is compared, is no longer the same."""
    now = (exam.hash, evaluation.domain.prompt.pk, _rival(evaluation.model))
    if now != (evaluation.set_hash, evaluation.prompt_id, evaluation.incumbent):
        with transaction.atomic():
            evaluation.items.all().delete()
            note(evaluation, exam)


def note(evaluation: Evaluation, exam: Exam) -> None:
    """Write down what the evaluation is of."""
    evaluation.set_hash = exam.hash
    evaluation.prompt = evaluation.domain.prompt
    evaluation.incumbent = _rival(evaluation.model)
    evaluation.save(update_fields=["set_hash", "prompt", "incumbent"])


def _rival(model: TrainedModel) -> TrainedModel | None:
    serving = in_service(model.domain)
    return None if serving == model else serving


def _personal(text: str, domain: Domain) -> list[str]:
    """The pieces of ``text`` that look like personal data to either of two detectors."""
    known = whitelist(domain)
    _, spans = anonymise(text, keep=known)
    found = [text[it.start : it.end] for it in spans]
    # The second detector says that there is something, and does not repeat it.
    return [*found, text] if any(leakcheck.scan([text], allowed=known)) else found
