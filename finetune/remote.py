"""A provider's files, jobs and models, as plain values. It alone asks the provider to train.

Every function may raise :class:`ModelUnavailable` (worth another try) or :class:`ModelRefused`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from core import llm
from core.errors import ModelRefused, ModelUnavailable, Refusal
from finetune.parameters import metadata

ASK_SECONDS = 10.0  # a question
SEND_SECONDS = 60.0  # an upload, or a request that is paid


class OutOfMoney(ModelUnavailable):
    """The account at the provider is empty: nothing helps but a person."""

    code = "insufficient_quota"
    status_code = 409


@dataclass(frozen=True)
class RemoteJob:
    """A job as its provider tells it; ``status`` is its own word."""

    id: str
    status: str
    created_at: datetime
    finished_at: datetime | None
    trained_model: str
    trained_tokens: int | None
    error: str


@dataclass(frozen=True)
class RemoteEvent:
    id: str
    at: datetime
    level: str
    kind: str
    message: str
    data: dict[str, Any]


@dataclass(frozen=True)
class RemoteModel:
    name: str
    trainable: bool
    ends: date | None
    max_steps: int | None = None  # of a training, where the provider limits them


@dataclass(frozen=True)
class JobOrder:
    """What is asked of a provider; ``run_key`` finds the job again whatever happens."""

    base_model: str
    training_file: str
    validation_file: str
    run_key: UUID
    dataset_sha256: str
    suffix: str
    epochs: int | None = None
    learning_rate: float | None = None
    method: str = "supervised"
    parameters: Mapping[str, Any] = field(default_factory=dict)


@contextmanager
def _asking(provider: str, *, timeout: float = ASK_SECONDS) -> Iterator[Any]:
    """A client, with its failures as ours; what is not the API's answer counts as no answer."""
    with _money_apart(), llm.explained(provider), llm.client(provider, timeout=timeout) as client:
        try:
            yield client
        except (ValueError, AttributeError, TypeError) as error:
            # A proxy's page comes back as a string, or as JSON cut short, with status 200.
            raise ModelUnavailable(
                f"El proveedor «{provider}» contestó mal.", proveedor=provider
            ) from error


@contextmanager
def _money_apart() -> Iterator[None]:
    """An empty account is a failure of its own kind: the same request is good once it is paid."""
    try:
        yield
    except ModelRefused as refusal:
        if getattr(refusal.__cause__, "code", None) != OutOfMoney.code:
            raise
        raise OutOfMoney(str(refusal), **refusal.details) from refusal.__cause__


def models(provider: str) -> dict[str, RemoteModel]:
    """The provider's models, by name."""
    with _asking(provider) as client:
        return {it.id: _model(it) for it in client.models.list()}


def model(provider: str, name: str) -> RemoteModel | None:
    """The provider's model ``name``, or ``None`` when its list does not have it."""
    return models(provider).get(name)


def has_model(provider: str, name: str) -> bool:
    """Whether the provider still serves ``name``; its list need not name what was trained."""
    try:
        with _asking(provider) as client:
            client.models.retrieve(name)
    except ModelRefused as refusal:
        if is_unknown(refusal):
            return False
        raise
    return True


def delete_model(provider: str, name: str) -> None:
    """Have the provider forget a model that it trained."""
    with _asking(provider) as client:
        client.models.delete(name)


def find_file(provider: str, *, name: str, content: bytes) -> str:
    """The id of a training file that the provider has under ``name``, byte for byte; or ``""``."""
    with _asking(provider) as client:
        for it in client.files.list(purpose="fine-tune"):
            if it.filename == name and it.bytes == len(content):
                return str(it.id)
    return ""


def files_named(provider: str, start: str) -> list[str]:
    """The ids of the training files that the provider has under names that begin so."""
    with _asking(provider) as client:
        found = client.files.list(purpose="fine-tune")
        return [str(it.id) for it in found if it.filename.startswith(start)]


def has_file(provider: str, file_id: str) -> bool:
    """Whether the provider still has the file."""
    try:
        with _asking(provider) as client:
            client.files.retrieve(file_id)
    except ModelRefused as refusal:
        if is_unknown(refusal):
            return False
        raise
    return True


def upload(provider: str, *, name: str, content: bytes) -> str:
    """Send a training file, once; its id."""
    with _asking(provider, timeout=SEND_SECONDS) as client:
        return str(client.files.create(file=(name, content), purpose="fine-tune").id)


def delete_file(provider: str, file_id: str) -> None:
    """Remove a file from the provider."""
    with _asking(provider) as client:
        client.files.delete(file_id)


