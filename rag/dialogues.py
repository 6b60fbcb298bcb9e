"""What is open with a person in a channel: kept sealed, and forgotten when it expires.

The state is one dictionary, in which each part of a dialogue has its own key (``turns``: what was
said last; ``quote``: what a proforma still lacks). Who changes it locks the dialogue first.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from conversations.models import Person
from core.sealing import Unreadable, seal, unseal
from rag.models import Dialogue

State = dict[str, Any]

TURNS = "turns"
KEPT_TURNS = 3  # exchanges: what "¿y el otro?" may refer to


def opened(person: Person, channel: str) -> Dialogue:
    """The dialogue with ``person`` in ``channel``: the one that is open, or a new one."""
    now = timezone.now()
    Dialogue.objects.filter(person=person, channel=channel, expires_at__lte=now).delete()
    dialogue, _ = Dialogue.objects.get_or_create(
        person=person,
        channel=channel,
        defaults={"domain": person.domain, "expires_at": _end(person, now)},
    )
    return dialogue


def load(dialogue: Dialogue) -> State:
    """What is known in it; nothing where the key that sealed it is another one now."""
    try:
        return unseal(dialogue.sealed) if dialogue.sealed else {}
    except Unreadable:
        return {}


def save(dialogue: Dialogue, state: State) -> None:
    """Keep ``state`` in place of what was there; the dialogue stays open from now on.

    One that was forgotten meanwhile is not written again.
    """
    now = timezone.now()
    dialogue.sealed = seal(state) if state else ""
    dialogue.updated_at, dialogue.expires_at = now, _end(dialogue.person, now)
    Dialogue.objects.filter(pk=dialogue.pk).update(
        sealed=dialogue.sealed, updated_at=now, expires_at=dialogue.expires_at
    )


@contextmanager
def changing(dialogue: Dialogue) -> Iterator[State]:
    """The state as it is now, to change in place; saved at the end. No network inside."""
    with transaction.atomic():
        rows = Dialogue.objects.select_for_update(no_key=True).filter(pk=dialogue.pk)
        now = rows.first()
        state = load(now) if now else {}
        yield state
        save(dialogue, state)


def welcome(dialogue: Dialogue) -> bool:
    """Whether the person is to be greeted now: once in a dialogue, whoever asks at once."""
    return bool(Dialogue.objects.filter(pk=dialogue.pk, welcomed=False).update(welcomed=True))


def said(dialogue: Dialogue, question: str, answer: str) -> None:
    """Remember an exchange (its texts are masked) for what is asked next."""
    with changing(dialogue) as state:
        state[TURNS] = [*state.get(TURNS, []), [question, answer]][-KEPT_TURNS:]


def turns(dialogue: Dialogue) -> list[tuple[str, str]]:
    """The last exchanges, oldest first."""
    return [(question, answer) for question, answer in load(dialogue).get(TURNS, [])]


def close(dialogue: Dialogue) -> None:
    """It is over; nothing of it is kept."""
    dialogue.delete()


def forget_expired() -> int:
    """Delete the dialogues whose time is over; how many."""
    return Dialogue.objects.filter(expires_at__lte=timezone.now()).delete()[0]


def _end(person: Person, now: datetime) -> datetime:
    return now + timedelta(hours=person.domain.thread_hours)
