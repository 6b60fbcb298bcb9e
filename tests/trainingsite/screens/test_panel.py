"""The panel: the next step of each domain, and the state of the machine."""

import json
import os
import time

import pytest
from django.urls import reverse

from conversations.models import Conversation, Stage, Why
from finetune import activation, automatic
from finetune.models import AutoTraining, FineTuningJob, ProviderPause
from rag.models import Retreat
from tests.factories import a_conversation, a_domain, a_person
from tests.finetune.fake_training import FakeTraining
from tests.finetune.makers import (
    a_file,
    a_queued_job,
    a_submitted_job,
    a_trained_model,
    examples,
)

PANEL = reverse("admin:index")


@pytest.fixture
def training_provider(provider):
    return FakeTraining(provider)


@pytest.fixture
def step(sign_in):
    """Asks the panel what comes next."""
    trainer = sign_in("trainer")
    return lambda: trainer.get(PANEL).context["loops"][0].next_step.label


def test_each_stage_of_the_loop_has_its_next_step(step, domain, training_provider):
    seen = [step()]
    a_conversation(domain)
    seen.append(step())
    examples(domain, 12)
    seen.append(step())
    a_file(domain)
    seen.append(step())
    job = a_submitted_job(domain)
    seen.append(step())
    job.move_to("failed")
    seen.append(step())
    job.delete()
    model = a_trained_model(domain, training_provider)
    seen.append(step())
    activation.activate(model, by="ana", reason="De prueba.")
    domain.conversations.filter(stars=None).update(stars=1)
    seen.append(step())

    assert seen == [
        "Escribir conversaciones",
        "Calificar 1 sin calificar",
        "Preparar Datos para Entrenamiento",
        "Iniciar Entrenamiento",
        "Ver el entrenamiento",
        "Calificar",
        "Revisar y activar",
        "Probar el bot",
    ]
    assert FineTuningJob.objects.count() == 1


def test_the_panel_holds_the_users_domains_only(sign_in, domain):
    a_domain("ajeno")

    assert [it.domain for it in sign_in("rater").get(PANEL).context["loops"]] == [domain]


def test_who_has_no_domain_is_told_so(sign_in):
    page = sign_in("rater", where=None).get(PANEL).content.decode()

    assert "no tiene acceso a ningún dominio" in page


def test_the_number_of_rows_does_not_change_the_number_of_queries(
    sign_in, domain, django_assert_max_num_queries
):
    rater = sign_in("rater")
    a_conversation(domain, stars=5)
    rater.get(PANEL)  # from now on it is known what the base is
    with django_assert_max_num_queries(25) as first:
        rater.get(PANEL)
    examples(domain, 8)
    with django_assert_max_num_queries(25) as then:
        rater.get(PANEL)

    assert len(then) == len(first)


def test_labels_to_review_come_before_more_stars(sign_in, domain):
    row = a_conversation(domain)
    Conversation.objects.filter(pk=row.pk).update(stage=Stage.NEEDS_REVIEW)

    page = sign_in("reviewer").get(PANEL)

    step = page.context["loops"][0].next_step
    assert step.label == "Revisar 1 etiqueta"
    assert sign_in("reviewer").get(step.url).context["cl"].result_count == 1
    assert "1 por revisar" in page.content.decode()


def test_who_may_not_review_is_not_sent_to(sign_in, domain):
    row = a_conversation(domain)
    Conversation.objects.filter(pk=row.pk).update(stage=Stage.NEEDS_REVIEW)

    page = sign_in("rater").get(PANEL)

    assert page.context["loops"][0].next_step.label == "Calificar 1 sin calificar"
    assert "por revisar" not in page.content.decode()


@pytest.mark.parametrize(("age", "says"), [(5, "En marcha."), (600, "Parada"), (None, "señales")])
def test_the_worker_is_judged_by_its_heartbeat(boss, settings, tmp_path, age, says):
    settings.WORKER_HEARTBEAT = tmp_path / "beat"
    if age is not None:
        settings.WORKER_HEARTBEAT.touch()
        os.utime(settings.WORKER_HEARTBEAT, (time.time() - age,) * 2)

    assert says in boss.get(reverse("admin:machine")).content.decode()


@pytest.mark.parametrize(
    ("report", "says"),
    [
        ({"state": "ready", "megabytes": 1500}, "Listo: 1500 MB."),
        ({"state": "failed", "message": "sin red"}, "La instalación falló: sin red"),
        (
            {"state": "installing", "step": 2, "steps": 4, "message": "torch", "megabytes": 700},
            "paso 2 de 4: torch (700 MB)",
        ),
        (None, "Sin instalar"),
    ],
)
def test_the_models_environment_tells_how_far_it_is(boss, settings, tmp_path, report, says):
    settings.MODELS_SETUP = tmp_path / "setup.json"
    if report:
        settings.MODELS_SETUP.write_text(json.dumps(report))

    assert says in boss.get(reverse("admin:machine")).content.decode()


