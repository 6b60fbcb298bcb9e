import pytest
from django.db import transaction
from django.utils import timezone
from django_q.models import OrmQ

from conversations.consent import grant, person_known_as, withdraw
from conversations.models import Conversation, Stage
from core.errors import Conflict, Invalid, ModelUnavailable, NotFound, Refusal
from core.models import AuditEvent
from finetune import activation, training
from finetune.models import Evaluation, FineTuningJob, TrainedModel
from tests.factories import a_conversation, a_domain
from tests.finetune.makers import a_file, a_queued_job, a_submitted_job, a_trained_model, examples

pytestmark = pytest.mark.django_db


def start(domain, **options):
    return training.start(domain, **{"file_id": a_file(domain).file_id, "by": "ana"} | options)


def refused(domain, **options):
    """The refusal of a start, which leaves no job and asks the provider to train nothing."""
    with pytest.raises(Refusal) as caught:
        start(domain, **options)
    assert not FineTuningJob.objects.exists()
    return caught.value


def test_a_start_records_a_job_and_queues_it(domain, training_provider):
    OrmQ.objects.all().delete()
    job = start(domain, epochs=3, learning_rate=0.5)
    assert (job.status, job.step, job.openai_job_id) == ("pending", "queued", job.run_name)
    assert (job.total_conversations, job.base_model) == (12, "base-model")
    assert (job.epochs, job.learning_rate, job.created_by) == (3, 0.5, "ana")
    queued = OrmQ.objects.get()
    assert (queued.func(), queued.args()) == ("finetune.tasks.submit_job", (job.pk,))
    assert AuditEvent.objects.get(action="job_started").actor == "ana"
    assert training_provider.sent("POST /fine_tuning/jobs") == 0


def test_a_start_undone_queues_nothing(domain, training_provider):
    file = a_file(domain)
    before = OrmQ.objects.count()
    with transaction.atomic():
        training.start(domain, file_id=file.file_id, by="ana")
        transaction.set_rollback(True)
    assert not FineTuningJob.objects.exists()
    assert OrmQ.objects.count() == before


def test_a_file_of_another_domain_does_not_exist(domain, training_provider):
    theirs = a_file(a_domain("otro", base_model="base-model"))
    assert isinstance(refused(domain, file_id=theirs.file_id), NotFound)


def test_an_unknown_file_does_not_exist(domain, training_provider):
    assert isinstance(refused(domain, file_id="file-nope"), NotFound)


def test_the_held_out_part_is_not_trained_on(domain, training_provider):
    valid = a_file(domain, number=40).dataset.files.get(part="valid")
    assert isinstance(refused(domain, file_id=valid.file_id), NotFound)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("epochs", 0),
        ("epochs", 51),
        ("epochs", -1),
        ("learning_rate", 0),
        ("learning_rate", -0.1),
        ("learning_rate", float("nan")),
        ("learning_rate", float("inf")),
    ],
)
def test_numbers_out_of_bounds_are_refused(domain, training_provider, field, value):
    refusal = refused(domain, **{field: value})
    assert isinstance(refusal, Invalid)
    assert list(refusal.details) == [field]


def test_an_unknown_base_is_refused(domain, training_provider):
    assert refused(domain, base_model="gpt-99").code == "unknown_base_model"


def test_a_model_that_cannot_be_trained_is_refused(domain, training_provider):
    training_provider.models["e5-query"] = {"trainable": False}
    assert refused(domain, base_model="e5-query").code == "unknown_base_model"


@pytest.mark.parametrize("days", [0, 1, 400])
def test_a_base_past_its_end_is_refused_with_the_date(domain, training_provider, days):
    ended = timezone.localdate() - timezone.timedelta(days=days)
    training_provider.models["base-model"] = {"shutdown_date": f"{ended}"}
    refusal = refused(domain)
    assert refusal.code == "base_model_retired"
    assert f"{ended:%d/%m/%Y}" in str(refusal)


def test_a_base_with_days_left_is_trained(domain, training_provider):
    training_provider.models["base-model"] = {"shutdown_date": "2999-01-01"}
    assert start(domain).is_live


def test_a_short_name_is_written_with_its_date(domain, training_provider):
    training_provider.models["gpt-4o-2024-08-06"] = {}
    assert start(domain, base_model="gpt-4o").base_model == "gpt-4o-2024-08-06"


def test_another_provider_can_be_named(domain, training_provider, settings):
    settings.LLM_PROVIDERS["other"] = settings.LLM_PROVIDERS["local"]
    job = start(domain, base_model="other:base-model")
    assert (job.provider, job.base_model) == ("other", "base-model")


def test_a_provider_that_is_down_is_told(domain, training_provider):
    file = a_file(domain)
    training_provider.faults["GET /models"] = ["cut"]
    refusal = refused(domain, file_id=file.file_id)
    assert isinstance(refusal, ModelUnavailable)
    assert refusal.status_code == 503


