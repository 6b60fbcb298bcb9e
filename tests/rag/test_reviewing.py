"""An answer that somebody complained of, put right in review, by either door, is served at once."""

import pytest
from django.test import Client
from django.urls import reverse

from conversations import review
from conversations.models import ChatRating, Conversation
from finetune import curation, datasets
from rag import feedback
from rag.assistant import answer
from rag.feedback import Rated
from rag.models import Correction
from tests.factories import a_client, a_conversation, a_domain, a_user
from tests.fakes import a_completion
from tests.finetune.fake_training import FakeTraining
from tests.finetune.makers import examples

pytestmark = pytest.mark.django_db

QUESTION, WRONG, RIGHT = "¿A qué hora abre la oficina?", "A las once.", "A las nueve."
LIST = reverse("admin:conversations_toreview_changelist")


@pytest.fixture
def domain(provider):
    provider.replies["POST /chat/completions"] = 200, a_completion("Contesta el modelo.")
    return a_domain("camaron", base_model="base-model")


@pytest.fixture
def reviewer(domain):
    return a_user("reviewer", domain=domain)


class Page:
    """A reviewer's browser."""

    def __init__(self, user):
        self.client = Client()
        self.client.force_login(user)

    def decide(self, row, decision, text):
        form = {"question": row.question, "answer": text, "intent": "", "accion": decision}
        answer = self.client.post(reverse("admin:review_one", args=[row.pk]), form)
        assert answer.status_code == 302

    def edit(self, row, text):
        self.decide(row, "corregir", text)

    def approve(self, row):
        row.refresh_from_db()
        self.decide(row, "aprobar", row.answer)

    def approve_many(self, row):
        chosen = {"action": "approve", "_selected_action": [row.pk], "confirmado": "si"}
        assert self.client.post(LIST, chosen).status_code == 302

    def undo(self, row):
        self.decide(row, "deshacer", row.answer)


class Api:
    """A reviewer's program."""

    def __init__(self, user):
        self.client = a_client(user=user)

    def send(self, what, body):
        answer = self.client.post(f"/webhook/review/{what}", body, format="json")
        assert answer.status_code == 200, answer.json()

    def edit(self, row, text):
        self.send(f"edit/{row.pk}", {"new_bot_response": text})

    def approve(self, row):
        self.send(f"approve/{row.pk}", {})

    def approve_many(self, row):
        self.send("batch/approve", {"item_ids": [row.pk]})

    def undo(self, row):
        self.send(f"undo/{row.pk}", {})


@pytest.fixture(params=[Page, Api])
def door(request, reviewer):
    return request.param(reviewer)


def complained(domain, **fields):
    """An exchange with a thumb down, and that thumb."""
    row = a_conversation(domain, question=QUESTION, answer=WRONG, **fields)
    rated = Rated(domain, user=a_user(domain=domain), conversation=row)
    thumb = feedback.thumb(rated, "abajo", reason="Abre antes.")
    row.refresh_from_db()
    return row, thumb


def asked(domain):
    reply = answer(domain, QUESTION, by=a_user(), keep=False)
    return reply.source, reply.text


@pytest.mark.parametrize("how", ["approve", "approve_many"])
def test_an_answer_reworded_and_approved_is_served_at_once(domain, door, how):
    row, thumb = complained(domain)
    door.edit(row, RIGHT)
    waiting = asked(domain)[0]
    getattr(door, how)(row)
    row.refresh_from_db()
    thumb.refresh_from_db()
    assert waiting == "model"
    assert (row.stage, row.stars, row.answer) == ("approved", 5, RIGHT)
    assert (thumb.processed, thumb.improved) == (True, True)
    assert thumb.change == f"correction:{Correction.objects.get(thumb=thumb).pk}"
    assert asked(domain) == ("correction", RIGHT)


def test_one_that_was_approved_before_it_is_reworded_is_served_with_that(domain, door):
    row, _thumb = complained(domain)
    door.approve(row)
    assert not Correction.objects.exists()
    door.edit(row, RIGHT)
    assert asked(domain) == ("correction", RIGHT)


def test_a_correction_that_is_reworded_is_served_in_its_new_words(domain, door):
    row, _thumb = complained(domain)
    door.edit(row, "A las diez.")
    door.approve(row)
    door.edit(row, RIGHT)
    assert asked(domain) == ("correction", RIGHT)


def test_without_a_complaint_a_reworded_answer_waits_for_its_stars_as_ever(domain, door):
    row = a_conversation(domain, stars=5, question=QUESTION, answer=WRONG)
    door.edit(row, RIGHT)
    row.refresh_from_db()
    assert (row.stars, Correction.objects.exists()) == (None, False)


def test_a_complaint_that_is_approved_as_it_was_is_no_correction(domain, door):
    row, thumb = complained(domain)
    door.approve(row)
    thumb.refresh_from_db()
    assert (thumb.processed, Correction.objects.exists()) == (False, False)


def test_undoing_the_approval_stops_serving_it(domain, door):
    row, _thumb = complained(domain)
    door.edit(row, RIGHT)
    door.approve(row)
    door.undo(row)
    row.refresh_from_db()
    assert row.stage == "needs_review"
    assert asked(domain)[0] == "model"


def test_the_next_dataset_has_the_corrected_text_and_the_reason_agrees(domain, door, provider):
    FakeTraining(provider)
    examples(domain, 12)
    row, _thumb = complained(domain, stars=5)
    assert curation.why_not(row)
    door.edit(row, RIGHT)
    door.approve(row)
    row.refresh_from_db()
    dataset, _file = datasets.prepare(domain, by="ana")
    line = dataset.items.get(conversation=row)
    assert curation.why_not(row) == ""
    assert (line.answer, line.rejected) == (RIGHT, WRONG)


def test_what_somebody_else_has_open_is_refused_whole(domain, reviewer):
    row, thumb = complained(domain)
    review.claim(row, by=a_user("reviewer", domain=domain))
    client = a_client(user=reviewer)
    answer = client.post(f"/webhook/review/edit/{row.pk}", {"new_bot_response": RIGHT})
    assert answer.status_code == 409
    assert Conversation.objects.get(pk=row.pk).answer == WRONG
    assert not ChatRating.objects.get(pk=thumb.pk).processed
