"""Refusals we can explain to whoever asked."""

from typing import Any


class Refusal(Exception):
    """Something asked for that is not done, with the reason.

    ``code`` is for programs and never changes; the message (Spanish) is for people and may; and
    ``details`` names the values at fault. None of the three holds what a person wrote: errors
    end up in logs.
    """

    code = "refused"
    status_code = 400

    def __init__(self, message: str, *, code: str | None = None, **details: Any) -> None:
        super().__init__(message)
        self.code = code or self.code
        self.details = details

    @property
    def faults(self) -> list[str]:
        """A line for each place at fault, where ``details`` maps places to lists of reasons."""
        return [f"{place}: {' '.join(why)}" for place, why in self.details.items()]


class NotFound(Refusal):
    """The thing does not exist, or belongs to a domain of others."""

    code = "not_found"
    status_code = 404


class Invalid(Refusal):
    """A field holds a value that cannot be accepted; ``details`` maps field to reason."""

    code = "invalid"
    status_code = 422


class Conflict(Refusal):
    """It contradicts the state that the thing is in."""

    code = "conflict"
    status_code = 409


class ModelUnavailable(Refusal):
    """The provider cannot be reached, or asks to come back later: worth another try."""

    code = "provider_unavailable"
    status_code = 503


class ModelRefused(Refusal):
    """The provider said no: asking again the same way will not help."""

    code = "provider_refused"
    status_code = 400


class NoCapableModel(Refusal):
    """Only the demonstration model could help, and it is not up to it."""

    code = "no_capable_model"
    status_code = 400
