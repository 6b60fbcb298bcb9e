"""A visitor of a public chat, as its page speaks for them."""

import json
from itertools import count

from django.test import Client

from conversations.models import Person
from trainingsite.chat import visitors

keys = count(1)


class Visitor:
    """Somebody with a browser that keeps no cookie; ``token`` is what their page keeps."""

    def __init__(self, slug="tienda", *, address="127.0.0.1"):
        self.chat = f"/chat/{slug}"
        self.client = Client(REMOTE_ADDR=address, raise_request_exception=False)
        self.token = ""
        self.greeting = self.visit().json()

    def visit(self):
        answer = self.post("/visita", {})
        self.token = answer.json().get("token", self.token)
        return answer

    def post(self, path, body, **headers):
        headers = {visitors.HEADER: self.token} | headers
        return self.client.post(
            self.chat + path, json.dumps(body), content_type="application/json", headers=headers
        )

    def get(self, path):
        return self.client.get(self.chat + path, headers={visitors.HEADER: self.token})

    def send(self, message, *, key=None):
        """The answer to a message as the site gives it."""
        return self.post("/mensajes", {"mensaje": message}, **{"Idempotency-Key": key or new_key()})

    def says(self, message, *, key=None):
        """What the page is told at the end of the answer."""
        answer = self.send(message, key=key)
        assert answer.status_code == 200, answer.content
        return events(answer)[-1][1]

    @property
    def person(self):
        return Person.objects.latest("pk")


def new_key():
    return f"clave-{next(keys)}"


def events(answer):
    """(name, data) of each event of a stream."""
    blocks = b"".join(answer.streaming_content).decode().split("\n\n")
    told = [block.split("\n") for block in blocks if block]
    return [
        (name.removeprefix("event: "), json.loads(data.removeprefix("data: ")))
        for name, data in told
    ]
