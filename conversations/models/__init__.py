"""What was said: people, their consent, the exchanges, their ratings."""

from conversations.models.catalogue import CatalogueEntry
from conversations.models.exchanges import (
    DIMENSIONS,
    DISCARDED,
    Conversation,
    ConversationQuerySet,
    Origin,
    Stage,
)
from conversations.models.people import ChatSession, ConsentEvent, Person, Purpose
from conversations.models.ratings import ChatRating, Rating, Thumb

__all__ = [
    "DIMENSIONS",
    "DISCARDED",
    "CatalogueEntry",
    "ChatRating",
    "ChatSession",
    "ConsentEvent",
    "Conversation",
    "ConversationQuerySet",
    "Origin",
    "Person",
    "Purpose",
    "Rating",
    "Stage",
    "Thumb",
]
