"""Pages and actions that cross rooms: the conversations list, rating, training, the panel."""

from trainingsite.admin import background, conversations, work  # noqa: F401  (each registers its pages)
