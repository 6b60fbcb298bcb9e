"""Ollama's own API on loopback: it keeps files by digest and makes models of those it has."""

import hashlib
import json
from http.server import BaseHTTPRequestHandler

from tests.fakes import Loopback


class FakeOllama(Loopback):
    """``blobs`` and ``models`` are what it holds; ``said`` maps a question to its answer.

    ``progress`` is what it tells while it makes a model, each line as it is written.
    """

    def __init__(self):
        super().__init__(Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.version = "0.34.2"
        self.blobs, self.models, self.said, self.asked = {}, {}, {}, []
        self.uploads = 0
        self.progress = [{"status": "parsing GGUF"}, {"status": "success"}]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        assert self.path == "/api/version"
        self.answer(200, {"version": self.server.version})

    def do_HEAD(self):
        self.answer(200 if self.digest() in self.server.blobs else 404)

    def do_POST(self):
        # The real one reads chunks, too; a length lets it refuse what was cut short.
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.startswith("/api/blobs/"):
            self.keep(content)
        else:
            {"/api/create": self.create, "/api/chat": self.chat}[self.path](json.loads(content))

    def digest(self):
        return self.path.removeprefix("/api/blobs/")

    def keep(self, content):
        self.server.uploads += 1
        if self.digest() != f"sha256:{hashlib.sha256(content).hexdigest()}":
            return self.answer(400, {"error": "digest mismatch"})
        self.server.blobs[self.digest()] = content
        return self.answer(201)

    def create(self, asked):
        if missing := set(asked["files"].values()) - set(self.server.blobs):
            return self.answer(400, {"error": f"blob {missing.pop()} not found"})
        if self.server.progress[-1:] == [{"status": "success"}]:
            self.server.models[asked["model"]] = asked
        lines = [json.dumps(it) for it in self.server.progress]
        return self.answer(200, "\n".join(lines).encode())

    def chat(self, asked):
        self.server.asked.append(asked)
        if asked["model"] not in self.server.models:
            return self.answer(404, {"error": f"model '{asked['model']}' not found"})
        said = self.server.said.get(asked["messages"][-1]["content"], "")
        return self.answer(200, {"message": {"role": "assistant", "content": said}, "done": True})

    def answer(self, status, body=None):
        payload = body if isinstance(body, bytes) else json.dumps(body).encode() if body else b""
        self.send_response(status)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *args):
        pass
