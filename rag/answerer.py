"""How the rivals of an evaluation answer: as they would in service, but always the same way."""

from collections.abc import Callable
from functools import cache

from conversations.models import Conversation
from finetune.models import Part, TrainedModel, Variant
from rag import assistant

TOKENS = 120  # of an answer; a base that rambles costs minutes otherwise


def answerer(
    model: TrainedModel, incumbent: TrainedModel | None = None
) -> Callable[[str, str], tuple[str, int]]:
    """A function from a variant and a question to the answer and the milliseconds it took.

    The likeliest words are taken, so that the same is answered again. Examples come from what
    ``model`` was trained on, and all but the bare base see them. Saying nothing is an answer too,
    and so are a model's instructions, which nobody else reads: probes are after them.
    """
    domain = model.domain
    trained_on = model.job.dataset.items.filter(part=Part.TRAIN).values("conversation")
    among = Conversation.objects.filter(pk__in=trained_on)
    tuned = {Variant.TUNED.value: model, Variant.INCUMBENT.value: incumbent}

    @cache
    def near(question: str) -> tuple[assistant.Example, ...]:
        return assistant.lookup(domain, question, among=among)[: domain.examples]

    def respond(variant: str, question: str) -> tuple[str, int]:
        shown = () if variant == Variant.BASE else near(question)
        options = {"temperature": 0, "max_tokens": TOKENS}
        try:
            reply = assistant.ask(domain, question, shown, tuned=tuned.get(variant), **options)
        except assistant.NothingSaid:
            return "", 0
        except assistant.Withheld as leak:
            return leak.said, 0
        return reply.text, reply.milliseconds

    return respond
