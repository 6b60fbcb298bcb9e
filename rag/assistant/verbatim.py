"""What a passage says, word for word, in place of a model that only shows the loop."""

from finetune import demonstration
from rag import cleaning
from rag.assistant import examples
from rag.assistant.looking import Looked, sources
from rag.assistant.values import Answer, Question
from rag.excerpts import excerpt
from rag.prompting import shortened

SWITCH = "demonstration_answers"  # in the texts of a domain: true lets such a model answer itself
LONGEST = 700  # characters


def instead_of_demonstration(asked: Question, looked: Looked) -> Answer | None:
    """What the best passage says of the question, where a model for demonstration would be asked
    to answer from it; ``None`` for all others.

    Such a model makes things up: asked 20 questions of XQuAD with the right passage before it, it
    gave the answer once; the sentences served here hold it 19 times. Where an approved answer is
    near, that is shown to it, and it answers.
    """
    domain = asked.domain
    if not looked.passages or examples.are_near(domain, looked.near) or domain.texts.get(SWITCH):
        return None
    if not demonstration.answers(domain):
        return None
    said = shortened(excerpt(looked.passages[0].text, asked.query.text), LONGEST)
    text = cleaning.clean(said, hosts=domain.texts.get("links") or [])
    told = sources(looked.found[:1], cited=frozenset({1}))
    return Answer(f"{text} [1]", "passage", sources=told)
