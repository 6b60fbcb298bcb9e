"""Visits the stock pages of ``stock_urls``, as a process with ``stock_settings``."""

import json
import sys

import django

django.setup()

from django.contrib.auth.models import User  # noqa: E402

from benchmarks.pages import Visitor  # noqa: E402
from benchmarks.site import ADMINISTRATOR  # noqa: E402


def main() -> None:
    """Answer ``{"do": "milliseconds" | "queries" | "warm_up", "page": ...}`` until input ends."""
    visitor = Visitor(User.objects.get(username=ADMINISTRATOR))
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(getattr(visitor, asked["do"])(asked["page"])), flush=True)


if __name__ == "__main__":
    main()
