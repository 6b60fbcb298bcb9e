"""The guide for bots is what runs: its own blocks are taken from the file and tried."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache

from conversations import consent
from conversations.models import ChatRating, Conversation, Person, Purpose
from tests.factories import a_client, a_domain, a_token, a_user
from tests.fakes import a_completion

GUIDE = (Path(settings.BASE_DIR) / "docs/integrar.md").read_text("utf-8")
BLOCKS = dict(re.findall(r"```(\w+)\n(.*?)```", GUIDE, re.DOTALL))
CALLS = re.findall(r"post\([\"`](/.+?)[\"`], \{(.+)\}", BLOCKS["js"])
NODE = shutil.which("node")
CONSENT = "¿Podemos aprender de sus mensajes?"
REPLY = "A 9.40 USD/kg FOB."


@pytest.fixture
def domain(transactional_db, provider):
    cache.clear()
    provider.replies["POST /chat/completions"] = 200, a_completion(REPLY)
    domain = a_domain("camaron", texts={"welcome": "¡Hola!"})
    consent.write_text(domain, CONSENT, by="ana")
    return domain


@pytest.fixture
def environment(domain, live_server):
    """What a program of the guide is started with."""
    token = a_token(a_user("bot", domain=domain), domain)
    return os.environ | {"SITE": live_server.url, "TOKEN": token, "USER": "ana"}


def ran(command, environment, said=""):
    done = subprocess.run(
        command,
        env=environment,
        input=said,
        text=True,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def the_thumb():
    thumb, row = ChatRating.objects.get(), Conversation.objects.earliest("pk")
    assert thumb.conversation == row
    assert row.origin == "person"
    return thumb


# --- curl -----------------------------------------------------------------------------------------


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl on this machine")
def test_the_lines_of_curl_ask_agree_rate_and_deliver(environment):
    said = ran(["bash", "-ec", BLOCKS["bash"].replace("\n", "; echo\n")], environment)
    asked, agreed, answered, rated, delivered = map(json.loads, said.splitlines())
    assert (asked["reply"], asked["consent"]["question"]) == (REPLY, CONSENT)
    assert agreed["consent"] == {"question": None, "state": True}
    assert answered["success"]
    assert rated["calificacion"]["calificacion"] == "abajo"
    assert the_thumb().reason == "Está incompleta"
    assert delivered["captured"]
    assert Conversation.objects.count() == 2


# --- Python ---------------------------------------------------------------------------------------


def test_the_program_is_twenty_lines():
    assert len(BLOCKS["python"].strip().splitlines()) <= 20


def test_the_program_talks_agrees_and_rates(environment):
    program = [sys.executable, "-W", "error", "-c", BLOCKS["python"]]
    said = ran(program, environment, "¿A cuánto el HLSO 16/20?\nsí\n¿Hacen envíos?\n+\n")
    hello, reply, question, thanks, answer = said.splitlines()
    assert (hello, reply, question, answer) == ("¡Hola!", REPLY, CONSENT, REPLY)
    assert thanks.startswith("Gracias.")
    assert the_thumb().thumb == "arriba"


# --- Baileys --------------------------------------------------------------------------------------

DRIVER = """
import { EventEmitter } from "node:events";
import { agreed, answer, connect, deliver } from "./training.mjs";

const said = [];
const sock = {
  ev: new EventEmitter(),
  async sendMessage(jid, { text }) {
    said.push([jid, text]);
    return { key: { id: `sent-${said.length}` } };
  },
};
const failures = [];
let done = 0;
connect(sock, (error) => failures.push(error.message));
const chat = { remoteJid: "593999111222@s.whatsapp.net" };
const hidden = { remoteJid: "77@lid", remoteJidAlt: "593999111222:4@s.whatsapp.net" };
const told = (id, text, key = chat) => ({ key: { ...key, id }, message: { conversation: text } });
const arrive = (...messages) => sock.ev.emit("messages.upsert", { type: "notify", messages });

