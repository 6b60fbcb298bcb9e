"""WhatsApp's side on loopback: its Graph API, and what it delivers to us, signed as it signs."""

import hashlib
import hmac
import json
import re
import time
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler
from itertools import count

from rest_framework.test import APIClient

from tests.fakes import Loopback

NUMBER = "106540352242922"
PHONE = "593999111222"
TOKEN, SECRET, WORD = "the token", "the secret of the app", "the agreed word"
ADDRESS = "/webhook/whatsapp"


class FakeGraph(Loopback):
    """``sent`` are the messages that it took, each with its ``id``; ``media`` the files.

    ``troubles`` are answers that it gives before it takes anything more: (status, body) with
    headers if there are some, or "lost": it takes the message, and hangs up.
    """

    def __init__(self):
        super().__init__(Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/v24.0"
        self.sent, self.media, self.troubles, self.asked = [], {}, [], 0
        self.numbers = count(1)

    @property
    def texts(self):
        """What people read, in order."""
        return [words_of(it) for it in self.sent]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked += 1
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            return self.answer(401, a_fault(190))
        trouble = self.server.troubles.pop(0) if self.server.troubles else None
        if trouble and trouble != "lost":
            return self.answer(*trouble)
        taken = {"messages": self.take_message, "media": self.take_file}
        edge = re.fullmatch(rf"/v24\.0/{NUMBER}/(\w+)", self.path)[1]
        reply = taken[edge](content)
        if trouble == "lost":
            self.close_connection = True
            return None
        return self.answer(200, reply)

    def take_message(self, content):
        message = json.loads(content)
        assert message["messaging_product"] == "whatsapp"
        name = f"wamid.out{next(self.server.numbers)}"
        self.server.sent.append(message | {"id": name})
        return {"messaging_product": "whatsapp", "messages": [{"id": name}]}

    def take_file(self, content):
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        fields = {
            it.get_param("name", header="content-disposition"): it
            for it in message_from_bytes(head + content).get_payload()
        }
        assert fields["messaging_product"].get_payload().strip() == "whatsapp"
        name = f"media{next(self.server.numbers)}"
        file = fields["file"]
        self.server.media[name] = (file.get_content_type(), file.get_payload(decode=True))
        return {"id": name}

    def answer(self, status, body, headers=None):
        payload = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(payload)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *args):
        pass


def a_fault(code):
    """What Graph says with a refusal; its words name the telephone, which nobody may keep."""
    return {"error": {"message": f"(#{code}) +{PHONE}", "type": "OAuthException", "code": code}}


def words_of(sent):
    kind = sent["type"]
    if kind == "text":
        return sent["text"]["body"]
    return sent["interactive"]["body"]["text"] if kind == "interactive" else f"({kind})"


serial = count(1)


def a_message(kind="text", *, sender=PHONE, name=None, age=0, **content):
    """A message as WhatsApp delivers it; ``kind`` with what it holds."""
    return {
        "from": sender,
        "id": name or f"wamid.in{next(serial)}",
        "timestamp": str(int(time.time()) - age),
        "type": kind,
        kind: content,
    }


def a_text(words, **how):
    return a_message("text", body=words, **how)


def a_status(word, *, name="", key="", code=None):
    told = {"id": name, "status": word, "timestamp": "1", "recipient_id": PHONE}
    errors = {"errors": [{"code": code, "title": f"+{PHONE}"}]} if code else {}
    return told | errors | ({"biz_opaque_callback_data": key} if key else {})


def a_delivery(*messages, statuses=(), number=NUMBER):
    """The body of one delivery."""
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550000000", "phone_number_id": number},
    }
    if messages:
        value |= {"messages": list(messages)}
    if statuses:
        value |= {"statuses": list(statuses)}
    changes = [{"field": "messages", "value": value}]
    entry = [{"id": "1", "changes": changes}]
    return json.dumps({"object": "whatsapp_business_account", "entry": entry})


def signature_of(body, secret=SECRET):
    return f"sha256={hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()}"


def deliver(*messages, **how):
    """WhatsApp delivers; the answer."""
    return post(a_delivery(*messages, **how))


def post(body, signature=None):
    signed = {"HTTP_X_HUB_SIGNATURE_256": signature or signature_of(body)}
    return APIClient().post(ADDRESS, body, content_type="application/json", **signed)