def find_jobs(provider: str, run_key: UUID) -> list[RemoteJob]:
    """The provider's jobs that carry ``run_key``, oldest first: none, or one if all went well."""
    key = str(run_key)
    with _asking(provider) as client:
        found = client.fine_tuning.jobs.list(metadata={"run_key": key}, limit=100)
        # A server that ignores the filter lists them all.
        ours = [_job(it) for it in found if (it.metadata or {}).get("run_key") == key]
    return sorted(ours, key=lambda it: it.created_at)


def create_job(provider: str, order: JobOrder) -> RemoteJob:
    """Order a training, once. This request may be paid, so nothing repeats it."""
    asked: dict[str, Any] = {
        "model": order.base_model,
        "training_file": order.training_file,
        "method": {
            "type": order.method,
            order.method: {"hyperparameters": _hyperparameters(order)},
        },
        "metadata": {
            "run_key": str(order.run_key),
            "dataset_sha256": order.dataset_sha256,
            **metadata(order.parameters),
        },
        "suffix": order.suffix,
    }
    if "seed" in order.parameters:
        asked["seed"] = order.parameters["seed"]
    if order.validation_file:
        asked["validation_file"] = order.validation_file
    with _asking(provider, timeout=SEND_SECONDS) as client:
        return _job(client.fine_tuning.jobs.create(**asked))


def _hyperparameters(order: JobOrder) -> dict[str, Any]:
    """Those that were chosen; the provider chooses the others."""
    chosen = {
        "n_epochs": order.epochs,
        "learning_rate_multiplier": order.learning_rate,
        "batch_size": order.parameters.get("batch_size"),
        "beta": order.parameters.get("beta"),
    }
    return {name: value for name, value in chosen.items() if value is not None}


def job(provider: str, job_id: str) -> RemoteJob:
    """The job as it is now."""
    with _asking(provider) as client:
        return _job(client.fine_tuning.jobs.retrieve(job_id))


def cancel(provider: str, job_id: str) -> RemoteJob:
    """Ask the provider to end a job; it may take a while to obey."""
    with _asking(provider) as client:
        return _job(client.fine_tuning.jobs.cancel(job_id))


def event_pages(provider: str, job_id: str) -> Iterator[list[RemoteEvent]]:
    """What the provider said about a job, newest page first."""
    with _asking(provider) as client:
        for page in client.fine_tuning.jobs.list_events(job_id, limit=100).iter_pages():
            yield [_event(it) for it in page.data]


def is_unknown(refusal: Refusal) -> bool:
    """Whether a provider said that what it was asked about does not exist."""
    return refusal.details.get("estado") == HTTPStatus.NOT_FOUND


def is_too_many(refusal: Refusal) -> bool:
    """Whether a provider turned a request away unread, to be asked later."""
    return refusal.details.get("estado") == HTTPStatus.TOO_MANY_REQUESTS


def wait_asked(refusal: Refusal) -> float | None:
    """The seconds that the provider asks to wait (``Retry-After``), where it says so."""
    response = getattr(refusal.__cause__, "response", None)
    said = response.headers.get("retry-after", "") if response is not None else ""
    return float(said) if said.isdecimal() else _seconds_until(said)


def _seconds_until(moment: str) -> float | None:
    """``Retry-After`` may be a date instead."""
    try:
        return (parsedate_to_datetime(moment) - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError):
        return None


def flat_refusal(refusal: Refusal) -> str:
    """What was refused, on one line, in the provider's words where it has some."""
    cause = refusal.__cause__
    body = getattr(cause, "body", None)
    message = body.get("message") if isinstance(body, dict) else None
    return flat_error(
        getattr(cause, "code", None), str(message or refusal), getattr(cause, "param", None)
    )


def flat_error(code: str | None, message: str | None, param: str | None) -> str:
    """An error of a provider as ``[code] message (param: x)``."""
    parts = [f"[{code}]" if code else "", message or "", f"(param: {param})" if param else ""]
    return " ".join(filter(None, parts))


def _model(it: Any) -> RemoteModel:
    ends = it.shutdown_date
    own = it.model_extra or {}
    return RemoteModel(
        name=it.id,
        trainable=own.get("trainable", True),
        ends=date.fromisoformat(str(ends)) if ends else None,
        max_steps=own.get("max_steps"),
    )


def _job(it: Any) -> RemoteJob:
    error = it.error
    return RemoteJob(
        id=it.id,
        status=it.status,
        created_at=_time(it.created_at),
        finished_at=_time(it.finished_at) if it.finished_at else None,
        trained_model=it.fine_tuned_model or "",
        trained_tokens=it.trained_tokens,
        # A healthy job carries an error object too, with nothing in it.
        error=flat_error(error.code, error.message, error.param) if error and error.code else "",
    )


def _event(it: Any) -> RemoteEvent:
    data = it.data if isinstance(it.data, dict) else {}
    return RemoteEvent(
        id=it.id,
        at=_time(it.created_at),
        level=it.level,
        kind=it.type or "message",
        message=it.message,
        data=data,
    )


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
