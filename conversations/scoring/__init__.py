"""What a text says of an answer, by rules and lists of words. Values only: no Django, no database.

- :func:`score`: from a customer's next message, 1 to 5 stars of the answer before it and whether a
  sale follows (requirements, 7.5). It ranks and suggests; it puts nothing into a dataset.
- :func:`tone`: whether a comment praises or complains.
- :func:`category`: what an exchange is about.

The words are a domain's ``texts``, edited by its staff; ``data/`` holds what is beneath them.
"""

from conversations.scoring.category import GENERAL, category
from conversations.scoring.stars import score
from conversations.scoring.tone import Tone, comment_words, tone

__all__ = ["GENERAL", "Tone", "category", "comment_words", "score", "tone"]
