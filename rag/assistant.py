"""The bot's answer: look up what was approved, ask the model in service, keep what was said."""

import logging
from dataclasses import dataclass, replace
from typing import Literal

from django.contrib.auth.models import User
from django.db import DatabaseError

from conversations import consent, embedding
from conversations.capture import ConsentMissing, capture, masked
from conversations.models import ChatSession, Conversation, ConversationQuerySet, Origin, Person
from core import llm
from core.errors import ModelRefused, ModelUnavailable, Refusal
from core.models import Domain
from finetune import activation
from finetune.models import TrainedModel

logger = logging.getLogger(__name__)

EXAMPLES_LENGTH = 2400  # characters: at worst as many tokens, of a context of 2048 and more
LONGEST_QUESTION = 2000  # characters (requirements, 2.4)


class NothingSaid(ModelUnavailable):
    """A model answered, with no text."""


Variant = Literal["active", "base", "examples"]
"""Who answers: the domain's active model with examples, the bare base, or the base with them."""


@dataclass(frozen=True)
class Example:
    """An approved exchange near the question; ``similarity`` is their cosine, 0 to 1."""

    conversation_id: int
    question: str
    answer: str
    similarity: float


@dataclass(frozen=True)
class Answer:
    """What the bot said and where it came from: a model, or an approved answer as it is.

    ``consent`` is the question of consent that goes with the reply, word for word, when it is due;
    a message about the person's consent gets its reply from the source of that name.
    """

    text: str
    source: Literal["model", "approved", "consent"]
    model: str
    tokens: int
    milliseconds: int
    examples: tuple[Example, ...]
    conversation: Conversation | None = None
    consent: str | None = None


def answer(
    domain: Domain,
    question: str,
    *,
    by: User | None = None,
    person: Person | None = None,
    channel: str = "chat",
    variant: Variant = "active",
    keep: bool = True,
) -> Answer:
    """Answer ``question`` in ``domain`` and, with ``keep``, store the exchange.

    An approved answer to nearly the same question is served as it is; else the model is asked,
    with the nearest approved ones as examples. A ``person`` is answered whatever their consent,
    asked for it once, and kept only if they agreed, in their thread of the ``channel``; what they
    say about their consent is heard first.
    Raises :class:`ModelUnavailable` when neither a model nor an approved answer is at hand.
    """
    if person and (said := consent.reply_to(person, question, channel=channel)):
        return _about_consent(said)
    asked = masked(question, domain)
    examples = () if variant == "base" else lookup(domain, asked)
    reusable = reuse(domain, examples) if variant == "active" else None
    reply = (
        _as_it_is(reusable, examples) if reusable else _ask_best(domain, asked, examples, variant)
    )
    if keep:
        reply = replace(reply, conversation=_keep(domain, question, reply, by, person, channel))
    due = consent.ask(person, channel=channel) if person else None
    return replace(reply, consent=due.text.text) if due else reply


def lookup(
    domain: Domain, question: str, *, among: ConversationQuerySet | None = None
) -> tuple[Example, ...]:
    """The approved exchanges nearest to ``question``, nearest first; none without an embedder.

    ``among`` limits them: an evaluation must not find the question it asks.
    """
    try:
        (vector,) = llm.embed([question])
    except (ModelUnavailable, ModelRefused) as error:
        logger.warning("No examples without an embedder: %s", error)
        return ()
    rows = Conversation.objects.filter(domain=domain) if among is None else among
    approved = rows.ready(min_stars=domain.min_stars)
    # One more than shown: the margin of a reuse is measured against it.
    nearest = embedding.nearest(approved, vector, limit=domain.examples + 1)
    return tuple(
        Example(row.pk, row.question, row.answer, round(similarity, 4))
        for row, similarity in nearest
    )


def reuse(domain: Domain, examples: tuple[Example, ...]) -> Example | None:
    """The approved answer that may be served as it is: near enough, and clearly the nearest.

    Both lines are settings of the domain, since each embedder spreads its cosines differently.
    """
    if not examples or examples[0].similarity < domain.reuse_similarity:
        return None
    best = examples[0]
    rivals = [it.similarity for it in examples[1:] if it.answer != best.answer]
    clear = not rivals or best.similarity - max(rivals) >= domain.reuse_margin
    return best if clear else None


