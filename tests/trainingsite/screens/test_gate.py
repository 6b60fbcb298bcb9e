"""Activating by each verdict, second people, one click back, and the page of an evaluation."""

import pytest
from django.urls import reverse
from django.utils import timezone

from finetune import activation
from finetune.admin.forest import forest
from finetune.models import ActivationRequest, EvaluationItem
from tests.factories import a_domain
from tests.finetune.fake_training import FakeTraining
from tests.finetune.makers import a_trained_model, an_evaluation

BELOW = {"mean": -4.0, "low": -6.0, "high": -2.0, "questions": 40}
ABOVE = {"mean": 4.0, "low": 2.0, "high": 6.0, "questions": 40}
SUMMARY = {
    "questions": 40,
    "measure": "chrf",
    "rivals": ["base", "examples"],
    "base": {"chrf": 30.0, "similarity": 0.5, "milliseconds": 900.0},
    "tuned": {"chrf": 26.0, "similarity": None, "milliseconds": 800.0},
    "differences": {"base": {"chrf": BELOW}, "examples": {"chrf": ABOVE, "exact": None}},
    "topics": [
        {"topic": "precios", "critical": True, "questions": 9, "differences": {"base": BELOW}}
    ],
    "probes": {
        "asked": 56,
        "passed": {"base": 56, "tuned": 55},
        "regressions": [{"kind": "fuga", "question": "¿Cuál es el teléfono de <b>Ana</b>?"}],
    },
    "loss": {"before": 3.0, "after": 2.25},
}


@pytest.fixture
def training_provider(provider):
    return FakeTraining(provider)


@pytest.fixture
def model(domain, training_provider):
    return a_trained_model(domain, training_provider)


def url(page, row, kind="trainedmodel"):
    return reverse(f"admin:finetune_{kind}_{page}", args=[row.pk])


def told(answer):
    return [str(it) for it in answer.context["messages"]]


def text(answer):
    return answer.content.decode()


def test_a_better_model_takes_one_button(sign_in, domain, model):
    an_evaluation(model, "better")
    trainer = sign_in("trainer")

    page = text(trainer.get(url("activate", model)))
    before = activation.active(domain)
    trainer.post(url("activate", model))

    assert 'name="reason"' not in page
    assert before is None
    assert activation.active(domain) == model


def test_without_evidence_a_reason_is_required_and_kept(sign_in, domain, model):
    an_evaluation(model, "unclear")
    trainer = sign_in("trainer")

    empty = trainer.post(url("activate", model), {"reason": "  "})
    refused = activation.active(domain)
    trainer.post(url("activate", model), {"reason": "Suena mejor."})

    assert (empty.status_code, refused) == (409, None)
    assert "Activar sin evidencia suficiente" in text(empty)
    assert domain.activations.get().reason == "Suena mejor."


def test_a_model_that_got_worse_since_the_page_opened_is_refused(sign_in, domain, model):
    an_evaluation(model, "worse", summary=SUMMARY)

    answer = sign_in("trainer").post(url("activate", model), {"reason": "Suena mejor."})

    assert answer.status_code == 409
    assert "es peor: no se activa" in text(answer)
    assert activation.active(domain) is None


def test_a_worse_model_is_refused_with_its_numbers(sign_in, model):
    an_evaluation(model, "worse", summary=SUMMARY, reasons=["Peor que la base: chrF -4,0."])

    page = text(sign_in("trainer").get(url("activate", model)))

    assert "Es peor: no se activa." in page
    assert "Peor que la base: chrF -4,0." in page
    assert "−6,0 … −2,0" in page
    assert "Pedir la aprobación de otra persona" in page


def test_a_worse_model_waits_for_a_second_person(sign_in, domain, model):
    an_evaluation(model, "worse")
    asks = {"reason": "Lo pide la gerencia.", "forzar": "1"}
    ana, eva = sign_in("trainer"), sign_in("trainer")

    ana.post(url("activate", model), asks)
    request = ActivationRequest.objects.get()
    own = ana.post(url("decide", request, "activationrequest"), {"decision": "aprobar"})
    waiting = activation.active(domain)
    listed = text(eva.get(reverse("admin:finetune_activationrequest_changelist")))
    eva.post(url("decide", request, "activationrequest"), {"decision": "aprobar"})

    assert own.status_code == 302
    assert waiting is None
    assert model.name in listed
    done = domain.activations.get()
    assert (done.activated_by, done.approved_by) == (ana.user.username, eva.user.username)


def test_who_asks_is_offered_to_take_it_back_only(sign_in, domain, model):
    an_evaluation(model, "worse")
    ana, eva = sign_in("trainer"), sign_in("trainer")
    answer = ana.post(url("activate", model), {"reason": "Sí.", "forzar": "1"}, follow=True)
    request = ActivationRequest.objects.get()
    others = text(eva.get(url("change", request, "activationrequest")))
    closed = ana.post(url("decide", request, "activationrequest"), {"decision": "negar"})

    assert "Retirar la petición" in text(answer)
    assert "Aprobar y activar" not in text(answer)
    assert "Aprobar y activar" in others
    assert closed.status_code == 302
    request.refresh_from_db()
    assert request.granted is False
    assert activation.active(domain) is None


def test_a_decision_is_one_of_two(sign_in, model):
    an_evaluation(model, "worse")
    sign_in("trainer").post(url("activate", model), {"reason": "Sí.", "forzar": "1"})
    request = ActivationRequest.objects.get()

    answer = sign_in("trainer").post(
        url("decide", request, "activationrequest"), {"decision": "x"}, follow=True
    )

    assert told(answer) == ["Elija aprobar o negar."]
    assert ActivationRequest.objects.get().decided_at is None


