"""What the README says to type works: its five lines of curl, its links and its pictures."""

import json
import re
import shlex
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from django.conf import settings
from django.contrib.auth.models import User

from conversations.models import Conversation
from tests.factories import a_conversation, a_domain, a_token
from tests.fakes import a_completion

ROOT = Path(settings.BASE_DIR)
README = (ROOT / "README.md").read_text("utf-8")
LINES = re.findall(r"^curl .+$", README, re.MULTILINE)


def run(line, *, site, token):
    """What the ``curl`` line asks, asked here: a machine need not have curl."""
    words = shlex.split(line.replace("$TOKEN", token).replace("http://127.0.0.1:8000", site))
    headers, data, url = {}, None, None
    options = iter(words[1:])
    for word in options:
        if word == "-H":
            name, _, value = next(options).partition(": ")
            headers[name] = value
        elif word == "-d":
            data = next(options).encode()
        elif word != "-s":
            url = word
    with urlopen(Request(url, data=data, headers=headers)) as reply:
        return reply.status, json.load(reply)


@pytest.mark.django_db(transaction=True)
def test_lines_of_curl_run_with_the_printed_token(live_server, provider):
    provider.replies["POST /chat/completions"] = 200, a_completion("A 9.40 USD/kg.")
    row = a_conversation(a_domain("camaron"))
    Conversation.objects.filter(pk=row.pk).update(id=1)
    token = a_token(User.objects.create_superuser("jefa"))
    found = [run(line, site=live_server.url, token=token) for line in LINES]
    assert [status for status, _ in found] == [200] * 5
    listed, written, rated, metrics, answered = (body for _, body in found)
    assert listed["total"] == 1
    assert written["conversacion"]["pregunta"] == "¿Tienen camarón U15?"
    assert rated["conversacion"]["calificacion"] == 5
    assert metrics["conversaciones"]["con_calificacion"] == 1
    assert answered["respuesta"] == "A 9.40 USD/kg."


@pytest.mark.parametrize("page", ["README.md", "docs/personal.md", "docs/diferencias.md"])
def test_links_and_pictures_exist(page):
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", (ROOT / page).read_text("utf-8"))
    missing = [it for it in targets if not (ROOT / page).parent.joinpath(it).exists()]
    assert missing == []
