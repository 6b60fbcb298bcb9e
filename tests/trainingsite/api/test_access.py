"""Who may do what at each address: no key 401, no right 403, another domain's 404."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from rest_framework.test import APIClient

from conversations.models import Conversation
from core.models import ApiToken, Membership
from tests.factories import a_client, a_conversation, a_domain, a_token, a_user
from tests.fakes import a_completion

pytestmark = pytest.mark.django_db

ROOT = "/api/v1/ai/training"
BODY = {"pregunta": "¿Cuándo vence mi cuota?", "respuesta": "Vence el día 5 de cada mes."}
ALL = {"rater", "reviewer", "trainer", "auditor", "admin"}
WRITERS = {"reviewer", "admin"}

# method, address (with the id of a row), body, who may
ROUTES = [
    ("get", "conversaciones", {}, ALL),
    ("post", "conversaciones", BODY, WRITERS),
    ("get", "conversaciones/{pk}", {}, ALL),
    ("put", "conversaciones/{pk}", BODY, WRITERS),
    ("delete", "conversaciones/{pk}", {}, WRITERS),
    ("post", "conversaciones/{pk}/calificar", {"calificacion": 4}, ALL - {"auditor"}),
    ("post", "conversaciones/mejorar", BODY, WRITERS),
    ("get", "conversaciones/estadisticas-feedback", {}, ALL),
    ("post", "recolectar-automatico", {}, WRITERS),
    ("post", "analizar-calidad", {}, ALL),
    ("get", "metricas", {}, ALL),
]
every_route = pytest.mark.parametrize(
    ("method", "address", "body", "allowed"), ROUTES, ids=[f"{it[0]} {it[1]}" for it in ROUTES]
)
of_one_row = pytest.mark.parametrize(
    ("method", "address", "body", "allowed"), [it for it in ROUTES if "{pk}" in it[1]]
)


def ask(client, method, address, body, pk, **query):
    url = f"{ROOT}/{address.format(pk=pk)}"
    if query:
        url += "?" + "&".join(f"{name}={value}" for name, value in query.items())
    return getattr(client, method)(url, body)


@every_route
def test_nobody_gets_in_without_a_key_and_none_is_sent_to_a_login_page(
    method, address, body, allowed
):
    answer = ask(APIClient(), method, address, body, a_conversation().pk)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer.json()["error"]["code"] == "not_authenticated"
    assert Conversation.objects.count() == 1


@every_route
def test_each_role_may_do_its_own(provider, method, address, body, allowed):
    provider.replies["POST /chat/completions"] = 200, a_completion("{}")
    may = {
        role
        for role in ALL
        if ask(a_client(role), method, address, body, a_conversation().pk).status_code == 200
    }
    assert may == allowed


@every_route
def test_a_role_is_needed(method, address, body, allowed):
    answer = ask(a_client(), method, address, body, a_conversation().pk)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "permission_denied")


@every_route
def test_a_domain_of_others_does_not_exist(method, address, body, allowed):
    row = a_conversation(a_domain("tienda"))
    answer = ask(a_client("admin"), method, address, body, row.pk, dominio="tienda")
    assert answer.status_code == 404


@of_one_row
def test_a_row_of_another_domain_does_not_exist(method, address, body, allowed):
    row = a_conversation(a_domain("tienda"))
    before = Conversation.objects.values().get()
    answer = ask(a_client("admin"), method, address, body, row.pk)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    assert Conversation.objects.values().get() == before


@of_one_row
@pytest.mark.parametrize("pk", [0, 10**9, 10**30])
def test_an_unknown_id_does_not_exist(method, address, body, allowed, pk):
    assert ask(a_client("admin"), method, address, body, pk).status_code == 404


def test_the_list_shows_the_domains_own_rows_only():
    mine = a_conversation()
    a_conversation(a_domain("tienda"))
    shown = a_client("rater").get(f"{ROOT}/conversaciones").json()
    assert [it["id"] for it in shown["conversaciones"]] == [mine.pk]
    assert shown["total"] == 1


def test_who_is_in_two_domains_names_the_other():
    client, shop = a_client("admin"), a_domain("tienda")
    Membership.objects.create(user=client.user, domain=shop)
    assert client.post(f"{ROOT}/conversaciones?dominio=tienda", BODY).status_code == 200
    assert client.post(f"{ROOT}/conversaciones", BODY | {"dominio": "tienda"}).status_code == 200
    assert shop.conversations.count() == 2


def test_a_token_of_one_domain_acts_there_and_nowhere_else():
    shop, user = a_domain("tienda"), a_user("admin", domain=a_domain())
    Membership.objects.create(user=user, domain=shop)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {a_token(user, shop)}")
    assert client.post(f"{ROOT}/conversaciones?dominio=prestamos", BODY).status_code == 404
    assert client.post(f"{ROOT}/conversaciones?dominio=tienda", BODY).status_code == 200
    client.post(f"{ROOT}/conversaciones", BODY | {"pregunta": "¿Y sin nombrarlo, a quién?"})
    assert {row.domain for row in Conversation.objects.all()} == {shop}


def test_a_superuser_acts_in_every_domain():
    user = a_user(is_superuser=True)
    row = a_conversation(a_domain("tienda"))
    answer = a_client(user=user).get(f"{ROOT}/conversaciones/{row.pk}?dominio=tienda")
    assert answer.status_code == 200


@pytest.mark.parametrize("slug", ["%00", "nada", "%ED%A0%80", "a" * 500])
def test_a_domain_that_is_not_there_is_not_found(slug):
    assert a_client("admin").get(f"{ROOT}/metricas?dominio={slug}").status_code == 404


@pytest.mark.parametrize("dominio", ["nada", r"\ud800", r"\u0000"])
def test_a_domain_named_in_the_body_that_is_not_there_is_not_found(dominio):
    answer = a_client("admin").post(
        f"{ROOT}/analizar-calidad",
        data=f'{{"dominio": "{dominio}"}}',
        content_type="application/json",
    )
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"revoked_at": timezone.now()},
        {"expires_at": timezone.now() - timedelta(seconds=1)},
        {"digest": "0" * 64},
    ],
)
def test_a_token_that_is_over_opens_nothing(fields):
    client = a_client("admin")
    ApiToken.objects.update(**fields)
    assert client.get(f"{ROOT}/metricas").status_code == 401


def test_the_token_of_a_user_who_left_opens_nothing():
    client = a_client("admin")
    type(client.user).objects.update(is_active=False)
    assert client.get(f"{ROOT}/metricas").status_code == 401


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer \xff", "Bearer a b", "Basic YTpi"])
def test_a_strange_header_opens_nothing(header):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=header)
    assert client.get(f"{ROOT}/metricas").status_code == 401


def test_a_signed_in_user_needs_the_csrf_token_to_write():
    user = a_user("admin", domain=a_domain())
    client = APIClient(enforce_csrf_checks=True)
    client.get("/admin/login/")
    client.force_login(user)
    assert client.get(f"{ROOT}/conversaciones").status_code == 200
    answer = client.post(f"{ROOT}/conversaciones", BODY)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "permission_denied")
    assert not Conversation.objects.exists()

    token = client.cookies["csrftoken"].value
    assert client.post(f"{ROOT}/conversaciones", BODY, HTTP_X_CSRFTOKEN=token).status_code == 200


def test_a_token_needs_no_csrf_token():
    client, user = APIClient(enforce_csrf_checks=True), a_user("admin", domain=a_domain())
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {a_token(user)}")
    assert client.post(f"{ROOT}/conversaciones", BODY).status_code == 200


def test_the_schema_describes_every_address(tmp_path):
    file = tmp_path / "schema.yml"
    call_command("spectacular", "--fail-on-warn", "--validate", file=str(file))
    text = file.read_text()
    for _, address, _, _ in ROUTES:
        assert f"{ROOT}/{address.replace('{pk}', '{id}')}:" in text
