"""Preparing, starting, following, cancelling and activating, as staff do it in the browser."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from conversations.models import Conversation
from finetune import activation
from finetune.models import (
    AutoTraining,
    Budget,
    Dataset,
    FineTuningJob,
    JobEvent,
    JobStatus,
    Price,
    Speed,
)
from tests.factories import a_conversation, a_domain
from tests.finetune.datasets.test_versions import corrected
from tests.finetune.fake_training import FakeTraining
from tests.finetune.makers import (
    a_file,
    a_submitted_job,
    a_trained_model,
    examples,
)
from tests.finetune.test_estimates import a_price

PREPARE, START = reverse("admin:prepare"), reverse("admin:start_training")


@pytest.fixture
def training_provider(provider):
    return FakeTraining(provider)


def job_url(page, job):
    return reverse(f"admin:finetune_finetuningjob_{page}", args=[job.pk])


def what_to_start(domain, **fields):
    """What the form sends first, before the estimate was seen."""
    wanted = {"file_id": a_file(domain).file_id, "base_model": "base-model"}
    return wanted | {"dominio": domain.slug} | fields


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


@pytest.mark.parametrize(
    ("stars", "said"), [(2, "Tiene 2 estrellas; hacen falta 4."), (5, "Entra: ninguna regla")]
)
def test_a_conversation_is_told_why_it_is_not_in(sign_in, domain, stars, said):
    row = a_conversation(domain, stars=stars)

    assert said in sign_in("trainer").get(PREPARE, {"numero": row.pk}).content.decode()


@pytest.mark.parametrize("number", ["0", "x", "9" * 30, "１２"])
def test_an_unknown_conversation_is_told_so(sign_in, domain, number):
    answer = sign_in("trainer").get(PREPARE, {"numero": number})

    assert "no tiene esa conversación" in answer.content.decode()


def test_why_says_nothing_of_conversations_of_others(sign_in, domain):
    theirs = a_conversation(a_domain("ajeno"), stars=5)

    page = sign_in("trainer").get(PREPARE, {"numero": theirs.pk}).content.decode()

    assert "no tiene esa conversación" in page


def test_the_ranked_list_is_approved_at_once_but_for_what_is_not_ticked(sign_in, domain):
    rows = [scored(domain) for _ in range(3)]
    reviewer = sign_in("reviewer")
    url = reverse("admin:ranked")

    page = reviewer.get(url, {"dominio": domain.slug}).content.decode()
    ids = [rows[0].pk, rows[1].pk, "x", "9999999"]
    answer = reviewer.post(url, {"dominio": domain.slug, "id": ids}, follow=True)

    for row in rows:
        row.refresh_from_db()
    assert "3 conversaciones bien puntuadas" in page
    assert [row.reviewed_at is None for row in rows] == [False, False, True]
    assert told(answer)[0] == "2 aprobadas."


def test_the_ranked_list_is_for_reviewers(sign_in, domain):
    assert sign_in("trainer").get(reverse("admin:ranked")).status_code == 403
    other = {"dominio": a_domain("ajeno").slug}
    assert sign_in("reviewer").post(reverse("admin:ranked"), other).status_code == 404


def scored(domain):
    row = a_conversation(domain)
    Conversation.objects.filter(pk=row.pk).update(
        stage="needs_review", score=5, scored_at=timezone.now()
    )
    return row


def test_the_form_starts_with_the_domains_base_model(sign_in, domain, training_provider):
    a_file(domain)

    form = sign_in("trainer").get(START).context["form"]

    assert form["base_model"].value() == "base-model"


def test_the_estimate_comes_before_the_button(sign_in, domain, training_provider):
    fields = what_to_start(domain, epochs=2)
    trainer = sign_in("trainer")

    shown = trainer.post(START, fields)
    nothing = FineTuningJob.objects.exists()
    answer = trainer.post(START, fields | {"estimado": shown.context["seal"]}, follow=True)

    page = shown.content.decode()
    assert "Lo que tomará" in page
    assert "sin precio escrito" in page
    assert "este dominio no tiene presupuesto" in page
    assert not nothing
    job = FineTuningJob.objects.get()
    assert (job.status, job.epochs) == (JobStatus.PENDING, 2)
    assert answer.context["job"] == job


def test_another_choice_than_the_estimated_one_is_estimated_first(
    sign_in, domain, training_provider
):
    fields, trainer = what_to_start(domain, epochs=2), sign_in("trainer")
    seal = trainer.post(START, fields).context["seal"]

    answer = trainer.post(START, fields | {"epochs": 9, "estimado": seal})

    assert "Cambió algo desde la estimación anterior" in answer.content.decode()
    assert not FineTuningJob.objects.exists()


def test_a_time_that_is_being_measured_is_told_so(sign_in, domain, training_provider):
    fields, trainer = what_to_start(domain), sign_in("trainer")
    assert "se está midiendo" in trainer.post(START, fields).content.decode()
    Speed.objects.update(state="dead")
    assert "no se sabe antes del primero" in trainer.post(START, fields).content.decode()


def test_how_it_learns_is_chosen_among_the_folded_options(sign_in, domain, training_provider):
    fields = what_to_start(domain, learning_rate="0.5", lora_rank=8, lora_alpha=16)
    trainer = sign_in("trainer")
    assert not trainer.get(START).context["form"].unfolded

    shown = trainer.post(START, fields)
    answer = trainer.post(START, fields | {"estimado": shown.context["seal"]}, follow=True)

    assert shown.context["form"].unfolded
    job = FineTuningJob.objects.get()
    assert (job.learning_rate, job.parameters) == (0.5, {"lora_rank": 8, "lora_alpha": 16})
    assert ("lora_rank", 8) in answer.context["settings"]


def test_preferences_need_corrected_answers(sign_in, domain, training_provider):
    fields = what_to_start(domain)
    file = Dataset.objects.get().files.get()
    Dataset.objects.get().files.create(
        provider=file.provider, part=file.part, method="dpo", file_id="file-dpo", bytes=1
    )

    page = sign_in("trainer").post(START, fields | {"method": "dpo"})

    assert [it for it, _ in page.context["form"].fields["file_id"].choices] == [file.file_id]
    assert "Hay 0 ejemplos de los que este método aprende" in page.content.decode()


def test_another_method_is_another_estimate(sign_in, domain, training_provider):
    for row in examples(domain, 12):
        corrected(row, f"Una respuesta mejor que la número {row.pk}.")
    fields, trainer = what_to_start(domain), sign_in("trainer")
    seal = trainer.post(START, fields).context["seal"]

    answer = trainer.post(START, fields | {"method": "dpo", "estimado": seal})

    assert answer.context["changed"]
    assert not FineTuningJob.objects.exists()


@pytest.mark.parametrize(
    ("name", "value"), [("lora_rank", 0), ("lora_alpha", 2000), ("method", "otro")]
)
def test_an_option_that_is_wrong_is_told_beside_it(sign_in, domain, training_provider, name, value):
    page = sign_in("trainer").post(START, what_to_start(domain, **{name: value}))

    assert page.context["form"][name].errors
    assert page.context["form"].unfolded


def test_the_estimate_names_money_and_limits(sign_in, domain, training_provider):
    fields = what_to_start(domain)
    a_price(25_000)
    Budget.objects.create(domain=domain, per_run=1, per_month=90)
    trainer = sign_in("trainer")

    shown = trainer.post(START, fields)
    refused = trainer.post(START, fields | {"estimado": shown.context["seal"]})

    assert "USD" in shown.content.decode()
    assert "0,00 de 90,00 USD" in shown.content.decode()
    assert "No se inició nada." in refused.content.decode()
    assert not FineTuningJob.objects.exists()


def test_a_job_shows_its_estimate_beside_the_fact(sign_in, domain, training_provider):
    job = a_submitted_job(domain)
    estimated = job.estimate["tokens"]
    FineTuningJob.objects.filter(pk=job.pk).update(trained_tokens=77)

    page = sign_in("rater").get(job_url("state", job)).content.decode()

    assert f"77 (se estimó {estimated})" in page


def test_a_price_is_added_with_its_source_and_never_changed(sign_in, domain):
    boss = sign_in("admin")
    fields = {
        "provider": "openai",
        "base_model": "gpt-x",
        "per_million": "3.00",
        "currency": "USD",
        "read_on": timezone.localdate().isoformat(),
        "source": "su página de precios",
    }

    future = fields | {"read_on": (timezone.localdate() + timedelta(days=1)).isoformat()}
    boss.post(reverse("admin:finetune_price_add"), future)
    refused = Price.objects.exists()
    boss.post(reverse("admin:finetune_price_add"), fields)

    price = Price.objects.get()
    change = reverse("admin:finetune_price_change", args=[price.pk])
    assert not refused
    assert price.created_by == boss.user.username
    assert boss.post(change, fields | {"per_million": "1.00"}).status_code == 403


def test_automatic_training_is_switched_after_its_reasons(sign_in, domain):
    boss, trainer = sign_in("admin"), sign_in("trainer")
    given = {"domain": domain.pk, "new_examples": 60, "wait_hours": 12}
    boss.post(reverse("admin:finetune_autotraining_add"), given)
    setting = AutoTraining.objects.get()
    switch = reverse("admin:finetune_autotraining_switch", args=[setting.pk])

    page = boss.get(reverse("admin:finetune_autotraining_change", args=[setting.pk]))
    boss.get(switch, {"encender": "1"})
    looked = AutoTraining.objects.get().enabled
    boss.post(switch, {"encender": "1"})
    on = AutoTraining.objects.get()
    refused = trainer.post(switch, {"apagar": "1"}).status_code
    boss.post(switch, {"apagar": "1"})

    assert not setting.enabled
    assert "Razones para no hacerlo" in page.content.decode()
    assert not looked
    assert (on.enabled, on.enabled_by, refused) == (True, boss.user.username, 403)
    assert not AutoTraining.objects.get().enabled


def test_a_trainer_reads_budgets_and_an_administrator_sets_them(sign_in, domain):
    add = reverse("admin:finetune_budget_add")
    fields = {"domain": domain.pk, "currency": "USD", "per_run": "5", "per_month": "-1"}

    assert sign_in("trainer").post(add, fields).status_code == 403
    boss = sign_in("admin")
    boss.post(add, fields)
    negative = Budget.objects.exists()
    boss.post(add, fields | {"per_month": ""})

    assert not negative
    assert Budget.objects.get().per_month is None


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
