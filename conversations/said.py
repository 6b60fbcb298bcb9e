"""What is stored of what was said: without personal data, and with all that is computed of it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from conversations import categories
from conversations.anonymise import VERSION, Recogniser, anonymise
from conversations.anonymise.spans import PLACEHOLDER
from conversations.deliveries import Facts
from conversations.fingerprints import bands, token_count
from conversations.keys import text_hash
from conversations.threads import TURNS
from core.models import Domain

_LENGTHS = {"product": 80, "product_code": 80, "category": 50, "context": None}


@cache
def name_recogniser(dotted_path: str) -> Recogniser | None:
    """What finds names besides the rules, if settings name it. Raises ImportError."""
    recogniser: Recogniser | None = import_string(dotted_path) if dotted_path else None
    return recogniser


class Said:
    """The texts of one call, in one domain, whose own terms are read once, as each text is."""

    def __init__(self, domain: Domain, *, keep: Iterable[str] = ()) -> None:
        """``keep``: more terms that are no personal data here, whatever they look like."""
        self._keep = categories.whitelist(domain).union(keep)
        self._counted: dict[str, tuple[str, Counter[str]]] = {}

    def masked(self, text: str) -> str:
        return self.counted(text)[0]

    def counted(self, text: str) -> tuple[str, Counter[str]]:
        """``text`` without personal data, and how many masks of each kind it got."""
        if text not in self._counted:
            recogniser = name_recogniser(settings.NAME_RECOGNISER)
            safe, spans = anonymise(text.strip(), keep=self._keep, recogniser=recogniser)
            self._counted[text] = safe, Counter(span.label for span in spans)
        return self._counted[text]

    def texts(self, question: str, answer: str) -> dict[str, Any]:
        """Both texts as they are stored, with all that is computed of them."""
        safe_question, in_question = self.counted(question)
        safe_answer, in_answer = self.counted(answer)
        return {
            "question": safe_question,
            "answer": safe_answer,
            "masks": dict(sorted((in_question + in_answer).items())),
            "anonymiser": VERSION,
            "question_hash": text_hash(safe_question),
            "bands": bands(safe_question),
            "token_count": token_count([safe_question, safe_answer]),
        }

    def reworded(self, question: str, answer: str, *, masks: Mapping[str, int]) -> dict[str, Any]:
        """:meth:`texts` of what was stored before: of its ``masks``, those still there count."""
        stored = self.texts(question, answer)
        still = Counter(PLACEHOLDER.findall(f"{question}\n{answer}"))
        kept = Counter({kind: min(number, still[kind]) for kind, number in masks.items()})
        stored["masks"] = dict(sorted((kept + Counter(stored["masks"])).items()))
        return stored

    def facts(self, facts: Facts) -> dict[str, Any]:
        """The facts as they are stored: whatever a person may have written in them is masked."""
        stored: dict[str, Any] = dict(facts)
        for name, length in _LENGTHS.items():
            if text := stored.get(name):
                stored[name] = self.masked(text)[:length]
        if turns := stored.get("history"):
            stored["history"] = [
                turn | {"content": self.masked(turn["content"])} for turn in turns[-TURNS:]
            ]
        if state := (metadata := stored.get("metadata", {})).get("state"):
            stored["metadata"] = metadata | {"state": self.masked(state)}
        return stored
