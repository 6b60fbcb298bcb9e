"""llama.cpp called in its own process, without a server of ours in between (``.venv-models``)."""

import json
import sys
import time

import xllamacpp

from benchmarks.peers import demonstration


def main() -> None:
    """Answer chat requests with ``{"tokens": n, "seconds": s}`` until standard input ends."""
    server = xllamacpp.Server(parameters(threads=1))
    for line in sys.stdin:
        started = time.perf_counter()
        answer = server.handle_chat_completions(json.loads(line))
        seconds = time.perf_counter() - started
        tokens = answer["usage"]["completion_tokens"]
        print(json.dumps({"tokens": tokens, "seconds": seconds}), flush=True)


def parameters(*, threads: int) -> xllamacpp.CommonParams:
    """The demonstration model, set up as the model server sets it up."""
    found = xllamacpp.CommonParams()
    found.model.path = str(demonstration.file())
    found.n_ctx = 2048
    found.n_parallel = 1
    found.cpuparams.n_threads = found.cpuparams_batch.n_threads = threads
    found.cache_ram_mib = 0
    found.offline = True
    found.ui = False
    found.verbosity = 0
    return found


if __name__ == "__main__":
    main()
