"""What an approved exchange is recognised by, beside its question's own vector."""

from django.db import models
from pgvector.django import VectorField

from conversations.models import Conversation


class PairVector(models.Model):
    """The vector of a question and its approved answer read as one passage.

    ``text_hash`` is that of the passage, and ``checked_at`` the exchange's ``updated_at`` when the
    two were last compared. A passage that the embedder refuses has no vector.
    """

    conversation = models.OneToOneField(
        Conversation, models.CASCADE, primary_key=True, related_name="pair_vector"
    )
    text_hash = models.CharField(max_length=64)
    model = models.CharField(max_length=200)
    vector = VectorField(null=True)
    checked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.model}"
