"""A provider that trains: files and jobs with a life of their own, over the real wire."""

import json
import os
import signal
from itertools import count
from threading import Event
from urllib.parse import parse_qs

from conversations.fingerprints import token_count
from tests.fakes import a_model


class FakeTraining:
    """Gives a ``FakeOpenAI`` files and fine-tuning jobs.

    ``files`` and ``jobs`` are what the provider holds, by id. ``faults`` maps a route to a list of
    what goes wrong at its next requests: ``"drop"`` does the work and drops the connection,
    ``"cut"`` drops it before any work, a status and body answer that and do no work; after the
    work, ``"hang"`` never answers, ``"page"`` answers a proxy's page, and ``"short"`` half its
    JSON. ``victim`` is a process that is killed while its first request to ``fatal`` is answered.
    """

    def __init__(self, fake):
        self.fake = fake
        fake.handle_error = lambda *_: None  # connections are dropped on purpose
        self.files = {}
        self.jobs = {}
        self.events = {}
        self.faults = {}
        self.victim = self.fatal = None
        self.released = Event()  # set when what hangs may go
        self._serial = count(1)
        self.models = {"base-model": {}}
        for route, reply in {
            "GET /models": self.list_models,
            "POST /files": self.add_file,
            "GET /files": self.list_files,
            "POST /fine_tuning/jobs": self.add_job,
            "GET /fine_tuning/jobs": self.list_jobs,
        }.items():
            self.answer(route, reply)

    def answer(self, route, reply):
        self.fake.replies[route] = lambda sent: self._with_faults(route, reply, sent)

    def _with_faults(self, route, reply, sent):
        waiting = self.faults.get(route)
        fault = waiting.pop(0) if waiting else None
        try:
            return self._faulty(fault, reply, sent)
        finally:
            if self.victim and route == self.fatal:
                os.kill(self.victim, signal.SIGKILL)
                self.victim = None

    def _faulty(self, fault, reply, sent):
        if isinstance(fault, tuple):
            return fault
        if fault == "cut":
            raise ConnectionAbortedError
        status, body = reply(sent)
        if fault == "hang" and not self.victim:
            self.released.wait(5)
        if fault in ("drop", "hang"):
            raise ConnectionAbortedError
        broken = {"page": b"<html>proxy</html>", "short": json.dumps(body).encode()[:-20]}
        return (200, broken[fault]) if fault else (status, body)

    def list_models(self, _sent):
        return listed([a_model(name, **extra) for name, extra in self.models.items()])

    def add_file(self, sent):
        part = sent["uploaded"].split(b'filename="')[1]
        content = part.split(b"\r\n\r\n", 1)[1].split(b"\r\n--")[0]
        return 200, self.hold_file(part.split(b'"')[0].decode(), content)

    def hold_file(self, name, content):
        file = {
            "id": f"file-{next(self._serial)}",
            "object": "file",
            "bytes": len(content),
            "created_at": 1,
            "filename": name,
            "purpose": "fine-tune",
            "status": "processed",
        }
        self.files[file["id"]] = file | {"content": content}
        self.answer(f"GET /files/{file['id']}", lambda _sent: self._file(file["id"]))
        self.answer(f"DELETE /files/{file['id']}", lambda _sent: self._drop_file(file["id"]))
        return file

    def _file(self, name):
        if name not in self.files:
            return 404, {"error": {"message": "no such file", "code": None}}
        return 200, {key: it for key, it in self.files[name].items() if key != "content"}

    def _drop_file(self, name):
        self.files.pop(name)
        return 200, {"id": name, "object": "file", "deleted": True}

    def list_files(self, _sent):
        return listed([self._file(name)[1] for name in self.files])

    def add_job(self, sent):
        job = {
            "id": f"ftjob-{next(self._serial)}",
            "object": "fine_tuning.job",
            "created_at": next(self._serial),
            "error": {"code": None, "message": None, "param": None},
            "fine_tuned_model": None,
            "finished_at": None,
            "hyperparameters": {},
            "organization_id": "test",
            "result_files": [],
            "seed": 1,
            "status": "validating_files",
            "trained_tokens": None,
            "validation_file": None,
            "integrations": [],
        } | {key: it for key, it in sent.items() if key != "suffix"}
        name = job["id"]
        self.jobs[name] = job
        self.events[name] = []
        route = f"/fine_tuning/jobs/{name}"
        self.answer(f"GET {route}", lambda _sent: (200, job))
        self.answer(f"GET {route}/events", lambda sent: self._events(name, sent))
        self.answer(f"POST {route}/cancel", lambda _sent: self._cancel(name))
        return 200, job

    def list_jobs(self, sent):
        wanted = parse_qs(sent.get("query", "")).get("metadata[run_key]")
        found = [it for it in self.jobs.values() if [it["metadata"]["run_key"]] == wanted]
        return listed(found[::-1])

    def _cancel(self, name):
        if self.jobs[name]["status"] in ("succeeded", "failed", "cancelled"):
            return 400, {"error": {"message": "already ended", "code": "job_ended"}}
        self.jobs[name]["status"] = "cancelled"
        return 200, self.jobs[name]

    def _events(self, name, sent):
        query = parse_qs(sent.get("query", ""))
        size = int(query.get("limit", ["20"])[0])
        newest_first = self.events[name][::-1]
        ids = [it["id"] for it in newest_first]
        start = ids.index(query["after"][0]) + 1 if "after" in query else 0
        page = newest_first[start : start + size]
        return listed(page, has_more=start + size < len(ids))

    def say(self, name, message="hola", **data):
        """Add an event to a job; with ``data`` it is one of figures."""
        event = {
            "id": f"ftevent-{next(self._serial)}",
            "object": "fine_tuning.job.event",
            "created_at": next(self._serial),
            "level": "info",
            "message": message,
            "type": "metrics" if data else "message",
            "data": data,
        }
        self.events[name].append(event)

    def succeed(self, name, model="ft:base-model:test:bot:1"):
        """Bring a job to a good end."""
        self.models[model] = {"demonstration": True}
        self.fake.replies[f"GET /models/{model}"] = 200, a_model(model, demonstration=True)
        facts = {"status": "succeeded", "fine_tuned_model": model}
        tokens = self.billed_tokens(self.jobs[name])
        self.jobs[name].update(facts, trained_tokens=tokens, finished_at=99)

    def billed_tokens(self, job):
        """What training a job's file takes, counted over the lines that were uploaded."""
        messages = [it["messages"] for it in lines(self.files[job["training_file"]])]
        method = job["method"][job["method"]["type"]]["hyperparameters"]
        rounds = method.get("n_epochs") or max(3, -(-100 // len(messages)))
        once = sum(3 + sum(4 + token_count([it["content"]]) for it in said) for said in messages)
        return rounds * once

    @property
    def bill(self):
        """The tokens that the provider asks money for."""
        return sum(it["trained_tokens"] or 0 for it in self.jobs.values())

    @property
    def job(self):
        """The only job there is."""
        (found,) = self.jobs.values()
        return found

    def sent(self, route):
        """How many requests came in at ``route``."""
        return len(self.fake.sent(route))


def listed(items, *, has_more=False):
    return 200, {"object": "list", "data": items, "has_more": has_more}


def lines(file):
    """The examples that a file holds."""
    return [json.loads(line) for line in file["content"].splitlines()]
