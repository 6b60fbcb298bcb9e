"""Why a conversation is in no dataset, in one line; and reasons counted by their kind."""

import re

from conversations.models import Conversation
from finetune.curation.policies import refusal
from finetune.curation.selecting import candidates

_OTHER_ONE = re.compile(r" que la conversación \d+")


def why_not(conversation: Conversation, *, min_confidence: float | None = None) -> str:
    """The rule that would keep a conversation out of a dataset made now; empty when it enters.

    It names the numbers of the rule, and the other conversation where there is one. Whoever asks
    passes what the selection was made with.
    """
    if reason := refusal(conversation, min_confidence=min_confidence):
        return reason
    found = candidates(conversation.domain, min_confidence=min_confidence)
    return next((it["razon"] for it in found.excluded if it["id"] == conversation.pk), "")


def kind(reason: str) -> str:
    """A reason without the number of the other conversation, so that equals are counted as one.

    >>> kind("Es la misma pregunta y respuesta que la conversación 12.")
    'Es la misma pregunta y respuesta'
    """
    return _OTHER_ONE.sub("", reason).rstrip(".")
