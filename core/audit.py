"""Decisions are written down as they are made, in the transaction that makes them."""

from typing import Any

from django.db import models

from core.models import AuditEvent


def record(action: str, subject: models.Model, *, by: str, **details: Any) -> AuditEvent:
    """Write that ``by`` (a username, or a part of the site) did ``action`` to ``subject``.

    ``details`` must hold ids and values only, never what a person wrote.
    """
    domain = getattr(subject, "domain", None)
    return AuditEvent.objects.create(
        domain_slug=domain.slug if domain else "",
        actor=by,
        action=action,
        subject_type=subject._meta.model_name or "",
        subject_id=str(subject.pk),
        details=details,
    )
