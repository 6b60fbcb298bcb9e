"""Who gets what at each address of the site, taken from the URL resolver itself.

``permissions.txt`` has a line for each method of each route: what a stranger, a member of staff
without a role, each role, and the administrator of another business are answered, all asking for
the same thing. A route without a line fails, and so does a line without a route.
"""

import re
from difflib import unified_diff
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver

from conversations.models import Conversation
from core.access import make_roles
from core.models import Domain, Membership
from tests.factories import a_domain
from tests.fakes import a_completion
from tests.trainingsite.rows import a_row

TABLE = Path(__file__).with_name("permissions.txt")
ACTORS = ("stranger", "none", "bot", "rater", "reviewer", "trainer", "auditor", "other", "admin")
LOGIN, CONVERSATION = "/admin/login/", "conversations_conversation"
NOTHING = {"data": "{}", "content_type": "application/json"}
STOCK = {"_changelist": ["get"], "_history": ["get"], "_add": ["post"], "_delete": ["post"]}
BODIES = {"post": NOTHING, "put": NOTHING, "patch": NOTHING}


def every_route(patterns=None, prefix=""):
    """(route, pattern) of every address, in order."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from every_route(pattern.url_patterns, route)
        else:
            yield route, pattern


def view_of(pattern):
    """The class of a view of the API; ``None`` for a page."""
    return getattr(pattern.callback, "cls", None)


def methods_of(pattern):
    """What may be asked of an address: what its view answers to, or what pages answer to."""
    view = view_of(pattern)
    if actions := getattr(pattern.callback, "actions", None):
        return sorted(actions)
    if view:
        return [it for it in ("get", "post", "put", "patch", "delete") if hasattr(view, it)]
    stock = next((it for it in STOCK if (pattern.name or "").endswith(it)), None)
    return STOCK.get(stock, ["get", "post"] if pattern.name else ["get"])


def address_of(route, pattern, domain):
    """The route with the keys of things that exist in ``domain``."""
    if "(?P<app_label>" in route:
        return "/admin/conversations/"
    address = "/" + route.replace("(?P<url>.*)$", "no/existe")
    return re.sub(r"<[^>]+>", lambda found: key_for(found[0], route, domain), address)


def key_for(part, route, domain):
    """What stands for a part of a route: the key of a new row, or a word."""
    words = {"<str:user_id>": "+593987654321", "<path:content_type_id>": content_type()}
    if part in words:
        return words[part]
    if part == "<str:job_id>":
        return a_row("finetune_finetuningjob", domain).openai_job_id or "ftjob-1"
    named = re.match(r"admin/(\w+)/(\w+)/<", route)
    return str(a_row("_".join(named.groups()) if named else CONVERSATION, domain).pk)


def content_type():
    return str(ContentType.objects.get_for_model(Conversation).pk)


def ask(client, method, address):
    """What is answered, with whatever the request did taken back; logging out, too."""
    session = client.cookies["sessionid"].value if "sessionid" in client.cookies else None
    with transaction.atomic():
        answer = getattr(client, method)(address, **BODIES.get(method, {}))
        transaction.set_rollback(True)
    if session:
        client.cookies["sessionid"] = session
    to_login = answer.status_code == 302 and LOGIN in answer["Location"]
    return "login" if to_login else str(answer.status_code)


@pytest.fixture
def domain(db):
    """The businesses whose addresses the families of the API are for."""
    make_roles()
    for slug in ("prestamos", "tienda"):
        a_domain(slug, base_model="base-model")
    return a_domain("camaron", base_model="base-model")


@pytest.fixture
def actors(domain):
    """A browser for each column of the table. They forgive what a server would only log."""
    clients = {"stranger": Client(raise_request_exception=False)}
    for name in ACTORS[1:]:
        role = {"none": None, "other": "admin"}.get(name, name)
        user = User.objects.create_user(name, is_staff=name != "bot")
        user.groups.set(Group.objects.filter(name=role))
        where = [a_domain("ajena")] if name == "other" else Domain.objects.exclude(slug="ajena")
        Membership.objects.bulk_create(Membership(user=user, domain=it) for it in where)
        clients[name] = Client(raise_request_exception=False)
        clients[name].force_login(user)
    return clients


def test_every_route_answers_each_role_as_written(actors, provider):
    provider.replies["POST /chat/completions"] = 200, a_completion("{}")
    found = [HEAD]
    for route, pattern in every_route():
        where = Domain.objects.get(slug=getattr(view_of(pattern), "default_domain", "camaron"))
        for method in methods_of(pattern):
            with transaction.atomic():
                address = address_of(route, pattern, where)
                answers = [ask(client, method, address) for client in actors.values()]
                transaction.set_rollback(True)
            found.append(line(f"{method.upper():6} /{route}", answers))
    written = TABLE.read_text().splitlines()
    assert found == written, "\n".join(unified_diff(written, found, "written", "found", n=0))


def line(name, answers):
    return f"{name:75} " + " ".join(f"{it:>8}" for it in answers)


HEAD = line("# method and route", ACTORS)
