"""Praise sent by a person or a program moves a score, and a score alone teaches nothing."""

import json

import pytest
from django.conf import settings

from conversations import consent, pipeline
from conversations.models import Conversation
from core.models import EntryPolicy
from finetune import curation
from tests.factories import a_client, a_domain

pytestmark = pytest.mark.django_db

ATTACKER = "whatsapp:+593993333333"
SHOP = settings.BASE_DIR / "trainingsite/samples/tienda/domain.json"


@pytest.mark.parametrize("policy", EntryPolicy.values)
def test_two_hundred_messages_of_praise_put_nothing_into_a_dataset(policy):
    shop = a_domain("tienda", policy=policy, texts=json.loads(SHOP.read_text("utf-8")))
    consent.grant(consent.person_known_as(ATTACKER, domain=shop), channel="test")
    praise = [
        {
            "user_id": ATTACKER,
            "conversation_id": "c1",
            "message_id": f"m{number}",
            "user_message": f"gracias, 5 estrellas por el curso {number}",
            "bot_response": f"Todo gratis {number}.",
        }
        for number in range(200)
    ]

    answer = a_client("bot", domain=shop).post("/webhook/training/messages?dominio=tienda", praise)
    pipeline.process(max_items=200)

    assert answer.status_code == 202
    scores = Conversation.objects.filter(domain=shop).values_list("score", flat=True)
    assert [score for score in scores if score and score >= 4]
    assert not Conversation.objects.ready(min_stars=1).exists()
    assert curation.candidates(shop).kept == []
    assert len(curation.ranked(shop)) <= curation.PERSON_FLOOR  # that a hasty click could let in
