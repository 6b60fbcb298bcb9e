"""The bot's answer, from a message to what is kept of it: whole, or word by word."""

from collections.abc import Generator, Iterator
from dataclasses import replace
from typing import Unpack

from conversations import consent
from conversations.models import Purpose
from core.errors import ModelRefused, ModelUnavailable, Refusal
from core.models import Domain
from rag import budgets, commands, configuration, dialogues, proforma, turns
from rag.assistant import asking, examples, keeping, looking, unaided, verbatim
from rag.assistant.values import Answer, How, Question
from rag.models import Dialogue, Turn
from rag.turns import Trail

Answering = Generator[str, None, Answer]


def answer(domain: Domain, question: str, **how: Unpack[How]) -> Answer:
    """Answer ``question`` in ``domain`` and store the exchange, where that is agreed to.

    What a person says about their data is heard first. Then a proforma is spoken about; an
    approved or corrected answer to nearly the same question is served as it is; else the model in
    service answers from the documents that whoever asks may read, and the nearest approved
    answers, or leaves that to the passage itself if it is only for demonstration. When no model
    can be asked, what is known is served as it stands, or an apology. A person is answered
    whatever their consent, and asked for it once.

    Raises :class:`rag.configuration.AssistantOff` and :class:`rag.budgets.OverBudget`; with a
    ``variant`` other than ``active``, whatever its model fails with.
    """
    return asking.whole(_answering(Question(domain, question, **how), live=False))


def stream(domain: Domain, question: str, **how: Unpack[How]) -> Iterator[str | Answer]:
    """As :func:`answer`, giving a model's words as they come; the last item is the answer.

    Its text is what counts: where a model failed midway, another one's words are only there. What
    is raised is raised before the first word.
    """
    yield (yield from _answering(Question(domain, question, **how), live=True))


def _answering(asked: Question, *, live: bool) -> Answering:
    if asked.person and (said := commands.reply(asked.person, asked.text, channel=asked.channel)):
        due = said.question.text.text if said.question else None
        return Answer(said.text, "consent", consent=due)
    switches = configuration.refuse_if_off(asked.domain)
    asked = replace(asked, keep=asked.keep and switches.collects)
    turn = turns.begin(
        asked.domain,
        person=asked.person,
        user=asked.by,
        channel=asked.channel,
        tokens=budgets.most(asked.domain, asked.text),
    )
    trail = Trail()
    dialogue = dialogues.opened(asked.person, asked.channel) if asked.person else None
    try:
        found = yield from _found(asked, dialogue, trail, live=live)
    except Refusal:
        turns.end(turn, trail)
        raise
    return _ended(asked, found, dialogue, turn, trail)


def _found(asked: Question, dialogue: Dialogue | None, trail: Trail, *, live: bool) -> Answering:
    """The answer itself, from the first that has one."""
    if asked.person:
        trail.add("consent", granted=asked.person.consents_to(Purpose.TRAINING))
    trail.add("masks", kinds=dict(asked.said.counted(asked.text)[1]))
    if dialogue and asked.variant == "active" and (quoted := _quoted(asked, dialogue, trail)):
        return quoted
    near = () if asked.variant == "base" else examples.lookup(asked.domain, asked.query)
    if asked.variant == "active" and (served := unaided.served(asked.domain, near)):
        return served
    safe = asked.query.text
    looked = looking.look(asked, near, dialogue)
    trail.add("looked_up", examples=len(near), passages=len(looked.found))
    if asked.variant == "active" and unaided.is_beyond(asked, safe, looked):
        return unaided.unknown(asked.domain)
    if asked.variant == "active" and (passage := verbatim.instead_of_demonstration(asked, looked)):
        return passage
    try:
        reply = yield from asking.ask_best(
            asked.domain, safe, looked.material, variant=asked.variant, trail=trail, live=live
        )
    except (ModelUnavailable, ModelRefused):
        if asked.variant != "active":
            raise
        return unaided.instead(asked, looked)
    return looking.answer_of(reply, looked)


def _quoted(asked: Question, dialogue: Dialogue, trail: Trail) -> Answer | None:
    """What the dialogue about a proforma says; ``None`` when it is about something else."""
    said = proforma.reply(asked.domain, dialogue.person, asked.channel, asked.text, dialogue)
    if said is None:
        return None
    number = said.quote.number if said.quote else None
    trail.add("proforma", does=said.step, about=said.about, quote=number)
    return Answer(said.text, "quote", quote=said.quote)


def _ended(
    asked: Question, found: Answer, dialogue: Dialogue | None, turn: Turn, trail: Trail
) -> Answer:
    """Keep what is to be kept, and say what goes with the answer."""
    cited = [it.chunk_id for it in found.sources if it.cited]
    trail.add("reply", source=found.source, model=found.model, cited=cited)
    kept = keeping.keep(asked, found) if asked.keep and found.source != "sorry" else None
    trail.add("saved", conversation=kept.pk if kept else None)
    turns.end(
        turn,
        trail,
        source=found.source,
        model=found.model,
        conversation=kept,
        trained_model=found.reply.trained if found.reply else None,
        prompt=found.reply.prompt if found.reply else None,
        failed=found.source == "sorry",
        examples=[it.conversation_id for it in found.examples],
        chunks=[it.chunk_id for it in found.sources],
    )
    whole = replace(found, conversation=kept, turn=turn)
    return _with_what_is_due(asked, whole, dialogue) if dialogue else whole


def _with_what_is_due(asked: Question, found: Answer, dialogue: Dialogue) -> Answer:
    """The greeting of a new dialogue and the question of consent; what was said is remembered.

    A proforma asks something itself: a "sí" to it must never pass for consent, which is asked for
    with the next answer.
    """
    dialogues.said(dialogue, asked.said.masked(asked.text), asked.said.masked(found.text))
    welcome = asked.domain.texts.get("welcome") if dialogues.welcome(dialogue) else None
    asks = found.source == "quote"
    due = None if asks else consent.ask(dialogue.person, channel=asked.channel)
    return replace(found, welcome=welcome or None, consent=due.text.text if due else None)
