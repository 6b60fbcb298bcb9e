"""What the README and the guides say to type works, and their links and pictures are there."""

import json
import re
import shlex
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection

from conversations import consent, embedding
from conversations.models import Conversation
from tests.conversations.exchanges import shrimp_domain
from tests.factories import a_conversation, a_domain, a_token, a_user
from tests.fakes import a_completion

ROOT = Path(settings.BASE_DIR)
README = (ROOT / "README.md").read_text("utf-8")
LINES = re.findall(r"^curl .+$", README, re.MULTILINE)
GUIDE = (ROOT / "docs/integracion.md").read_text("utf-8")
EXCHANGES = re.findall(r"```\n(curl [^`]+)\n```\n```json\n([^`]+)\n```", GUIDE)
CHANGES = re.compile(r"[0-9a-f]{12}|\d{4}-\d\d-\d\dT.+")  # pseudonyms and moments


def run(line, *, site, **secrets):
    """What the ``curl`` line asks, asked here: a machine need not have curl."""
    for name, secret in secrets.items():
        line = line.replace(f"${name.upper()}", secret)
    words = shlex.split(line.replace("http://127.0.0.1:8000", site))
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
    try:
        with urlopen(Request(url, data=data, headers=headers)) as reply:
            return reply.status, json.load(reply)
    except HTTPError as refused:
        return refused.code, json.load(refused)


def plain(answer):
    """``answer`` without what differs from one run to the next: numbers, pseudonyms, moments."""
    if isinstance(answer, dict):
        return {name: plain(value) for name, value in answer.items()}
    if isinstance(answer, list):
        return [plain(value) for value in answer]
    if isinstance(answer, int | float) and not isinstance(answer, bool):
        return 0
    return "" if isinstance(answer, str) and CHANGES.fullmatch(answer) else answer


def approved(domain, question, answer):
    row = a_conversation(domain, stars=5, question=question, answer=answer)
    embedding.fill(limit=1)
    return row


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


@pytest.mark.django_db(transaction=True)
def test_guide_of_integration_shows_what_is_answered(live_server):
    domain = shrimp_domain()
    told = next(json.loads(said) for _, said in EXCHANGES if '"approved"' in said)
    consent.write_text(domain, told["consentimiento"]["pregunta"], by="jefa")
    approved(domain, told["pregunta"], told["respuesta"])
    with connection.cursor() as cursor:  # the guide names exchanges by their numbers
        cursor.execute("ALTER SEQUENCE conversaciones_ai_id_seq RESTART WITH 265")
    keys = {
        "token": a_token(a_user("bot", domain=domain), domain),
        "reviewer": a_token(a_user("reviewer", domain=domain), domain),
    }
    assert len(EXCHANGES) == GUIDE.count("```json")
    for lines, said in EXCHANGES:
        for line in lines.splitlines():
            _, answer = run(line, site=live_server.url, **keys)
        assert plain(answer) == plain(json.loads(said)), line


@pytest.mark.parametrize(
    "page", ["README.md", *(str(it.relative_to(ROOT)) for it in sorted(ROOT.glob("docs/**/*.md")))]
)
def test_links_and_pictures_exist(page):
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", (ROOT / page).read_text("utf-8"))
    missing = [it for it in targets if not (ROOT / page).parent.joinpath(it).exists()]
    assert missing == []
