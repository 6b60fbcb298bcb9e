"""A provider for tests: a real HTTP server on loopback that the real ``openai`` client talks to."""

import json
import math
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit


class Loopback(ThreadingHTTPServer):
    """A server on a port of its own that answers while its ``with`` block runs."""

    daemon_threads = True

    def __init__(self, handler):
        super().__init__(("127.0.0.1", 0), handler)

    def __enter__(self):
        Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exc_info):
        self.socket.shutdown(socket.SHUT_RDWR)  # wakes its thread, which looks up twice a second
        self.shutdown()
        self.server_close()


class FakeOpenAI(Loopback):
    """Answers from ``replies`` ("POST /chat/completions" -> (status, body), with headers if there
    are some, or a function of what was sent); embeddings and models have sensible answers of their
    own. ``requests`` keeps what came in, in order, as (route, body)."""

    def __init__(self):
        super().__init__(Handler)
        self.replies = {
            "POST /embeddings": embeddings,
            "GET /models": (200, {"object": "list", "data": [a_model("base-model")]}),
            "GET /models/base-model": (200, a_model("base-model")),
        }
        self.requests = []
        self.url = f"http://127.0.0.1:{self.server_port}/v1"

    def as_provider(self, **fields):
        return {
            "base_url": self.url,
            "api_key": "test",
            "chat_model": "base-model",
            "embedding_model": "test-embedder",
            "trains": True,
        } | fields

    def sent(self, route):
        """The bodies that came in at ``route``."""
        return [body for found, body in self.requests if found == route]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer({})

    def do_DELETE(self):
        self.answer({})

    def do_POST(self):
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        is_json = "json" in (self.headers.get("Content-Type") or "")
        self.answer(json.loads(raw) if is_json and raw else {"uploaded": raw})

    def answer(self, sent):
        path = urlsplit(self.path)
        route = f"{self.command} {path.path.removeprefix('/v1')}"
        if path.query:
            sent = sent | {"query": path.query}
        self.server.requests.append((route, sent))
        missing = 404, {"error": {"message": f"no reply set for {route}", "code": None}}
        reply = self.server.replies.get(route, missing)
        status, body, *headers = reply(sent) if callable(reply) else reply
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        is_page = payload.startswith(b"<html>")
        self.send_header("Content-Type", "text/html" if is_page else "application/json")
        self.send_header("Content-Length", str(len(payload)))
        for name, value in (headers[0] if headers else {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *args):
        pass


def a_model(name, **extra):
    return {"id": name, "object": "model", "created": 1, "owned_by": "test", **extra}


def a_completion(text, model="base-model", tokens=7):
    """The body of a chat completion that says ``text``."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": text},
            }
        ],
        "usage": {"prompt_tokens": tokens - 2, "completion_tokens": 2, "total_tokens": tokens},
    }


def a_stream(pieces, model="base-model", tokens=7, *, ends=True):
    """The body of a chat completion that says ``pieces`` one by one; cut off without ``ends``."""
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": model}
    said = [
        head | {"choices": [{"index": 0, "delta": {"content": it}, "finish_reason": None}]}
        for it in pieces
    ]
    usage = {"prompt_tokens": tokens - 2, "completion_tokens": 2, "total_tokens": tokens}
    lines = [json.dumps(it) for it in [*said, head | {"choices": [], "usage": usage}]]
    end = ["[DONE]"] if ends else ['{"broken']
    return "".join(f"data: {it}\n\n" for it in [*lines, *end]).encode()


def embeddings(sent):
    """Bags of words as unit vectors: texts that share words are near each other."""
    texts = sent["input"] if isinstance(sent["input"], list) else [sent["input"]]
    data = [
        {"object": "embedding", "index": index, "embedding": _vector(text)}
        for index, text in enumerate(texts)
    ]
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    return 200, {"object": "list", "data": data, "model": sent["model"], "usage": usage}


def _vector(text, size=384):
    vector = [0.0] * size
    for word in text.lower().split():
        vector[sum(map(ord, word)) % size] += 1.0
    length = math.sqrt(sum(it * it for it in vector)) or 1.0
    return [it / length for it in vector]
