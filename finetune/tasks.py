"""What the queue runs: keys in, a sentence out. Each may run twice, or find its row gone."""

from finetune import (
    automatic,
    availability,
    deployment,
    erasure,
    evaluation,
    notices,
    polling,
    speeds,
    training,
)
from finetune.models import FineTuningJob


def submit_job(pk: int) -> str:
    """Hand a queued job to its provider."""
    job = FineTuningJob.objects.live().filter(pk=pk).first()
    if job is None:
        return "nothing to do"
    training.submit(job)
    return f"{job}: {job.status}"


def poll_jobs() -> str:
    """Ask about the live jobs for about a minute."""
    return polling.poll()


def evaluate_waiting() -> str:
    """Do a part of the evaluations that are not finished, and begin those of new models."""
    return evaluation.go_on()


def remove_files() -> str:
    """Delete at the providers the files of people who have been erased."""
    return erasure.remove_due()


def check_models() -> str:
    """Ask the providers which of the models that they trained they still have, and until when."""
    return availability.check_models()


def ask_job(pk: int) -> str:
    """Ask about one job now: its provider says that something happened."""
    job = FineTuningJob.objects.live().filter(pk=pk).first()
    if job is None:
        return "nothing to do"
    polling.ask(job)
    return f"{job}: {job.status}"


def forget_notices() -> str:
    """Delete the providers' notices that nobody can repeat any more."""
    return f"{notices.forget()} forgotten"


def train_by_itself() -> str:
    """Announce and start what was allowed to start by itself."""
    return automatic.go_on()


def deploy_waiting() -> str:
    """Go on with putting models in other places."""
    return deployment.go_on_waiting()


def measure_speeds() -> str:
    """Go on with measuring how fast this machine trains."""
    return speeds.go_on()
