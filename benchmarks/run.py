"""``python -m benchmarks.run NAME``: measure one benchmark, print a line of JSON a figure.

``python -m benchmarks`` starts it, with an environment whose database is a temporary one.
"""

import importlib
import json
import signal
import sys

import django

from benchmarks import report
from benchmarks.__main__ import end_cleanly
from benchmarks.figure import Omitted


def main(name: str) -> None:
    """Measure ``name``; what cannot be measured here is said, and is no failure."""
    signal.signal(signal.SIGTERM, end_cleanly)
    django.setup()
    try:
        for figure in importlib.import_module(f"benchmarks.figures.{name}").measure():
            say(figure.as_json())
    except Omitted as reason:
        say(report.omitted(name, str(reason)))


def say(line: report.Line) -> None:
    print(json.dumps(line, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
