"""What it takes to let a model answer people: one person, a reason, or two people."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.errors import Conflict
from core.models import AuditEvent
from finetune import activation, gate
from finetune.activation import SecondPersonNeeded
from finetune.models import Activation, ActivationRequest
from tests.finetune.makers import a_trained_model, an_evaluation

pytestmark = pytest.mark.django_db

SUMMARY = {
    "measure": "chrf",
    "rivals": ["base", "examples"],
    "differences": {
        "base": {"chrf": {"mean": -4.0, "low": -6.0, "high": -2.0, "questions": 40}},
        "examples": {"chrf": {"mean": -5.0, "low": -8.0, "high": -1.0, "questions": 40}},
    },
    "probes": {"asked": 56, "passed": {}, "regressions": []},
}


@pytest.fixture
def model(domain, training_provider):
    return a_trained_model(domain, training_provider)


def refused(model, **fields):
    with pytest.raises(Conflict) as refusal:
        activation.activate(model, **fields)
    assert not Activation.objects.exists()
    return refusal.value


def test_a_better_model_is_activated_by_one_person(model):
    an_evaluation(model, "better")
    done = activation.activate(model, by="ana")
    assert (done.verdict, done.forced, done.approved_by) == ("better", False, "")


def test_without_an_evaluation_a_reason_is_needed(model):
    refusal = refused(model, by="ana")
    assert (refusal.code, refusal.status_code) == ("reason_needed", 409)
    assert refusal.details["razones"] == [gate.NEVER]
    assert refused(model, by="ana", reason="  \n").code == "reason_needed"


def test_not_enough_evidence_takes_a_reason_and_is_marked(model):
    an_evaluation(model, "unclear")
    done = activation.activate(model, by="ana", reason="Suena mejor en la tienda.")
    assert (done.verdict, done.reason) == ("unclear", "Suena mejor en la tienda.")


def test_a_worse_model_is_refused_with_the_numbers(model):
    an_evaluation(model, "worse", summary=SUMMARY)
    refusal = refused(model, by="ana", reason="Porque sí.")
    assert (refusal.code, refusal.status_code) == ("model_is_worse", 409)
    assert refusal.details["diferencias"]["base"]["high"] == -2.0
    assert refusal.details["veredicto"] == "worse"


def test_forcing_a_worse_model_needs_a_reason(model):
    an_evaluation(model, "worse")
    assert refused(model, by="ana", force=True).code == "reason_needed"


def test_a_worse_model_takes_two_people_a_reason_and_force(model):
    an_evaluation(model, "worse")
    asked = refused(model, by="ana", reason="Lo pide la gerencia.", force=True)
    assert isinstance(asked, SecondPersonNeeded)
    assert refused(model, by="ana", reason="Otra vez.", force=True).code == "second_person_needed"
    request = ActivationRequest.objects.get()
    done = activation.approve(request, by="eva")
    assert (done.activated_by, done.approved_by, done.forced) == ("ana", "eva", True)
    assert done.reason == "Lo pide la gerencia."
    assert activation.active(model.domain) == model
    request.refresh_from_db()
    assert (request.granted, request.decided_by) == (True, "eva")
    decided = ["activation_asked", "activation_approved", "model_activated"]
    written = AuditEvent.objects.filter(action__in=decided).order_by("pk")
    assert list(written.values_list("action", "actor")) == [
        ("activation_asked", "ana"),
        ("activation_approved", "eva"),
        ("model_activated", "ana"),
    ]


def test_the_same_request_of_a_second_person_agrees(model):
    an_evaluation(model, "worse")
    refused(model, by="ana", reason="Lo pide la gerencia.", force=True)
    done = activation.activate(model, by="eva", reason="De acuerdo.", force=True)
    assert (done.activated_by, done.approved_by) == ("ana", "eva")


def test_who_asks_does_not_approve(model):
    an_evaluation(model, "worse")
    refused(model, by="ana", reason="Lo pide la gerencia.", force=True)
    with pytest.raises(Conflict, match="otra persona"):
        activation.approve(ActivationRequest.objects.get(), by="ana")
    assert activation.active(model.domain) is None


def test_a_declined_request_is_closed_and_may_be_made_again(model):
    an_evaluation(model, "worse")
    refused(model, by="ana", reason="Uno.", force=True)
    request = ActivationRequest.objects.get()
    activation.decline(request, by="eva")
    with pytest.raises(Conflict, match="decidida"):
        activation.approve(request, by="eva")
    refused(model, by="ana", reason="Dos.", force=True)
    assert ActivationRequest.objects.filter(decided_at=None).get().reason == "Dos."


def test_a_model_that_turned_worse_after_it_was_asked_for_is_not_approved(model, settings):
    settings.ACTIVATION_NEEDS_TWO = True
    an_evaluation(model, "better")
    refused(model, by="ana")
    an_evaluation(model, "worse")
    with pytest.raises(Conflict) as refusal:
        activation.approve(ActivationRequest.objects.get(), by="eva")
    assert refusal.value.code == "model_is_worse"
    assert activation.active(model.domain) is None


def test_a_site_may_ask_for_two_people_always(model, settings):
    settings.ACTIVATION_NEEDS_TWO = True
    an_evaluation(model, "better")
    assert refused(model, by="ana").code == "second_person_needed"
    done = activation.activate(model, by="eva")
    assert (done.activated_by, done.approved_by, done.forced) == ("ana", "eva", False)


def test_what_was_better_for_other_questions_proves_nothing_and_worse_still_holds(model):
    an_evaluation(model, "better", set_hash="0" * 64)
    found = gate.standing(model)
    assert (found.verdict, found.reasons[0]) == (
        "unclear",
        "Las preguntas de evaluación cambiaron.",
    )
    an_evaluation(model, "worse", set_hash="0" * 64)
    assert gate.standing(model).verdict == "worse"


def test_the_newest_finished_evaluation_counts(model):
    an_evaluation(model, "worse")
    an_evaluation(model, "better")
    an_evaluation(model, "unclear", finished_at=None)
    assert gate.standing(model).verdict == "better"


@pytest.mark.parametrize(("days", "refusals", "warnings"), [(0, 1, 1), (1, 0, 1), (40, 0, 0)])
def test_a_model_that_its_provider_retires_soon_is_warned_of_and_then_refused(
    model, days, refusals, warnings
):
    an_evaluation(model)
    model.ends_on = timezone.localdate() + timedelta(days=days)
    model.save()
    found = gate.standing(model)
    assert (len(found.refusals), len(found.warnings)) == (refusals, warnings)
    if refusals:
        assert refused(model, by="ana", reason="x", force=True).code == "model_not_usable"


def test_a_model_that_its_provider_lost_is_refused(model):
    an_evaluation(model)
    model.gone_at = timezone.now()
    model.save()
    assert refused(model, by="ana").code == "model_not_usable"