def test_a_provider_that_no_longer_trains_is_refused(domain, training_provider, settings):
    file = a_file(domain)
    settings.LLM_PROVIDERS["local"]["trains"] = False
    assert refused(domain, file_id=file.file_id).code == "provider_does_not_train"


def test_a_second_start_is_refused(domain, training_provider):
    start(domain)
    with pytest.raises(Conflict):
        start(domain)
    assert FineTuningJob.objects.count() == 1


def test_a_job_that_ended_can_be_started_again(domain, training_provider):
    training.cancel(start(domain), by="ana")
    assert start(domain).is_live


def test_a_consent_withdrawn_since_stops_it(domain, training_provider):
    person = person_known_as("0999", domain=domain)
    grant(person, channel="web")
    row = a_conversation(domain, stars=5, origin="person", person=person)
    Conversation.objects.filter(pk=row.pk).update(stage=Stage.APPROVED)
    examples(domain, 11)
    file = a_file(domain)

    withdraw(person, channel="web")

    refusal = refused(domain, file_id=file.file_id)
    assert (refusal.code, refusal.details) == ("consent_withdrawn", {"ejemplos": 1})


def test_a_queued_job_is_cancelled_here(domain, training_provider):
    job = a_queued_job(domain)
    training.cancel(job, by="ana")
    assert job.status == "cancelled"
    assert training_provider.jobs == {}


def test_a_submitted_job_is_cancelled_at_its_provider_and_keeps_its_events(
    domain, training_provider
):
    job = a_submitted_job(domain)
    training_provider.say(job.openai_job_id, "hola")
    training.cancel(job, by="ana")
    assert (job.status, training_provider.job["status"]) == ("cancelled", "cancelled")
    assert job.events.count() == 1


def test_a_job_that_ended_meanwhile_is_not_cancelled(domain, training_provider):
    job = a_submitted_job(domain)
    training_provider.succeed(job.openai_job_id)
    with pytest.raises(Refusal) as refused:
        training.cancel(job, by="ana")
    assert refused.value.code == "job_ended"
    assert FineTuningJob.objects.get().status == "succeeded"


def test_a_job_that_may_be_on_its_way_is_not_cancelled_yet(domain, training_provider):
    job = a_queued_job(domain)
    training_provider.faults["POST /fine_tuning/jobs"] = ["cut"]
    training.submit(job)
    with pytest.raises(Conflict):
        training.cancel(job, by="ana")
    assert job.is_live


def test_a_job_whose_answer_was_lost_is_found_and_cancelled(domain, training_provider):
    job = a_queued_job(domain)
    training_provider.faults["POST /fine_tuning/jobs"] = ["drop"]
    training.submit(job)
    training.cancel(job, by="ana")
    assert (job.status, training_provider.job["status"]) == ("cancelled", "cancelled")


def test_an_ended_job_is_not_cancelled(domain, training_provider):
    job = a_trained_model(domain, training_provider).job
    with pytest.raises(Refusal, match="exitoso"):
        training.cancel(job, by="ana")


def test_a_live_job_is_not_deleted(domain, training_provider):
    with pytest.raises(Refusal) as refused:
        training.delete(a_submitted_job(domain), by="ana")
    assert (refused.value.code, refused.value.status_code) == ("job_live", 400)


def test_a_deleted_job_takes_its_model_and_evaluations_along(domain, training_provider):
    model = a_trained_model(domain, training_provider)
    Evaluation.objects.create(domain=domain, model=model, verdict="worse")
    training.delete(model.job, by="ana")
    assert not FineTuningJob.objects.exists()
    assert not TrainedModel.objects.exists()
    assert AuditEvent.objects.get(action="job_deleted").actor == "ana"


def test_a_job_whose_model_answered_once_stays(domain, training_provider):
    model = a_trained_model(domain, training_provider)
    activation.activate(model, by="ana", reason="De prueba.")
    activation.deactivate(domain, by="ana")
    with pytest.raises(Refusal) as refused:
        training.delete(model.job, by="ana")
    assert refused.value.code == "model_was_active"


def test_deleting_all_leaves_what_may_not_go(domain, training_provider):
    active = a_trained_model(domain, training_provider)
    activation.activate(active, by="ana", reason="De prueba.")
    cancelled = training.cancel(a_queued_job(domain), by="ana")
    live = a_queued_job(domain)
    other = training.cancel(a_queued_job(a_domain("otro", base_model="base-model")), by="ana")

    assert training.delete_all(domain, by="ana") == 1

    left = set(FineTuningJob.objects.values_list("pk", flat=True))
    assert left == {active.job.pk, live.pk, other.pk}
    assert cancelled.pk not in left


def test_deleting_the_failed_leaves_the_successful(domain, training_provider):
    good = a_trained_model(domain, training_provider).job
    training.cancel(a_queued_job(domain), by="ana")
    assert training.delete_all(domain, only_failed=True, by="ana") == 1
    assert FineTuningJob.objects.get() == good
