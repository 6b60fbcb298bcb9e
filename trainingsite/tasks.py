"""What the queue runs of the site itself: a sentence comes out."""

from trainingsite.chat import visitors


def forget_visitors() -> str:
    """Delete the visitors of public chats who never wrote."""
    return f"{visitors.forget_idle()} forgotten"
