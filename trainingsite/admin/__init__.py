"""Pages and actions that cross rooms: conversations, rating, review, people, training, queues."""

from trainingsite.admin import (  # noqa: F401  (each registers its pages)
    background,
    conversations,
    people,
    review_lists,
    threads,
    work,
)
