"""Preparing, starting, following, cancelling and activating, as staff do it in the browser."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from finetune import activation
from finetune.models import Dataset, FineTuningJob, JobEvent, JobStatus
from tests.factories import a_conversation
from tests.finetune.fake_training import FakeTraining
from tests.finetune.makers import (
    a_file,
    a_submitted_job,
    a_trained_model,
    examples,
)

PREPARE, START = reverse("admin:prepare"), reverse("admin:start_training")


@pytest.fixture
def training_provider(provider):
    return FakeTraining(provider)


def job_url(page, job):
    return reverse(f"admin:finetune_finetuningjob_{page}", args=[job.pk])


def told(answer):
    return [str(it) for it in answer.context["messages"]]


def test_preparing_says_what_was_made_and_that_nothing_started(sign_in, domain, training_provider):
    examples(domain, 12)

    answer = sign_in("trainer").post(PREPARE, {"dominio": domain.slug}, follow=True)

    assert Dataset.objects.get().items.count() == 12
    assert "No se ha iniciado ningún entrenamiento" in told(answer)[0]


def test_preparing_too_little_says_what_was_not_done(sign_in, domain, training_provider):
    examples(domain, 4)

    answer = sign_in("trainer").post(PREPARE, {"dominio": domain.slug}, follow=True)

    assert not Dataset.objects.exists()
    assert told(answer)[0].startswith("Faltan 6 ejemplos")
    assert told(answer)[0].endswith("No se preparó ni se subió nada.")


def test_the_preview_counts_the_reasons(sign_in, domain):
    for _ in range(2):
        a_conversation(domain, stars=5, question="¿Cuál es el plazo máximo?", answer="Doce meses.")

    context = sign_in("trainer").get(PREPARE).context

    assert context["missing"] == 9
    assert sum(total for _reason, total in context["reasons"]) == 1


def test_the_form_starts_with_the_domains_base_model(sign_in, domain, training_provider):
    a_file(domain)

    form = sign_in("trainer").get(START).context["form"]

    assert form["base_model"].value() == "base-model"


def test_starting_queues_a_job_and_shows_its_page(sign_in, domain, training_provider):
    file = a_file(domain)
    fields = {"file_id": file.file_id, "base_model": "base-model", "epochs": 2}

    answer = sign_in("trainer").post(START, fields | {"dominio": domain.slug}, follow=True)

    job = FineTuningJob.objects.get()
    assert (job.status, job.epochs) == (JobStatus.PENDING, 2)
    assert answer.context["job"] == job


def test_a_refusal_is_shown_on_the_form(sign_in, domain, training_provider):
    file = a_file(domain)
    fields = {"file_id": file.file_id, "base_model": "otro-modelo", "dominio": domain.slug}

    page = sign_in("trainer").post(START, fields).content.decode()

    assert "No se inició nada." in page
    assert not FineTuningJob.objects.exists()


def test_a_file_of_others_is_no_choice(sign_in, domain, training_provider):
    fields = {"file_id": "file-ajeno", "base_model": "base-model", "dominio": domain.slug}

    sign_in("trainer").post(START, fields)

    assert not FineTuningJob.objects.exists()


def test_without_data_the_form_says_what_comes_first(sign_in, domain):
    page = sign_in("trainer").get(START).content.decode()

    assert "no tiene datos preparados" in page
    assert "Faltan 10 ejemplos" in page


def test_a_live_job_refreshes_itself_and_asks_no_provider(sign_in, domain, training_provider):
    job = a_submitted_job(domain)
    rater = sign_in("rater")
    page = rater.get(job_url("change", job)).content.decode()
    asked = len(training_provider.fake.requests)
    rater.get(job_url("state", job))

    assert f'hx-get="{job_url("state", job)}" hx-trigger="every 10s"' in page
    assert len(training_provider.fake.requests) == asked


def test_an_ended_job_stands_still_and_shows_its_curve(sign_in, domain, training_provider):
    job = a_trained_model(domain, training_provider).job
    for step, loss in ((0, 3.0), (10, 1.5)):
        data = {"step": step, "train_loss": loss, "full_valid_loss": loss + 0.5}
        JobEvent.objects.create(
            job=job, event_id=f"e{step}", at=timezone.now(), level="info", message="x", data=data
        )

    page = sign_in("rater").get(job_url("state", job)).content.decode()

    assert "hx-trigger" not in page
    assert 'class="ts-train" points="48.0,' in page
    assert "validación: 2,000" in page
    assert "Exitoso" in page


def test_a_failed_job_shows_its_error(sign_in, domain, training_provider):
    job = a_submitted_job(domain)
    job.move_to(JobStatus.FAILED, error="Sin memoria.")

    assert "Sin memoria." in sign_in("rater").get(job_url("change", job)).content.decode()


def test_cancelling_needs_its_right(sign_in, domain, training_provider):
    job = a_trained_model(domain, training_provider).job

    assert sign_in("rater").post(job_url("cancel", job)).status_code == 403


def test_an_ended_job_is_not_cancelled(sign_in, domain, training_provider):
    job = a_trained_model(domain, training_provider).job

    answer = sign_in("trainer").post(job_url("cancel", job), follow=True)

    assert "terminó" in told(answer)[0]


def test_a_job_whose_model_answers_is_not_deleted(sign_in, domain, training_provider):
    model = a_trained_model(domain, training_provider)
    activation.activate(model, by="ana", reason="De prueba.")

    trainer = sign_in("trainer")
    page = trainer.get(job_url("change", model.job)).content.decode()
    answer = trainer.post(job_url("delete", model.job), {"post": "yes"}, follow=True)

    assert job_url("delete", model.job) not in page
    assert FineTuningJob.objects.filter(pk=model.job.pk).exists()
    assert any("su historia se conserva" in it for it in told(answer))


def test_an_ended_job_is_deleted(sign_in, domain, training_provider):
    job = a_submitted_job(domain)
    job.move_to(JobStatus.FAILED, error="x", finished_at=timezone.now() - timedelta(hours=1))

    trainer = sign_in("trainer")
    page = trainer.get(job_url("change", job)).content.decode()
    trainer.post(job_url("delete", job), {"post": "yes"})

    assert job_url("delete", job) in page
    assert not FineTuningJob.objects.exists()


def test_the_list_of_models_names_the_active_one(sign_in, domain, training_provider):
    activation.activate(a_trained_model(domain, training_provider), by="ana", reason="De prueba.")

    page = sign_in("rater").get(reverse("admin:finetune_trainedmodel_changelist"))

    assert ">activo<" in "".join(page.content.decode().split())


def test_a_dataset_is_read_only_and_shows_its_examples(sign_in, domain, training_provider):
    dataset = a_file(domain).dataset
    url = reverse("admin:finetune_dataset_change", args=[dataset.pk])
    boss = sign_in("admin")

    assert dataset.items.first().question in boss.get(url).content.decode()
    assert boss.post(url, {"number": 9}).status_code == 403


def test_a_prepared_dataset_leads_to_its_training(sign_in, domain, training_provider):
    first = a_file(domain)
    examples(domain, 3)
    second = a_file(domain)
    page_url = reverse("admin:finetune_dataset_change", args=[first.dataset.pk])
    trainer = sign_in("trainer")

    page = trainer.get(page_url).content.decode()
    form = trainer.get(page_url.replace("change/", "iniciar/"), follow=True)
    unknown = trainer.get(START, {"conjunto": "nada"}).context["form"]

    assert first != second
    assert "Iniciar Entrenamiento" in page
    assert form.context["form"]["file_id"].value() == first.file_id
    assert unknown["file_id"].value() is None


def test_who_may_not_train_is_not_led_there(sign_in, domain, training_provider):
    dataset = a_file(domain).dataset
    url = reverse("admin:finetune_dataset_change", args=[dataset.pk])
    rater = sign_in("rater")

    assert "Iniciar Entrenamiento" not in rater.get(url).content.decode()
    assert rater.get(url.replace("change/", "iniciar/")).status_code == 403
