"""People, what they were asked and what they agreed to. The only writer of consent."""

from conversations.consent.asking import ask, asked, hear
from conversations.consent.identity import (
    canonical,
    find_person,
    keyed,
    person_known_as,
    pseudonym,
)
from conversations.consent.recording import forget, grant, lock, record, withdraw
from conversations.consent.talk import Said, reply_to
from conversations.consent.texts import text_of, write_text
from conversations.consent.words import (
    answer_to,
    asks_about,
    asks_for_data,
    asks_to_erase,
    command_in,
)

__all__ = [
    "Said",
    "answer_to",
    "ask",
    "asked",
    "asks_about",
    "asks_for_data",
    "asks_to_erase",
    "canonical",
    "command_in",
    "find_person",
    "forget",
    "grant",
    "hear",
    "keyed",
    "lock",
    "person_known_as",
    "pseudonym",
    "record",
    "reply_to",
    "text_of",
    "withdraw",
    "write_text",
]