def fitting(examples: tuple[Example, ...]) -> tuple[Example, ...]:
    """The nearest of ``examples`` that fit beside a question into a small model's context."""
    total, chosen = 0, []
    for example in examples:
        total += len(example.question) + len(example.answer)
        if total > EXAMPLES_LENGTH:
            break
        chosen.append(example)
    return tuple(chosen)


def messages(system: str, question: str, examples: tuple[Example, ...] = ()) -> list[llm.Message]:
    """What a model is shown: the prompt, the examples from far to near, the question."""
    turns = [{"role": "system", "content": system}]
    for example in reversed(examples):
        turns += [
            {"role": "user", "content": example.question},
            {"role": "assistant", "content": example.answer},
        ]
    return [*turns, {"role": "user", "content": question}]


def _about_consent(said: consent.Said) -> Answer:
    asks = said.question.text.text if said.question else None
    return Answer(said.text, "consent", "", 0, 0, (), consent=asks)


def _as_it_is(best: Example, examples: tuple[Example, ...]) -> Answer:
    return Answer(best.answer, "approved", "", 0, 0, examples)


def ask(
    domain: Domain,
    question: str,
    examples: tuple[Example, ...] = (),
    *,
    tuned: TrainedModel | None = None,
    **options: float,
) -> Answer:
    """Put ``question`` to a model: ``tuned``, or the untrained one of the domain.

    ``options`` replace the domain's (temperature, top_p, max_tokens). Raises what the provider
    fails with; saying nothing is failing too.
    """
    reply = llm.complete(
        tuned.provider if tuned else domain.answer_provider,
        # A trained model hears the prompt it was trained with, whatever the domain's newest says.
        messages(tuned.prompt.text if tuned else domain.prompt.text, question, examples),
        model=tuned.name if tuned else domain.answer_model,
        **{
            "temperature": domain.temperature,
            "top_p": domain.top_p,
            "max_tokens": domain.max_tokens,
        }
        | options,
    )
    if not reply.text:
        raise NothingSaid("El modelo no contestó nada.", modelo=reply.model)
    return Answer(reply.text, "model", reply.model, reply.tokens, reply.milliseconds, examples)


def _ask_best(
    domain: Domain, question: str, examples: tuple[Example, ...], variant: Variant
) -> Answer:
    shown = fitting(examples[: domain.examples])
    tuned = activation.active(domain) if variant == "active" else None
    while tuned:
        try:
            return ask(domain, question, shown, tuned=tuned)
        except ModelRefused as refusal:
            logger.warning("Model %s was refused: %s", tuned, refusal)
            if not activation.is_gone(tuned, refusal):
                break  # it may be there tomorrow: this once the base with examples helps
            tuned = activation.fall_back(tuned)
    return ask(domain, question, shown)


def _thread_of(person: Person, channel: str) -> ChatSession:
    """All that a person says in a channel is one thread: what they say next rates an answer."""
    key = consent.keyed(person.pseudonym)
    return ChatSession(domain=person.domain, person=person, channel=channel, outside_key=key)


def _keep(
    domain: Domain,
    question: str,
    reply: Answer,
    by: User | None,
    person: Person | None,
    channel: str,
) -> Conversation | None:
    used = ",".join(str(example.conversation_id) for example in reply.examples)
    try:
        return capture(
            domain=domain,
            question=question,
            answer=reply.text,
            origin=Origin.PERSON if person else Origin.STAFF,
            person=person,
            user=by,
            session=_thread_of(person, channel) if person else None,
            model=reply.model or "respuesta aprobada",
            tokens=reply.tokens,
            milliseconds=reply.milliseconds,
            context=f"ejemplos: {used}" if used else None,
        )
    except ConsentMissing:
        return None
    except (Refusal, DatabaseError) as error:  # who asked gets the answer in any case
        logger.error("An exchange could not be kept: %s", type(error).__name__)
        return None
