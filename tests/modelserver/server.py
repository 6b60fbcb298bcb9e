"""Starts ``python -m modelserver`` as a process, and what tests ask of it."""

import io
import json
import os
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

from openai import OpenAI

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-models" / "bin" / "python"
KEY = "a-key-for-tests"
BASE = "smollm2-135m-instruct"
ENDED = {"succeeded", "failed", "cancelled"}


class Server:
    """A modelserver with a data folder of its own, on a port the kernel chose."""

    def __init__(self, folder, **settings):
        self.folder = folder
        self.settings = settings
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exc_info):
        self.stop()

    def start(self):
        self.log = (self.folder / "server.log").open("ab")
        self.process = subprocess.Popen(
            [PYTHON, "-m", "modelserver"], cwd=ROOT, env=self.environment(), stderr=self.log
        )
        self.port = self._port()
        wait_until(lambda: self.health()["status"] == "ok")

    def stop(self):
        """Ask it to stop; return the seconds that took."""
        started = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=10)
        self.log.close()
        return time.monotonic() - started

    def kill(self):
        self.process.kill()
        self.process.wait(timeout=10)
        self.log.close()

    def environment(self):
        wanted = {
            "MODELSERVER_API_KEY": KEY,
            "MODELSERVER_PORT": "0",
            "MODELSERVER_DATA_DIR": str(self.folder / "data"),
        }
        clean = {k: v for k, v in os.environ.items() if not k.startswith("MODELSERVER_")}
        return clean | wanted | self.settings

    def client(self, **options):
        defaults = {
            "base_url": f"http://127.0.0.1:{self.port}/v1",
            "api_key": KEY,
            "max_retries": 0,
            "timeout": 60,
            "_strict_response_validation": True,
        }
        return OpenAI(**(defaults | options))

    def health(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5) as answer:
            return json.load(answer)

    def children(self):
        """The ids of the processes it started, as the kernel tells them."""
        pid = self.process.pid
        tasks = Path(f"/proc/{pid}/task").glob("*/children")
        return [int(it) for task in tasks for it in task.read_text().split()]

    def _port(self):
        """Where it listens: uvicorn says so in its log."""
        start = self.log.tell()
        found = []

        def listening():
            said = (self.folder / "server.log").read_bytes()[start:].decode()
            assert self.process.poll() is None, said
            found[:] = [it for it in said.split() if it.startswith("http://127.0.0.1:")]
            return found

        wait_until(listening)
        return int(found[-1].rpartition(":")[2])


def wait_until(condition, *, seconds=90, pause=0.1):
    """Ask until ``condition()`` holds and return what it gave."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if result := condition():
            return result
        time.sleep(pause)
    raise AssertionError(f"not within {seconds} s")


def alive(pid):
    """Whether a process runs; one that ended and was not yet collected does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def conversation(question, answer):
    return {
        "messages": [
            {"role": "system", "content": "Eres una vendedora amable."},
            {"role": "user", "content": question},
            {"role": "assistant", "content": answer},
        ]
    }


def preference(question, wanted, other):
    """A line of a preference training file."""
    return {
        "input": {"messages": [{"role": "user", "content": question}]},
        "preferred_output": [{"role": "assistant", "content": wanted}],
        "non_preferred_output": [{"role": "assistant", "content": other}],
    }


def lines_of(examples):
    return "\n".join(json.dumps(it, ensure_ascii=False) for it in examples).encode()


def sales(number):
    """That many short exchanges, no two alike."""
    return [
        conversation(f"¿Cuánto cuesta el producto {n}?", f"El producto {n} cuesta RD${n * 10}.")
        for n in range(1, number + 1)
    ]


def upload(client, examples, name="training.jsonl"):
    content = examples if isinstance(examples, bytes) else lines_of(examples)
    return client.files.create(file=(name, io.BytesIO(content)), purpose="fine-tune")


def new_job(client, examples=None, *, model=BASE, **options):
    training = upload(client, sales(12) if examples is None else examples)
    return client.fine_tuning.jobs.create(model=model, training_file=training.id, **options)


def wait_for(client, job, *statuses, seconds=30):
    """The job once its status is one of those, or once it has ended."""

    def there():
        found = client.fine_tuning.jobs.retrieve(job.id)
        return found if found.status in {*statuses, *ENDED} else None

    found = wait_until(there, seconds=seconds, pause=0.2)
    assert not statuses or found.status in statuses, found
    return found


def events_of(client, job):
    """What happened to a job, in the order it happened."""
    return client.fine_tuning.jobs.list_events(job.id, limit=1000).data[::-1]


def messages_of(client, job):
    """The same, in words."""
    return [it.message for it in events_of(client, job)]


def figures_of(client, job):
    """The figures of a job's training, in the order they were told."""
    return [it.data for it in events_of(client, job) if it.type == "metrics"]


def tiny_base(folder):
    """A random model of a few hundred kilobytes, as the setting that names it ``tiny``."""
    subprocess.run(
        [PYTHON, "-m", "tests.modelserver.tiny_base", str(folder)], cwd=ROOT, check=True, timeout=60
    )
    return {"MODELSERVER_BASE_MODELS": f"tiny={folder}"}
