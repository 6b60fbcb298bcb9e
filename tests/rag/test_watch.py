"""A model whose thumbs fall below the line of its domain gives way to the one before it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conversations.models import Thumb
from core.errors import Conflict
from core.models import AuditEvent
from finetune import activation
from rag import feedback, tasks, watch
from rag.feedback import Rated
from rag.models import Retreat, Turn
from tests.factories import a_domain, a_user
from tests.finetune.fake_training import FakeTraining
from tests.finetune.makers import a_trained_model

pytestmark = pytest.mark.django_db


@pytest.fixture
def domain():
    return a_domain(base_model="base-model", thumbs_floor=0.6, thumbs_least=5)


@pytest.fixture
def training(provider):
    return FakeTraining(provider)


@pytest.fixture
def first(domain, training):
    model = a_trained_model(domain, training, name="ft:first")
    activation.activate(model, by="ana", reason="De prueba.")
    return model


@pytest.fixture
def second(domain, training, first):
    model = a_trained_model(domain, training, name="ft:second")
    activation.activate(model, by="ana", reason="De prueba.")
    return model


def thumbs(model, said, *, source="model", trained=True, **fields):
    """Each sign of ``said`` is a thumb on an answer of ``model``: ``+`` is up, ``-`` down."""
    user = a_user(domain=model.domain)
    for sign in said:
        turn = Turn.objects.create(
            domain=model.domain,
            user=user,
            channel="chat",
            source=source,
            trained_model=model if trained else None,
            **fields,
        )
        rated = Rated(model.domain, user=user, turn=turn, question="¿Qué?", answer="Eso.")
        feedback.thumb(rated, Thumb.UP if sign == "+" else Thumb.DOWN)


def test_below_the_line_the_one_before_answers_again_and_it_is_written_down(domain, first, second):
    thumbs(second, "++---")
    assert activation.active(domain) == first
    event = AuditEvent.objects.get(action="thumbs_fell")
    assert (event.actor, event.subject_id) == ("pulgares", str(second.pk))
    assert event.details == {"arriba": 2, "pulgares": 5}


def test_with_none_before_it_no_trained_model_answers(domain, first):
    thumbs(first, "-----")
    assert activation.active(domain) is None


@pytest.mark.parametrize("said", ["----", "+++--", "-+++-+"])
def test_too_few_thumbs_or_enough_up_leave_it(domain, second, said):
    thumbs(second, said)
    assert activation.active(domain) == second


def test_without_a_line_nothing_happens_by_itself(domain, second):
    domain.thumbs_floor = 0
    domain.save()
    thumbs(second, "--------")
    assert activation.active(domain) == second


def test_thumbs_on_what_the_model_did_not_say_or_said_before_do_not_count(domain, first, second):
    thumbs(second, "-----", source="approved", trained=False)
    thumbs(second, "-----", at=timezone.now() - timedelta(days=1))
    thumbs(first, "-----")
    assert activation.active(domain) == second


def test_a_line_that_is_raised_later_is_looked_at_by_the_clock(domain, first, second):
    thumbs(second, "+++--")
    domain.thumbs_floor = 0.9
    domain.save()
    assert tasks.watch_thumbs() == "1 taken back"
    assert activation.active(domain) == first
    assert tasks.watch_thumbs() == "0 taken back"


def test_staff_are_told_until_somebody_has_seen_it(domain, first, second):
    thumbs(second, "++---")
    told = Retreat.objects.unseen().get()
    assert (told.model, told.up, told.thumbs) == (second, 2, 5)
    user = a_user(domain=domain)
    watch.acknowledge(told, by=user)
    assert not Retreat.objects.unseen().exists()
    assert AuditEvent.objects.filter(action="thumbs_fell_seen").count() == 1
    with pytest.raises(Conflict):
        watch.acknowledge(told, by=user)


def test_a_new_activation_says_that_it_was_seen(domain, first, second):
    thumbs(second, "-----")
    activation.activate(second, by="ana", reason="Otra vez.")
    assert not Retreat.objects.unseen().exists()
