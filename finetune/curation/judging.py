"""The rules that every conversation passes, whatever its policy, best first."""

from collections import Counter

from conversations.fingerprints import bands
from conversations.keys import text_hash
from conversations.models import Conversation
from conversations.stats import feedback_tone
from core.models import Domain
from finetune.curation.caps import Caps, category_share, has_category
from finetune.curation.duplicates import Clusters
from finetune.models import EvaluationQuestion

MOST_ALIKE = 3  # answers to one question, so that none is learned by heart


class Exam:
    """A domain's evaluation questions, which are never trained on, nor anything like them."""

    def __init__(self, domain: Domain) -> None:
        self._near = Clusters()
        for it in EvaluationQuestion.objects.filter(domain=domain):
            self._near.add(it.pk, it.question, bands(it.question))

    def holds(self, row: Conversation) -> bool:
        return self._near.like(row.question, _bands_of(row)) is not None


class Judge:
    """Says of one row after another why it stays out, and remembers those it keeps."""

    def __init__(
        self, domain: Domain, *, exam: Exam, caps: Caps, skip_negative: bool = True
    ) -> None:
        self._domain = domain
        self._exam = exam
        self._caps = caps
        self._skip_negative = skip_negative
        self._pairs: dict[tuple[str, str], int] = {}
        self._clusters = Clusters()
        self._alike: Counter[int] = Counter()
        self._people: Counter[int] = Counter()
        self._categories: Counter[str] = Counter()

    def reason(self, row: Conversation) -> str:
        """Why ``row`` stays out; one that does not is kept, and its ``cluster`` is set."""
        bands_of_row = _bands_of(row)
        leader = self._clusters.of(row.question, bands_of_row)
        pair = (row.question_hash, text_hash(row.answer))
        if reason := self._of_itself(row) or self._beside_others(row, pair, leader):
            return reason
        if leader is None:
            leader = row.pk
            self._clusters.add(leader, row.question, bands_of_row)
        self._remember(row, pair, leader)
        return ""

    def _of_itself(self, row: Conversation) -> str:
        if self._skip_negative and feedback_tone(row.feedback, self._domain) == "negativo":
            return "El comentario de la calificación es negativo."
        if self._exam.holds(row):
            return "La pregunta es del conjunto de evaluación, o casi."
        return ""

    def _beside_others(self, row: Conversation, pair: tuple[str, str], leader: int | None) -> str:
        if same := self._pairs.get(pair):
            return f"Es la misma pregunta y respuesta que la conversación {same}."
        if leader and self._alike[leader] >= MOST_ALIKE:
            return f"Ya hay {MOST_ALIKE} casi con la misma pregunta que la conversación {leader}."
        if row.person_id and self._people[row.person_id] >= self._caps.person:
            return f"Ya hay {self._caps.person} de la misma persona, el máximo para este conjunto."
        cap = self._caps.category
        if cap and has_category(row) and self._categories[row.category] >= cap:
            share = f"{category_share(self._domain):.0%}".replace("%", " %")
            return f"Ya hay {cap} de la categoría «{row.category}»: su máximo es el {share}."
        return ""

    def _remember(self, row: Conversation, pair: tuple[str, str], leader: int) -> None:
        self._pairs[pair] = row.pk
        self._alike[leader] += 1
        if row.person_id:
            self._people[row.person_id] += 1
        self._categories[row.category] += 1
        setattr(row, "cluster", leader)  # noqa: B010  (no column: only a selection knows it)


def _bands_of(row: Conversation) -> list[int]:
    """Those stored; rows older than bands have none."""
    return row.bands or bands(row.question)
