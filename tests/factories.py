"""Objects for tests, with as little said as possible."""

from itertools import count

from django.contrib.auth.models import Group, User
from rest_framework.test import APIClient

from conversations import consent
from conversations.capture import capture
from core.access import make_role
from core.models import ApiToken, Domain, Membership

serial = count(1)


def a_domain(slug="prestamos", **fields):
    domain, made = Domain.objects.get_or_create(
        slug=slug, defaults={"name": slug.title(), **fields}
    )
    if made:
        domain.write_prompt("Eres un asistente útil.", by="test")
    return domain


def a_user(*roles, domain=None, **fields):
    """A user of staff with ``roles``, in ``domain`` (or in none)."""
    user = User.objects.create_user(f"user{next(serial)}", is_staff=True, **fields)
    for role in roles:
        user.groups.add(a_role(role))
    if domain:
        Membership.objects.create(user=user, domain=domain)
    return user


def a_role(name):
    return Group.objects.filter(name=name).first() or make_role(name)


def a_token(user, domain=None):
    """The secret of a new API token of ``user``."""
    return ApiToken.objects.issue(user=user, domain=domain, name="test")[1]


def a_conversation(domain=None, stars=None, **fields):
    """An exchange written by staff; ``stars`` are stored as they are."""
    number = next(serial)
    fields = {
        "question": f"¿Qué requisito número {number} piden para el trámite {number}?",
        "answer": f"Para el trámite {number} pedimos el requisito {number} y una copia.",
        "origin": "staff",
    } | fields
    conversation = capture(domain=domain or a_domain(), **fields)
    if stars:
        type(conversation).objects.filter(pk=conversation.pk).update(stars=stars)
        conversation.refresh_from_db()
    return conversation


def a_client(*roles, domain=None, user=None):
    """A program with the token of a user who has ``roles`` in ``domain``."""
    client = APIClient()
    client.user = user or a_user(*roles, domain=domain or a_domain())
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {a_token(client.user)}")
    return client


def a_person(domain=None, *, consents=None):
    """Someone who writes; ``consents`` True or False is their word on training."""
    person = consent.person_known_as(f"+59399{next(serial):07}", domain=domain or a_domain())
    if consents is not None:
        (consent.grant if consents else consent.withdraw)(person, channel="test")
    return person


def a_label(conversation, *, confidence=0.5, qa_passed=True, **fields):
    """What the machine read in an exchange."""
    fields = {
        "number": conversation.labels.count() + 1,
        "intent": "pricing",
        "fields": {"product": "HLSO", "size": "16/20"},
        "confidences": {"intent": confidence, "product": confidence, "size": confidence},
        "sources": {"intent": "rules", "product": "rules", "size": "rules"},
        "labeller": "rules",
    } | fields
    return conversation.labels.create(confidence=confidence, qa_passed=qa_passed, **fields)
