"""Who gets what at each address of the site, taken from the URL resolver itself.

``permissions.txt`` has a line for each method of each route: what a stranger, a member of staff
without a role, each role, and the administrator of another business are answered, all asking for
the same thing. ``login`` leads to the log-in page and ``index`` to the panel, which is where the
admin says that there is no such thing. Below come the actions of the lists, with who is offered
each. A route without a line fails, and so does a line without a route.
"""

import re
from difflib import unified_diff
from pathlib import Path

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser, Group, User
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import Client, RequestFactory
from django.urls import URLResolver, get_resolver

from conversations.models import Conversation
from core.access import make_roles
from core.models import Domain, Membership
from tests.factories import a_domain
from tests.fakes import a_completion
from tests.trainingsite.rows import a_row

TABLE = Path(__file__).with_name("permissions.txt")
ACTORS = ("stranger", "none", "bot", "rater", "reviewer", "trainer", "auditor", "other", "admin")
LOGIN, INDEX, CONVERSATION = "/admin/login/", "/admin/", "conversations_conversation"
NOTHING = {"data": "{}", "content_type": "application/json"}
ASKED = {"admin/probar/respuesta/": {"data": {"variante": "base", "pregunta": "¿Qué venden?"}}}
STOCK = {"_changelist": ["get"], "_history": ["get"], "_add": ["post"], "_delete": ["post"]}
WRITES = {"post", "put", "patch"}


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
        return sorted({*actions} - {"head"})  # which a viewset adds once it has been asked
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
    words = {
        "<str:user_id>": "+593987654321",
        "<path:content_type_id>": content_type(),
        "<str:form>": "html",
        "<slug:slug>": domain.slug,
    }
    if part in words:
        return words[part]
    if part == "<str:job_id>":
        return a_row("finetune_finetuningjob", domain).openai_job_id or "ftjob-1"
    if part == "<uuid:key>":
        return str(a_row("finetune_export", domain).key)
    if part == "<str:number>":
        return a_row("rag_quote", domain).number
    named = re.match(r"admin/(\w+)/(\w+)/<", route)
    return str(a_row("_".join(named.groups()) if named else CONVERSATION, domain).pk)


def content_type():
    return str(ContentType.objects.get_for_model(Conversation).pk)


def ask(client, method, address, body):
    """What is answered, with whatever the request did taken back; logging out, too."""
    session = client.cookies["sessionid"].value if "sessionid" in client.cookies else None
    with transaction.atomic():
        answer = getattr(client, method)(address, **(body if method in WRITES else {}))
        transaction.set_rollback(True)
    if session:
        client.cookies["sessionid"] = session
    return told(answer)


def told(answer):
    where = answer["Location"] if answer.status_code == 302 else ""
    if where.startswith(LOGIN):
        return "login"
    return "index" if where == INDEX else str(answer.status_code)


@pytest.fixture
def domain(db):
    """The businesses whose addresses the families of the API are for."""
    make_roles()
    for slug in ("prestamos", "tienda"):
        a_domain(slug, base_model="base-model")
    return a_domain("camaron", base_model="base-model", public_chat=True)


@pytest.fixture
def actors(domain):
    """A browser for each column of the table. They forgive what a server would only log."""
    clients = {"stranger": Client(raise_request_exception=False)}
    clients["stranger"].user = AnonymousUser()
    for name in ACTORS[1:]:
        role = {"none": None, "other": "admin"}.get(name, name)
        user = User.objects.create_user(name, is_staff=name != "bot")
        user.groups.set(Group.objects.filter(name=role))
        where = [a_domain("ajena")] if name == "other" else Domain.objects.exclude(slug="ajena")
        Membership.objects.bulk_create(Membership(user=user, domain=it) for it in where)
        clients[name] = Client(raise_request_exception=False)
        clients[name].force_login(user)
        clients[name].user = user
    return clients


def test_every_route_answers_each_role_as_written(actors, provider):
    provider.replies["POST /chat/completions"] = 200, a_completion("{}")
    found = [line("# method and route", ACTORS), *routes(actors), *actions(actors)]
    written = TABLE.read_text().splitlines()
    assert found == written, "\n".join(unified_diff(written, found, "written", "found", n=0))


def routes(actors):
    """A line for each method of each route."""
    for route, pattern in every_route():
        where = Domain.objects.get(slug=getattr(view_of(pattern), "default_domain", "camaron"))
        body = ASKED.get(route, NOTHING)
        for method in methods_of(pattern):
            with transaction.atomic():
                address = address_of(route, pattern, where)
                answers = [ask(client, method, address, body) for client in actors.values()]
                transaction.set_rollback(True)
            yield line(f"{method.upper():6} /{plain(route)}", answers)


def actions(actors):
    """A line for each action of each list."""
    for model, page in admin.site._registry.items():
        offered = [page.get_actions(asked_by(client.user)) for client in actors.values()]
        for action in sorted({name for names in offered for name in names}):
            marks = ["yes" if action in names else "-" for names in offered]
            yield line(f"ACTION {model._meta.label_lower} {action}", marks)


def asked_by(user):
    request = RequestFactory().get(INDEX)
    request.user = user
    return request


def plain(route):
    """A route without what a regular expression adds to it."""
    return re.sub(r"\^?\(\?P(<\w+>).*\$", r"\1", route)


def line(name, answers):
    return f"{name:75} " + " ".join(f"{it:>8}" for it in answers)
