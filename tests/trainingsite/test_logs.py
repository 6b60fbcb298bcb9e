"""No line of a log names a person: refusals, bugs, the real web server."""

import logging
import os
import socket
import subprocess
import sys
import time

import pytest
from django.conf import settings

from tests.factories import a_client, a_domain
from trainingsite.logs import clean, clean_record

pytestmark = pytest.mark.django_db

NUMBER = "593987654321"
SPELLINGS = [
    f"whatsapp:+{NUMBER}",
    f"whatsapp:%2B{NUMBER}",
    f"whatsapp: {NUMBER}",
    NUMBER,
    "ana.canario@example.com",
    'o\'canario "x"',
]
CANARIES = (NUMBER, NUMBER[3:], "canario")
CONSENT = "/webhook/training/consent/"


@pytest.fixture
def bot():
    client = a_client("bot", domain=a_domain("camaron"))
    client.raise_request_exception = False
    return client


def names_nobody(text):
    return not any(canary in text for canary in CANARIES)


@pytest.mark.parametrize("who", SPELLINGS)
def test_no_refusal_names_who_it_was_about(bot, who, caplog, capfd):
    found = [
        bot.get(f"{CONSENT}{who}/nada").status_code,
        bot.delete(f"{CONSENT}{who}").status_code,
        bot.post(f"{CONSENT}{who}", {"consent": "sí"}).status_code,
        type(bot)().get(f"{CONSENT}{who}").status_code,
        bot.get(f"/consent/{who}").status_code,
    ]
    assert found == [404, 405, 422, 401, 404]
    assert len(caplog.records) >= len(found)
    written = capfd.readouterr()
    assert names_nobody(caplog.text + written.out + written.err)


@pytest.mark.parametrize("who", SPELLINGS)
def test_no_bug_names_who_it_was_about(bot, who, caplog, capfd, monkeypatch):
    def broken(outside_id, **fields):
        raise RuntimeError(f"at {CONSENT}{outside_id}")

    monkeypatch.setattr("conversations.consent.find_person", broken)
    assert bot.get(f"{CONSENT}{who}").status_code == 500
    written = capfd.readouterr()
    assert "RuntimeError" in caplog.text
    assert names_nobody(caplog.text + written.out + written.err)


@pytest.mark.parametrize(
    ("line", "cleaned"),
    [
        (f"GET {CONSENT}x y HTTP/1.1 200", f"GET {CONSENT}*** HTTP/1.1 200"),
        (f"{CONSENT.rstrip('/')}%2F{NUMBER}", f"{CONSENT}***"),
        (f"{CONSENT}{NUMBER}\nnext", f"{CONSENT}***\nnext"),
        (f"no key whatsapp:+{NUMBER}.", "no key whatsapp:***."),
        ("job 1234567 took 0.123456789012 s, ab123456789012", None),
    ],
)
def test_a_line_loses_the_person_and_keeps_the_rest(line, cleaned):
    assert clean(line) == (cleaned or line)


def test_a_record_whose_arguments_do_not_fit_is_left_to_the_handler():
    record = clean_record("x", logging.INFO, "", 1, "%d people", ("a",), None)
    assert (record.msg, record.args) == ("%d people", ("a",))


@pytest.fixture
def web():
    """The real web server with its access log, on a free port; and what it wrote."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "trainingsite.wsgi", "--no-control-socket"]
    command += ["--bind", f"127.0.0.1:{port}", "--access-logfile", "-"]
    process = subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": "postgres://127.0.0.1:1/nowhere"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )

    def written():
        process.terminate()
        return process.communicate(timeout=30)[0]

    yield port, written
    if process.poll() is None:
        process.kill()
        process.communicate()


def test_the_web_server_names_nobody(web):
    port, written = web
    paths = [f"{CONSENT}{NUMBER}", f"{CONSENT}whatsapp:%2B{NUMBER}", f"/x/{NUMBER}"]
    lines = [f"{CONSENT}whatsapp: {NUMBER}", f"{CONSENT}canario ñ"]  # not even an address
    statuses = [asked(port, path) for path in [*paths, *lines]]
    assert len(statuses) == 5
    output = written()
    assert "/consent/***" in output
    assert names_nobody(output), output


def asked(port, path):
    """The status line that ``GET path`` gets, sent as it is."""
    deadline = time.monotonic() + 30
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
                connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
                return connection.recv(100).split(b"\r\n")[0]
        except ConnectionRefusedError:
            assert time.monotonic() < deadline, "the web server did not start"
            time.sleep(0.05)
