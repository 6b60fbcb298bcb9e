"""What was said: people, their consent, the exchanges, their labels, reviews and ratings."""

from conversations.models.catalogue import CatalogueEntry
from conversations.models.erasures import Erasure
from conversations.models.exchanges import (
    DIMENSIONS,
    DISCARDED,
    Conversation,
    ConversationQuerySet,
    Origin,
    Stage,
    Why,
)
from conversations.models.labels import Label, Review, ReviewClaim
from conversations.models.lists import Rejected, ScreenedOut, ToReview
from conversations.models.messages import ChatMessage, Role
from conversations.models.people import (
    ChatSession,
    ConsentEvent,
    ConsentRequest,
    ConsentText,
    Person,
    Purpose,
)
from conversations.models.ratings import ChatRating, Rating, Thumb
from conversations.models.work import Processing

__all__ = [
    "DIMENSIONS",
    "DISCARDED",
    "CatalogueEntry",
    "ChatMessage",
    "ChatRating",
    "ChatSession",
    "ConsentEvent",
    "ConsentRequest",
    "ConsentText",
    "Conversation",
    "ConversationQuerySet",
    "Erasure",
    "Label",
    "Origin",
    "Person",
    "Processing",
    "Purpose",
    "Rating",
    "Rejected",
    "Review",
    "ReviewClaim",
    "Role",
    "ScreenedOut",
    "Stage",
    "Thumb",
    "ToReview",
    "Why",
]
