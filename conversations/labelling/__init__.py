"""What a message asks for, read by three labellers that check each other.

The rules know the domain's lists, the examples what people decided about the nearest messages,
the model the language. Where they agree the label is surer, where they differ it is not.
"""

from conversations.labelling.carrying import carry_over
from conversations.labelling.reading import Context, Reading, by_hand, context, read
from conversations.labelling.writing import write

__all__ = ["Context", "Reading", "by_hand", "carry_over", "context", "read", "write"]
