"""How the rivals of an evaluation answer: as they would in service, but always the same way."""

import hashlib
from collections.abc import Callable
from functools import cache

from conversations.models import Conversation
from finetune.evaluation import Answered, Answerer, exam_of
from finetune.models import Part, TrainedModel, Variant
from rag import assistant, retrieval, vocabulary
from rag.assistant.looking import Looked
from rag.embedding import Query
from rag.models import DocumentKind

TOKENS = 120  # of an answer; a base that rambles costs minutes otherwise


def answerer(model: TrainedModel, incumbent: TrainedModel | None = None) -> Answerer:
    """A function from a variant and a question to what that variant answers.

    The likeliest words are taken, so that the same is answered again. The bare base sees the
    question; all others what goes with it: examples of what ``model`` was trained on and, as in
    service, the passages that anybody may read and the words of the dictionary. Saying nothing is
    an answer too, and so are a model's instructions, which nobody else reads: probes are after
    them. They are after what a training gave away, not a document: to probes none is shown.
    """
    tuned = {Variant.TUNED.value: model, Variant.INCUMBENT.value: incumbent}
    looked = _lookup(model)

    def respond(variant: str, question: str) -> Answered:
        shown = Looked() if variant == Variant.BASE else looked(question)
        answered = _print_of(shown)
        try:
            reply = assistant.ask(
                model.domain,
                question,
                shown.near,
                passages=shown.passages,
                words=shown.words,
                tuned=tuned.get(variant),
                temperature=0,
                max_tokens=TOKENS,
            )
        except assistant.NothingSaid:
            return Answered("", 0, answered)
        except assistant.Withheld as leak:
            return Answered(leak.said, 0, answered)
        return Answered(reply.text, reply.milliseconds, answered)

    return respond


def _lookup(model: TrainedModel) -> Callable[[str], Looked]:
    """What goes with a question, looked up once.

    Nothing of what was held out is shown: not as an example, and not as a document made of
    conversations.
    """
    domain = model.domain
    trained_on = model.job.dataset.items.filter(part=Part.TRAIN).values("conversation")
    among = Conversation.objects.filter(pk__in=trained_on)
    probes = {it.text for it in exam_of(model).probes}

    @cache
    def looked(question: str) -> Looked:
        query = Query(question)
        near = assistant.lookup(domain, query, among=among)[: domain.examples]
        if question in probes:
            return Looked(near=near)
        found = retrieval.search(domain, query, without=DocumentKind.CONVERSATION)
        return Looked(found, near, words=vocabulary.relevant(domain, question))

    return looked


def _print_of(looked: Looked) -> str:
    """A print of the passages, in their order; empty for none."""
    hashes = " ".join(it.chunk.text_hash for it in looked.found)
    return hashlib.sha256(hashes.encode()).hexdigest() if hashes else ""