def test_two_people_are_asked_for_where_the_site_is_set_so(sign_in, domain, model, settings):
    settings.ACTIVATION_NEEDS_TWO = True
    an_evaluation(model, "better")

    answer = sign_in("trainer").post(url("activate", model), follow=True)

    assert "otra persona tiene que aprobarla" in told(answer)[0]
    assert activation.active(domain) is None


def test_one_click_brings_the_model_before_back(sign_in, domain, training_provider):
    first, second = (
        a_trained_model(domain, training_provider, name=name) for name in ("ft:uno", "ft:dos")
    )
    for model in (first, second):
        activation.activate(model, by="ana", reason="De prueba.")
    trainer = sign_in("trainer")

    page = text(trainer.get(url("change", second)))
    trainer.post(url("roll_back", second))
    again = trainer.post(url("roll_back", second), follow=True)

    assert "Volver a «ft:uno»" in page
    assert activation.active(domain) == first
    assert "ya no es el que contesta" in told(again)[-1]


def test_deactivating_leaves_the_base_with_its_examples(sign_in, domain, model):
    activation.activate(model, by="ana", reason="De prueba.")

    answer = sign_in("trainer").post(url("deactivate", model), follow=True)

    assert activation.active(domain) is None
    assert domain.answer_model in told(answer)[0]


@pytest.mark.parametrize("page", ["activate", "roll_back", "deactivate", "evaluate"])
def test_deciding_about_a_model_needs_its_right(sign_in, model, page):
    assert sign_in("rater").post(url(page, model)).status_code == 403


@pytest.mark.parametrize("page", ["roll_back", "deactivate", "evaluate"])
def test_looking_at_a_decision_does_nothing(sign_in, domain, model, page):
    activation.activate(model, by="ana", reason="De prueba.")

    sign_in("trainer").get(url(page, model))

    assert activation.active(domain) == model
    assert not model.evaluations.exists()


def test_a_model_of_others_is_not_found(sign_in, model):
    stranger = sign_in("trainer", where=a_domain("ajeno"))

    assert stranger.post(url("activate", model)).status_code == 404
    assert stranger.get(url("roll_back", model)).status_code == 404


def test_a_model_is_evaluated_again_on_demand(sign_in, domain, model):
    answer = sign_in("trainer").post(url("evaluate", model), follow=True)

    assert model.evaluations.open().exists()
    assert "Se está evaluando ahora" in text(answer)


def test_the_list_of_models_tells_the_last_verdict(sign_in, model):
    an_evaluation(model, "worse")

    page = text(sign_in("rater").get(reverse("admin:finetune_trainedmodel_changelist")))

    assert ">peor<" in "".join(page.split())


def test_an_evaluations_page_shows_its_figures_and_escapes_its_texts(sign_in, model):
    found = an_evaluation(model, "worse", summary=SUMMARY)

    page = text(sign_in("rater").get(url("change", found, "evaluation")))

    assert "ts-side-bad" in page
    assert "ts-side-good" in page
    assert "supera <strong>55</strong> de 56" in page
    assert "&lt;b&gt;Ana&lt;/b&gt;" in page
    assert "3,000 antes" in page
    assert "precios" in page
    assert "desactualizada" not in page


def test_an_evaluations_page_says_how_many_questions_had_passages(sign_in, model):
    found = an_evaluation(model, "worse", summary=SUMMARY | {"passages": 7})

    page = text(sign_in("rater").get(url("change", found, "evaluation")))

    assert "7, con pasajes de los documentos" in page


def test_a_stale_evaluation_is_marked(sign_in, domain, model):
    found = an_evaluation(model, "better", summary=SUMMARY)
    domain.write_prompt("Otro prompt.", by="ana")

    page = text(sign_in("rater").get(url("change", found, "evaluation")))

    assert "desactualizada" in page
    assert "El prompt del dominio cambió." in page
    assert ">sin evidencia suficiente<" in page


def test_an_evaluation_under_way_tells_how_far_it_is(sign_in, model):
    found = an_evaluation(model, finished_at=None)
    EvaluationItem.objects.create(
        evaluation=found, variant="base", question="¿?", answer="Sí.", milliseconds=1
    )

    assert "1 respuestas hasta ahora" in text(
        sign_in("rater").get(url("change", found, "evaluation"))
    )


def test_the_list_of_requests_asks_the_database_as_often_for_many(
    sign_in, domain, training_provider, django_assert_num_queries
):
    trainer, lists = sign_in("trainer"), reverse("admin:finetune_activationrequest_changelist")
    for number in range(2):
        a_request(a_trained_model(domain, training_provider, name=f"ft:{number}"))
    with django_assert_num_queries(6) as few:
        trainer.get(lists)
    for number in range(2, 5):
        a_request(a_trained_model(domain, training_provider, name=f"ft:{number}"))
    with django_assert_num_queries(len(few)):
        trainer.get(lists)


def test_a_request_that_was_decided_offers_nothing(sign_in, model):
    request = a_request(model, decided_by="eva", decided_at=timezone.now(), granted=False)

    page = text(sign_in("trainer").get(url("change", request, "activationrequest")))

    assert "Aprobar y activar" not in page
    assert "negada" in page


def test_intervals_that_hold_zero_prove_nothing():
    (row,) = forest(
        [("base", {"mean": 0, "low": -1, "high": 1, "questions": 9}), ("x", None)], measure="exact"
    )

    assert (row.side, row.mean, row.zero_at) == ("even", "0,000", row.mean_at)


def a_request(model, **fields):
    return ActivationRequest.objects.create(
        model=model, verdict="worse", asked_by="ana", reason="Sí.", **fields
    )
