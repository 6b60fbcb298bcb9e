"""Odd bytes and broken requests: a page in Spanish that says so, never a fault of the site."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from tests.factories import a_conversation

LISTS = [f"{it._meta.app_label}_{it._meta.model_name}" for it in admin.site._registry]
LIST = reverse("admin:conversations_conversation_changelist")
JSON = {"accept": "application/json"}


@pytest.fixture
def rate(sign_in, domain):
    """Sends a rating of a new exchange as the list does."""
    row = a_conversation(domain)
    rater = sign_in("rater")
    url = reverse("admin:rate_one", args=[row.pk])

    def send(**fields):
        answer = rater.post(url, fields, headers=JSON)
        row.refresh_from_db()
        return answer, row

    return send


@pytest.mark.parametrize("name", ["rate", "prepare", "start_training", "playground"])
def test_a_domain_with_odd_bytes_is_not_found(sign_in, name):
    answer = sign_in("trainer").get(reverse(f"admin:{name}") + "?dominio=%00")

    assert answer.status_code == 404


@pytest.mark.parametrize("field", ["categoria", "calificacion", "dominio", "stage__exact", "q"])
def test_a_list_refuses_odd_bytes_in_its_address(sign_in, field):
    assert sign_in("rater").get(f"{LIST}?{field}=%00").status_code == 400


@pytest.mark.parametrize("name", LISTS)
def test_every_list_refuses_them(boss, name):
    assert boss.get(reverse(f"admin:{name}_changelist") + "?q=%00").status_code == 400


@pytest.mark.parametrize("asked", ["9" * 5000, "9" * 18, "%00", "-1", "x"])
def test_an_exchange_that_cannot_be_is_passed_over(sign_in, asked):
    assert sign_in("rater").get(f"{reverse('admin:rate')}?id={asked}").status_code == 200


@pytest.mark.parametrize("stars", ["9" * 5000, "05", "٣", "\0", "6"])
def test_only_one_digit_is_a_number_of_stars(rate, stars):
    answer, row = rate(stars=stars)

    assert (answer.status_code, row.stars) == (422, None)


def test_a_comment_that_cannot_be_stored_is_refused(rate):
    answer, row = rate(stars=5, feedback="a\0b")

    assert (answer.status_code, row.stars) == (422, None)
    assert "comentario" in answer.json()["message"]


def test_a_filter_by_stars_takes_one_digit(sign_in):
    assert sign_in("rater").get(f"{LIST}?calificacion=345").status_code == 200


@pytest.mark.parametrize(
    ("address", "status", "says"),
    [
        (f"{LIST}?q=%00", 400, "no entiende esa dirección"),
        (reverse("admin:auth_user_changelist"), 403, "No tiene permiso"),
        ("/no-existe", 404, "Esa página no existe"),
    ],
)
def test_errors_speak_spanish_and_lead_back(sign_in, address, status, says):
    answer = sign_in("rater").get(address)
    page = answer.content.decode()

    assert answer.status_code == status
    assert '<html lang="es">' in page
    assert says in page
    assert 'href="/admin/"' in page


def test_a_fault_of_the_site_has_its_page_without_a_request(sign_in, monkeypatch):
    monkeypatch.setattr("trainingsite.admin.panel.loops", lambda request: 1 / 0)
    client = sign_in("rater")
    client.raise_request_exception = False

    answer = client.get(reverse("admin:index"))

    assert answer.status_code == 500
    assert "quedó anotado" in answer.content.decode()


def test_an_expired_form_says_what_to_do(db):
    answer = Client(enforce_csrf_checks=True).post(reverse("admin:login"), {"username": "ana"})

    assert answer.status_code == 403
    assert "había caducado" in answer.content.decode()
