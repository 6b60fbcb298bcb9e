"""One row of any model, in a given domain: what an address needs to lead somewhere."""

from datetime import timedelta
from itertools import count

from django.apps import apps
from django.contrib.auth.models import User
from django.db import models
from django.utils import timezone
from django_q.models import Failure

from conversations.models import Conversation, Person, Stage
from core.models import AuditEvent, Domain, PromptVersion
from finetune.models import EvaluationQuestion
from tests.factories import a_conversation, a_label, a_person, a_user

serial = count(1)

STAGES = {
    "toreview": Stage.NEEDS_REVIEW,
    "rejected": Stage.REJECTED,
    "screenedout": Stage.SCREENED_OUT,
}


def a_row(name, domain):
    """A row of the model called ``name`` (``app_model``) that belongs to ``domain``."""
    app, _, model = name.rpartition("_")
    return _make(apps.get_model(app, model), domain)


def _make(model, domain):
    special = {
        Domain: lambda: domain,
        PromptVersion: lambda: domain.prompt,
        User: lambda: a_user(domain=domain),
        Person: lambda: a_person(domain, consents=True),
        Conversation: lambda: _exchange(domain, Stage.NEEDS_REVIEW),
        AuditEvent: lambda: AuditEvent.objects.create(domain_slug=domain.slug, actor="ana"),
        Failure: lambda: _with_needed(Failure, domain, success=False),
        EvaluationQuestion: lambda: _with_needed(EvaluationQuestion, domain, answer="Sí."),
    }
    if model in special:
        return special[model]()
    if model._meta.proxy and issubclass(model, Conversation):
        return _exchange(domain, STAGES.get(model._meta.model_name, Stage.NEEDS_REVIEW))
    return _with_needed(model, domain)


def _with_needed(model, domain, **values):
    """A row of ``model`` with ``values``, and something in every other field that needs it."""
    if there_is := _only_one(model, domain):
        return there_is
    needed = [it for it in model._meta.concrete_fields if _is_needed(it)]
    values = {it.name: _value(it, domain) for it in needed} | values
    return model._base_manager.create(**values)


def _only_one(model, domain):
    """The row of a domain that has but one of this model, if it has it."""
    one_each = any(it.name == "domain" and it.one_to_one for it in model._meta.concrete_fields)
    return model._base_manager.filter(domain=domain).first() if one_each else None


def _exchange(domain, stage):
    row = a_conversation(domain)
    Conversation.objects.filter(pk=row.pk).update(stage=stage)
    a_label(row)
    return row


def _is_needed(field):
    if field.name == "domain":
        return True
    given = field.has_default() or field.has_db_default() or field.null or field.blank
    return not (given or field.auto_created or getattr(field, "auto_now", False))


def _value(field, domain):
    if field.is_relation:
        return _make(field.related_model, domain)
    if field.choices:
        return field.choices[0][0]
    if isinstance(field, models.DateTimeField):
        return timezone.now()
    if isinstance(field, models.DateField):
        return timezone.localdate()
    if isinstance(field, models.DurationField):
        return timedelta(0)
    if isinstance(field, models.BooleanField):
        return True
    if isinstance(field, models.IntegerField | models.FloatField | models.DecimalField):
        return next(serial)
    return f"texto{next(serial)}"[: field.max_length]
