"""Forgetting a person in this room: what is open with them, their quotes, their thumbs."""

from django.db import transaction
from django.db.models import Q

from conversations.models import ChatRating, Person
from core import audit
from rag import turns
from rag.models import Dialogue, Quote
from rag.whatsapp import forgetting


@transaction.atomic
def forget(person: Person) -> dict[str, int]:
    """Remove what is kept of ``person`` here; how much of each kind went, nothing the second time.

    Quotes stay as documents of the business, without who got them. Documents made of what they
    said go with the exchange. Called before the exchanges go (``settings.ERASERS``).
    """
    theirs = Q(turn__person=person) | Q(domain=person.domain_id, user_email=person.pseudonym)
    loose = ChatRating.objects.filter(theirs, conversation=None)
    counts = {
        "dialogues": Dialogue.objects.filter(person=person).delete()[0],
        "thumbs": loose.delete()[0],  # those of their exchanges go with the exchange
        "quotes": Quote.objects.filter(person=person).update(
            person=None, client="", client_expires_at=None
        ),
        "turns": turns.unlink(person),
        "messages": forgetting.forget(person),
    }
    gone = {name: total for name, total in counts.items() if total}
    if gone:
        audit.record("person_erased_from_knowledge", person, by="erasure", **gone)
    return gone
