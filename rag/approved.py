"""Approved conversations as documents (R151): what staff found right is searched like a file.

They are masked already, and leave with their exchange: whoever takes back their consent takes
them out of the search.
"""

from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from conversations.models import Conversation
from core.errors import Conflict
from core.models import Domain
from rag import documents
from rag.models import Document, DocumentKind

SETTING = "approved_as_documents"  # in the texts of a domain: true keeps all of them as documents
ACTOR = "conversaciones"
_MOST = 500  # at a time


def publish(conversation: Conversation, *, by: str) -> Document:
    """Keep an exchange as a document. Raises :class:`Conflict` for one that is not approved."""
    if not _ready(conversation.domain).filter(pk=conversation.pk).exists():
        raise Conflict("Solo una conversación aprobada se guarda como documento.")
    return documents.add_text(
        conversation.domain,
        title=conversation.question[: documents.LONGEST_TITLE],
        text=f"{conversation.question}\n\n{conversation.answer}",
        kind=DocumentKind.CONVERSATION,
        outside_id=f"conversacion-{conversation.pk}",
        conversation=conversation,
        by=by,
    )


def synchronise() -> str:
    """Bring the documents up to what is approved now: new texts in, rejected ones out."""
    made = Document.objects.exclude(conversation=None).select_related("conversation__domain")
    gone = fresh = 0
    for domain in Domain.objects.filter(pk__in=made.values("domain")):
        gone += _remove(made.filter(domain=domain).exclude(conversation__in=_ready(domain)))
    rewritten = Conversation.objects.filter(updated_at__gt=F("document__updated_at"))
    for conversation in rewritten.select_related("domain")[:_MOST]:
        document = publish(conversation, by=ACTOR)
        Document.objects.filter(pk=document.pk).update(updated_at=timezone.now())  # looked at
    for domain in Domain.objects.filter(**{f"texts__{SETTING}": True}):
        fresh += _publish_some(domain)
    return f"{fresh} kept, {gone} removed"


def _ready(domain: Domain) -> QuerySet[Conversation]:
    return Conversation.objects.filter(domain=domain).ready(min_stars=domain.min_stars)


def _publish_some(domain: Domain) -> int:
    kept = Document.objects.filter(conversation=OuterRef("pk"))
    waiting = list(_ready(domain).exclude(Exists(kept)).order_by("pk")[:_MOST])
    for it in waiting:
        publish(it, by=ACTOR)
    return len(waiting)


def _remove(rows: QuerySet[Document]) -> int:
    unwanted = list(rows)
    for it in unwanted:
        documents.delete(it, by=ACTOR)
    return len(unwanted)
