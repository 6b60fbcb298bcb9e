"""Who may see and do what: roles are groups of permissions, domains limit every row.

A *role* says what a user may do (``ROLES``); a *membership* says in which domains. Superusers act
in all of them. Every queryset that a door shows goes through :func:`visible`.
"""

from typing import TypeVar

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group, Permission
from django.db import models

from core.errors import NotFound
from core.models import Domain

User = AbstractBaseUser | AnonymousUser
Row = TypeVar("Row", bound=models.Model)

_VIEW_ALL = [
    "core.view_domain",
    "rag.view_pricelist",
    "conversations.view_conversation",
    "conversations.view_catalogueentry",
    "conversations.view_label",
    "conversations.view_processing",
    "finetune.view_dataset",
    "finetune.view_finetuningjob",
    "finetune.view_trainedmodel",
    "finetune.view_evaluation",
    "finetune.view_evaluationquestion",
    "finetune.view_deployment",
    "finetune.view_activationrequest",
    "rag.view_turn",
]
_RATE = ["conversations.rate_conversation", "finetune.compare_answers", "rag.ask_assistant"]
_DELIVER = ["conversations.capture_message", "conversations.record_consent"]
_REVIEW = [
    "conversations.add_conversation",
    "conversations.change_conversation",
    "conversations.delete_conversation",
    "conversations.review_conversation",
    "conversations.add_catalogueentry",
    "conversations.change_catalogueentry",
    "conversations.process_queue",
    "conversations.record_consent",
    "conversations.view_person",
    "conversations.view_consentevent",
    "rag.view_document",
    "rag.view_quote",
    "rag.view_retrievalquestion",
    "rag.add_retrievalquestion",
    "rag.change_retrievalquestion",
    "rag.view_retrievalrun",
    "rag.view_searchtuning",
    "rag.view_correction",
]
_TRAIN = [
    "finetune.prepare_dataset",
    "finetune.export_dataset",
    "finetune.view_export",
    "finetune.view_price",
    "finetune.view_budget",
    "finetune.view_autotraining",
    "finetune.deploy_model",
    "finetune.start_job",
    "finetune.delete_finetuningjob",
    "finetune.activate_model",
    "finetune.add_evaluationquestion",
    "finetune.change_evaluationquestion",
]
_ADMINISTER = [
    "core.change_domain",
    "core.view_apitoken",
    "core.add_apitoken",
    "core.change_apitoken",
    "core.view_auditevent",
    "conversations.delete_catalogueentry",
    "conversations.capture_message",
    "conversations.empty_queue",
    "conversations.view_erasure",
    "conversations.view_consenttext",
    "conversations.add_consenttext",
    "finetune.delete_evaluationquestion",
    *(
        f"finetune.{verb}_{model}"
        for model in ("price", "budget", "autotraining")
        for verb in ("view", "add", "change")
    ),
    "conversations.view_chatrating",
    "conversations.change_chatrating",
    "rag.change_correction",
    "rag.delete_retrievalquestion",
    "rag.change_searchtuning",
    "rag.view_vectorspace",
    "rag.view_inbound",
    "rag.view_outbound",
    "rag.retry_delivery",
    "rag.add_pricelist",
    "rag.change_pricelist",
    *(f"rag.{verb}_pricesource" for verb in ("view", "add", "change", "delete")),
    *(
        f"rag.{verb}_{model}"
        for model in ("document", "dictionaryterm", "fielddefinition", "promptvariable")
        for verb in ("view", "add", "change", "delete")
    ),
]

ROLES: dict[str, list[str]] = {
    "rater": [*_VIEW_ALL, *_RATE],
    "reviewer": [*_VIEW_ALL, *_RATE, *_REVIEW],
    "trainer": [*_VIEW_ALL, *_RATE, *_TRAIN],
    "auditor": [
        *_VIEW_ALL,
        "core.view_auditevent",
        "conversations.view_person",
        "conversations.view_consentevent",
        "conversations.view_erasure",
        "rag.view_inbound",
        "rag.view_outbound",
    ],
    "bot": [*_DELIVER, "rag.ask_assistant", "rag.view_quote"],
    "admin": [*_VIEW_ALL, *_RATE, *_REVIEW, *_TRAIN, *_ADMINISTER],
}
"""Role -> the permissions of its group, as ``app.codename``."""


def domains_of(user: User) -> models.QuerySet[Domain]:
    """The domains in which ``user`` may act: all for a superuser, none for a stranger."""
    if getattr(user, "is_superuser", False):
        return Domain.objects.all()
    if not user.is_authenticated:
        return Domain.objects.none()
    return Domain.objects.filter(memberships__user=user.pk)


def visible(
    rows: models.QuerySet[Row], user: User, *, path: str = "domain"
) -> models.QuerySet[Row]:
    """``rows`` of the domains of ``user``; ``path`` leads from a row to its domain."""
    if getattr(user, "is_superuser", False):
        return rows
    return rows.filter(**{f"{path}__in": domains_of(user)})


def domain_named(slug: str, *, user: User) -> Domain:
    """The domain ``slug`` if ``user`` may act in it; else :class:`NotFound`, as if it were not."""
    can_be_one = slug.isascii() and slug.isprintable()  # the database takes no other text
    found = domains_of(user).filter(slug=slug).first() if can_be_one else None
    if found is None:
        raise NotFound("No existe ese dominio.", dominio="not_found")
    return found


def make_roles() -> None:
    """Write the groups of ``ROLES`` with exactly their permissions; safe to run again."""
    for name in ROLES:
        make_role(name)


def make_role(name: str) -> Group:
    """Write the group of the role ``name`` with exactly its permissions; safe to run again."""
    group, _ = Group.objects.get_or_create(name=name)
    group.permissions.set(_permissions(ROLES[name]))
    return group


def _permissions(rights: list[str]) -> list[Permission]:
    """The rows of ``rights``, in one query. Raises KeyError for a right that no model has."""
    codes = [right.partition(".")[2] for right in rights]
    rows = Permission.objects.filter(codename__in=codes).select_related("content_type")
    found = {f"{row.content_type.app_label}.{row.codename}": row for row in rows}
    return [found[right] for right in rights]
