"""Pages and actions that cross rooms: conversations, thumbs, review, people, training, queues."""

from trainingsite.admin import (  # noqa: F401  (each registers its pages)
    background,
    conversations,
    fixes,
    people,
    review_lists,
    threads,
    thumbs,
    work,
)