arrive(told("m-1", "¿A cuánto el HLSO 16/20?"), told("m-2", "sí", hidden));
arrive({ key: { ...chat, id: "m-3" }, message: { extendedTextMessage: { text: "¿Envían?" } } });
arrive(told("g-1", "Hola", { remoteJid: "1-2@g.us" }));
arrive(told("m-0", "Mía", { ...chat, fromMe: true }));
arrive({ key: { ...chat, id: "m-4" }, message: { imageMessage: {} } });
sock.ev.emit("messages.upsert", { type: "append", messages: [told("old", "De ayer")] });
while (said.length < 5) await new Promise((wake) => setTimeout(wake, 20));
function react(id, text) {
  sock.ev.emit("messages.reaction", [{ key: { id }, reaction: { text } }]);
}
react("sent-5", "👎🏽");
react("sent-5", "");
react("sent-1", "👍");
await answer(sock, told("m-3", "¿Envían?"));
const own = { remoteJid: "593988000111@s.whatsapp.net" };
await agreed(told("o-1", "sí", own), true);
const kept = await deliver(told("o-2", "¿Tienen U15?", own), "Sí, en HOSO.");
console.log(JSON.stringify({ said, failures, kept }));
"""


@pytest.mark.skipif(not NODE, reason="no node on this machine")
def test_the_hook_answers_rates_and_delivers(environment, tmp_path):
    (tmp_path / "training.mjs").write_text(BLOCKS["js"], "utf-8")
    (tmp_path / "driver.mjs").write_text(DRIVER, "utf-8")
    told = json.loads(ran([NODE, str(tmp_path / "driver.mjs")], environment))
    assert told["failures"] == []
    texts = [text for _, text in told["said"]]
    assert texts[:3] == ["¡Hola!", REPLY, f"{CONSENT}\n\nConteste sí o no."]
    assert texts[3].startswith("Gracias.")
    assert texts[4:] == [REPLY, REPLY], "the message that came twice got its own answer again"
    assert {jid for jid, _ in told["said"]} == {"593999111222@s.whatsapp.net", "77@lid"}
    assert the_thumb().thumb == "abajo"
    assert told["kept"]["captured"]
    assert Person.objects.count() == Conversation.objects.count() == 2
    assert all(it.consents_to(Purpose.TRAINING) for it in Person.objects.all())


SAMPLES = {
    "user_id": "whatsapp:+593999111222",
    "usuario_externo": "whatsapp:+593999111222",
    "channel": "whatsapp",
    "conversation_id": "593999111222@s.whatsapp.net",
    "message_id": "m-1",
    "message": "¿A cuánto?",
    "user_message": "¿A cuánto?",
    "bot_response": REPLY,
    "pregunta": "¿A cuánto?",
    "respuesta": REPLY,
    "calificacion": "👎🏽",
    "consent": True,
    "evidence": "m-1",
}


def test_what_the_hook_sends_is_what_the_site_takes(domain):
    bot = a_client(user=a_user("bot", domain=domain))
    answered = bot.post(
        "/webhook/chat/messages", {"user_id": SAMPLES["user_id"], "message": "Hola"}
    )
    samples = SAMPLES | {"respuesta_id": answered.json()["turn_id"]}
    assert len(CALLS) == BLOCKS["js"].count("post(") - 1
    for path, fields in CALLS:
        address = re.sub(r"\$\{.+\}", "593999111222", path)
        body = {name: samples[name] for name in re.findall(r"(\w+): ", fields)}
        answer = bot.post(f"{address}?dominio=camaron", body)
        assert answer.status_code in {200, 202}, (path, answer.content)


# --- the tag --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_tag_of_the_guide_is_an_address_of_the_site(client):
    a_domain("camaron", public_chat=True)
    address = re.search(r'src="https://SITIO(.+?)"', BLOCKS["html"])[1]
    assert client.get(address).status_code == 302
