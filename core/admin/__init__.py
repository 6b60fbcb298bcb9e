"""The admin pages of the ground floor; ``core.admin.base`` is what every room's pages stand on."""

from core.admin import domains, people, records, settings  # noqa: F401  (each registers its pages)