def test_only_what_the_rating_screen_offers_counts_as_unrated(sign_in, domain):
    a_conversation(domain)
    person = a_person(domain, consents=True)
    a_conversation(domain, origin="person", person=person, answer="")
    flagged = a_conversation(domain)
    Conversation.objects.filter(pk=flagged.pk).update(
        stage=Stage.NEEDS_REVIEW, why=Why.PERSONAL_DATA
    )

    (loop,) = sign_in("rater").get(PANEL).context["loops"]

    assert loop.unrated == 1


def test_a_training_that_starts_by_itself_is_announced(sign_in, domain, training_provider):
    examples(domain, 12)
    setting = automatic.turn_on(domain, by="ana")
    trainer = sign_in("trainer")
    assert "empieza solo" not in trainer.get(PANEL).text
    AutoTraining.objects.filter(pk=setting.pk).update(new_examples=12)
    automatic.go_on()
    assert "empieza solo un entrenamiento" in trainer.get(PANEL).text


def test_a_provider_without_money_is_seen(sign_in, domain):
    ProviderPause.objects.create(provider="openai", code="insufficient_quota", message="no money")
    page = sign_in("trainer").get(PANEL).text
    assert "Proveedor «openai»" in page
    assert "En pausa: no money" in page


RESUME = reverse("admin:resume_provider")


def test_a_provider_that_was_paid_goes_on_by_a_click(sign_in, domain, training_provider):
    job = a_queued_job(domain)
    FineTuningJob.objects.filter(pk=job.pk).update(error="[insufficient_quota] no money")
    ProviderPause.objects.create(provider="local", code="insufficient_quota", message="no money")
    trainer = sign_in("trainer")
    assert "Reanudar" in trainer.get(PANEL).text

    answer = trainer.post(RESUME, {"proveedor": "local"}, follow=True)

    job.refresh_from_db()
    assert "«local» ya no está en pausa" in answer.text
    assert "Reanudar" not in answer.text
    assert job.error is None
    assert not ProviderPause.objects.exists()


@pytest.mark.parametrize("name", ["otro", "", "\0"])
def test_a_provider_that_is_not_paused_stays_as_it_is(sign_in, domain, name):
    ProviderPause.objects.create(provider="openai", code="insufficient_quota", message="no money")

    answer = sign_in("trainer").post(RESUME, {"proveedor": name}, follow=True)

    assert "Ese proveedor no está en pausa" in answer.text
    assert ProviderPause.objects.exists()


def test_who_may_not_train_resumes_nothing(sign_in, domain):
    ProviderPause.objects.create(provider="openai", code="insufficient_quota", message="no money")
    rater = sign_in("rater")

    assert "Reanudar" not in rater.get(PANEL).text
    assert rater.post(RESUME, {"proveedor": "openai"}).status_code == 403


def a_retreat(domain, training_provider):
    """The notice that the second model of a domain gave way to the first."""
    first, second = (
        a_trained_model(domain, training_provider, name=f"ft:{it}") for it in ("first", "second")
    )
    activation.activate(second, by="ana", reason="De prueba.")
    activation.activate(first, by="ana", reason="De prueba.")
    return Retreat.objects.create(domain=domain, model=second, up=2, thumbs=9)


def seen(retreat):
    return reverse("admin:retreat_seen", args=[retreat.pk])


def test_a_model_that_its_thumbs_took_back_is_told_until_somebody_has_seen_it(
    sign_in, domain, training_provider
):
    retreat = a_retreat(domain, training_provider)
    trainer, rater = sign_in("trainer"), sign_in("rater")
    page = trainer.get(PANEL).text
    assert "ft:second" in page
    assert "de 9 pulgares, 2 arriba" in page
    assert "Ahora contesta" in page
    assert ">ft:first</a>" in page
    assert seen(retreat) in page
    assert seen(retreat) not in rater.get(PANEL).text
    assert rater.post(seen(retreat)).status_code == 403
    assert "ft:second" not in trainer.post(seen(retreat), follow=True).text
    assert "ya no está" in trainer.post(seen(retreat), follow=True).text


def test_a_model_that_was_taken_back_is_not_told_once_another_was_activated(
    sign_in, domain, training_provider
):
    retreat = a_retreat(domain, training_provider)
    activation.activate(retreat.model, by="ana", reason="Otra vez.")
    assert "se retiró solo" not in sign_in("trainer").get(PANEL).text


def test_nobody_is_asked_to_activate_again_what_its_thumbs_took_back(
    step, domain, training_provider
):
    a_retreat(domain, training_provider)
    assert step() != "Revisar y activar"


def test_a_notice_of_another_domain_is_not_there(sign_in, training_provider):
    retreat = a_retreat(a_domain("ajeno", base_model="base-model"), training_provider)
    trainer = sign_in("trainer")
    assert "se retiró solo" not in trainer.get(PANEL).text
    assert trainer.post(seen(retreat)).status_code == 404
