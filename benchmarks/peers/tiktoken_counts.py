"""Counts tokens with tiktoken, whose vocabulary lies in ``TIKTOKEN_CACHE_DIR``."""

import json
import sys
import time

import tiktoken


def main() -> None:
    """Answer ``{"do": "count", "texts": [...]}`` until standard input ends."""
    encoding = tiktoken.get_encoding("o200k_base")
    for line in sys.stdin:
        texts = json.loads(line)["texts"]
        started = time.perf_counter()
        counts = [len(encoding.encode_ordinary(text)) for text in texts]
        seconds = time.perf_counter() - started
        print(json.dumps({"counts": counts, "seconds": seconds}), flush=True)


if __name__ == "__main__":
    main()
