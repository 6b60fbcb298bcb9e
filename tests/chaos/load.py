"""Bots that deliver messages and do not give up until each one is acknowledged."""

import http.client
import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Semaphore
from urllib.parse import quote

CLIENTS = 8
PATIENCE = 240.0  # seconds that a client goes on asking for one message
PEOPLE = 25

PLACES = ("Lisboa", "Valencia", "Nápoles", "Marsella", "Rotterdam", "Boston", "Osaka", "Busan")


@dataclass
class Bot:
    """Delivers numbered messages over HTTP; ``acknowledged`` maps each number to the row's id.

    Messages go out as far as :meth:`let` has let them.
    """

    site: object
    token: str
    acknowledged: dict[int, int] = field(default_factory=dict)
    refused: list[tuple[int, int, str]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    retries: int = 0

    def __post_init__(self):
        self._allowed = Semaphore(0)
        self._pool = ThreadPoolExecutor(CLIENTS)

    def consents(self):
        """Everybody says yes first."""
        for number in range(PEOPLE):
            status, body = self.post(
                f"/webhook/training/consent/{quote(user(number))}", {"consent": True}
            )
            assert status == 200, body

    def deliver(self, numbers):
        """Start delivering; returns at once."""
        for number in numbers:
            self._pool.submit(self._deliver, number)

    def let(self, number):
        for _ in range(number):
            self._allowed.release()

    def finish(self):
        """Wait until every message is acknowledged or refused."""
        self._pool.shutdown()

    def post(self, path, body, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=30)
        try:
            headers |= {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
            connection.request("POST", path, json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def _deliver(self, number):
        self._allowed.acquire()
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            began = time.monotonic()
            try:
                status, body = self.post(
                    "/webhook/training/messages",
                    message(number),
                    **{"Idempotency-Key": f"key-{number}"},
                )
            except (OSError, http.client.HTTPException, ValueError):
                status, body = 0, {}
            if status == 202:
                self.seconds.append(time.monotonic() - began)
                self.acknowledged[number] = body["id"]
                return
            if 400 <= status < 500:
                break
            self.retries += 1
            time.sleep(0.2)
        self.refused.append((number, status, str(body)))


def user(number):
    return f"whatsapp:+5939870{number % PEOPLE:05}"


def message(number):
    """A request that no other number makes, without anything that would be masked."""
    letters = "".join(chr(ord("a") + number // 26**place % 26) for place in range(3))
    boxes, place = 100 + number % 800, PLACES[number % len(PLACES)]
    return {
        "user_id": user(number),
        "conversation_id": f"hilo-{number % PEOPLE}",
        "message_id": f"mensaje-{number}",
        "user_message": f"Necesito {boxes} cajas de HLSO 16/20 para {place}, marca {letters}",
        "bot_response": f"Claro, preparamos {boxes} cajas de HLSO 16/20 de la marca {letters}.",
    }
