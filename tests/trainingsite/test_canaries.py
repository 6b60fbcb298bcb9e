"""What a person wrote reaches no log line: canaries through every address, and through bugs."""

import pytest
from django.test import Client

from tests.factories import a_domain, a_user
from tests.fakes import a_completion
from tests.trainingsite.rows import a_row
from tests.trainingsite.test_permissions import address_of, every_route, methods_of

pytestmark = pytest.mark.django_db

NUMBER, MAIL, WORDS = "593987123456", "ana.canario@example.com", "vivo en la calle Canario 123"
CANARIES = (NUMBER, NUMBER[3:], "canario")
FIELDS = (
    "pregunta", "respuesta", "mensaje", "question", "answer", "content", "user_id", "user_message",
    "bot_response", "conversation_id", "message_id", "usuario_externo", "notes", "notas", "reason",
    "feedback", "motivo", "text", "texto", "q", "comentario",
)  # fmt: skip


@pytest.fixture
def boss():
    for slug in ("prestamos", "tienda", "camaron"):
        a_domain(slug, base_model="base-model")
    client = Client(raise_request_exception=False)
    client.force_login(a_user(is_superuser=True))
    return client


def everything_personal():
    said = f"{WORDS}, mi número es +{NUMBER} y mi correo {MAIL}"
    return dict.fromkeys(FIELDS, said)


def says_nothing(caplog, capfd):
    written = capfd.readouterr()
    text = (caplog.text + written.out + written.err).lower()
    return [canary for canary in CANARIES if canary in text]


def test_no_address_writes_what_it_was_sent(boss, provider, caplog, capfd):
    provider.replies["POST /chat/completions"] = 200, a_completion("{}")
    caplog.set_level("DEBUG")
    camaron, asked = a_domain("camaron"), 0
    for route, pattern in every_route():
        if "logout" in route or not route.startswith(("api", "webhook", "admin")):
            continue
        for method in methods_of(pattern):
            sent = everything_personal()
            body = {} if method in {"get", "delete"} else {"content_type": "application/json"}
            getattr(boss, method)(address_of(route, pattern, camaron), sent, **body)
            asked += 1
    assert asked >= 40
    assert says_nothing(caplog, capfd) == []


TRAINING, REVIEW = "/api/v1/ai/training/", "/webhook/review/"
BROKEN = [
    ("conversations.incoming.deliver", "/webhook/training/messages"),
    ("conversations.consent.record", "/webhook/training/consent/593987654321"),
    ("conversations.pipeline.process", "/webhook/training/process"),
    ("conversations.queue.empty", "/webhook/training/queue/empty"),
    ("conversations.review.approve", REVIEW + "approve/{pk}"),
    ("conversations.review.reject", REVIEW + "reject/{pk}"),
    ("conversations.review.edit", REVIEW + "edit/{pk}"),
    ("conversations.rating.rate", TRAINING + "conversaciones/{pk}/calificar"),
    ("trainingsite.api.conversations.improve", TRAINING + "conversaciones/mejorar"),
    ("trainingsite.api.chat.answer", "/api/v1/configuracion/ai/chat"),
]
VALID = {"consent": True, "confirm": "0", "calificacion": 5, "max_items": 5}
IDS = ("user_id", "conversation_id", "message_id")


@pytest.mark.parametrize(("verb", "address"), BROKEN)
def test_no_bug_writes_what_it_was_sent(boss, caplog, capfd, monkeypatch, verb, address):
    def broken(*args, **fields):
        raise RuntimeError(f"cannot read +{NUMBER} of {NUMBER[3:]}")

    monkeypatch.setattr(verb, broken)
    family = "camaron" if "webhook" in address else "prestamos"
    row = a_row("conversations_toreview", a_domain(family))
    sent = everything_personal() | VALID | dict.fromkeys(IDS, NUMBER)
    if "messages" in address:
        del sent["content"]
    answer = boss.post(address.format(pk=row.pk), sent, content_type="application/json")
    assert answer.status_code == 500, answer.content
    assert caplog.records
    assert says_nothing(caplog, capfd) == []
