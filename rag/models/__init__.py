"""What can be looked up, and what was answered with it; one module for each noun."""

from rag.models.answers import Correction, Dialogue, Turn
from rag.models.deliveries import Delivery, DeliveryStatus, Inbound, Outbound
from rag.models.documents import (
    Audience,
    Chunk,
    Document,
    DocumentKind,
    DocumentQuerySet,
    DocumentState,
    DocumentWork,
    VectorSpace,
)
from rag.models.pairs import PairVector
from rag.models.prices import ListedKind, ListedPrice, PriceList, PriceListState, PriceSource
from rag.models.quotes import Incoterm, Quote, QuoteLine
from rag.models.retreats import Retreat
from rag.models.searching import RetrievalQuestion, RetrievalRun, SearchTuning
from rag.models.vocabulary import DictionaryTerm, FieldDefinition, PromptVariable

__all__ = [
    "Audience",
    "Chunk",
    "Correction",
    "Delivery",
    "DeliveryStatus",
    "Dialogue",
    "DictionaryTerm",
    "Document",
    "DocumentKind",
    "DocumentQuerySet",
    "DocumentState",
    "DocumentWork",
    "FieldDefinition",
    "Inbound",
    "Incoterm",
    "ListedKind",
    "ListedPrice",
    "Outbound",
    "PairVector",
    "PriceList",
    "PriceListState",
    "PriceSource",
    "PromptVariable",
    "Quote",
    "QuoteLine",
    "Retreat",
    "RetrievalQuestion",
    "RetrievalRun",
    "SearchTuning",
    "Turn",
    "VectorSpace",
]
