"""Price lists on their pages: uploaded, compared, put in force; quotes to look at."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from rag.models import Document, PriceList, PriceSource
from rag.prices import lists
from tests.factories import a_person, a_user
from tests.rag.shop import a_list, a_quote, shop  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db

ADD = "/admin/rag/pricelist/add/"
FRESH = b"producto,talla,precio\nHLSO,16/20,9.9\n"


def a_browser(*roles, domain):
    browser = Client()
    browser.force_login(a_user(*roles, domain=domain))
    return browser


@pytest.fixture
def admin(shop):  # noqa: F811
    return a_browser("admin", domain=shop)


def upload(browser, domain, content):
    today = timezone.localdate()
    file = SimpleUploadedFile("lista.csv", content)
    days = {"valid_from": today, "valid_until": today}
    return browser.post(ADD, {"domain": domain.pk, "file": file, **days}, follow=True)


def test_upload_shows_what_changes_and_a_click_puts_it_in_force(admin, shop):  # noqa: F811
    page = upload(admin, shop, FRESH)
    made = PriceList.objects.get(domain=shop, state="draft")
    assert page.redirect_chain[-1][0] == reverse("admin:rag_pricelist_change", args=[made.pk])
    text = page.content.decode()
    assert "9,4" in text
    assert "9,9" in text
    assert "se quita" in text
    admin.post(reverse("admin:rag_pricelist_put", args=[made.pk]))
    assert lists.current(shop) == made


def test_wrong_cells_are_told_beside_the_file_and_nothing_is_kept(admin, shop):  # noqa: F811
    page = upload(admin, shop, FRESH + b"HLSO,21/25,94\n")
    assert "fila 3, precio: 94 no está entre 4 y 12." in page.content.decode()
    assert not PriceList.objects.filter(domain=shop, state="draft").exists()


def test_version_is_never_edited_nor_deleted(admin, shop):  # noqa: F811
    made = lists.current(shop)
    assert admin.post(f"/admin/rag/pricelist/{made.pk}/delete/").status_code == 403
    admin.post(f"/admin/rag/pricelist/{made.pk}/change/", {"valid_until": "2100-01-01"})
    assert lists.current(shop).valid_until == made.valid_until


def test_who_may_only_look_puts_nothing_in_force(shop):  # noqa: F811
    made = a_list(shop, FRESH, in_force=False)
    browser = a_browser("rater", domain=shop)
    where = reverse("admin:rag_pricelist_put", args=[made.pk])
    assert browser.post(where).status_code == 403
    assert (
        "Poner vigente"
        not in browser.get(f"/admin/rag/pricelist/{made.pk}/change/").content.decode()
    )


def test_sheet_of_an_unknown_host_is_refused(admin, shop):  # noqa: F811
    given = {"domain": shop.pk, "name": "Hoja", "url": "https://evil.example/x.csv"}
    page = admin.post("/admin/rag/pricesource/add/", given | {"hours": 6, "days": 30})
    assert "no está permitido" in page.content.decode()
    assert not PriceSource.objects.exists()


def test_read_now_tells_what_was_wrong(admin, shop, settings):  # noqa: F811
    settings.PRICE_HOSTS = ["http://127.0.0.1:9"]
    source = PriceSource.objects.create(domain=shop, name="Hoja", url="http://127.0.0.1:9/x")
    chosen = {"action": "read_now", "_selected_action": [source.pk]}
    page = admin.post("/admin/rag/pricesource/", chosen, follow=True)
    assert "El sitio de la hoja no contesta." in page.content.decode()


def test_quote_is_shown_with_its_paper_and_without_the_sealed_name(admin, shop):  # noqa: F811
    quote = a_quote(a_person(shop))
    page = admin.get(f"/admin/rag/quote/{quote.pk}/change/").content.decode()
    assert quote.number in page
    assert quote.client not in page
    assert admin.get(reverse("admin:rag_quote_paper", args=[quote.pk, "pdf"])).status_code == 200
    assert admin.get(reverse("admin:rag_quote_paper", args=[quote.pk, "doc"])).status_code == 404
    assert quote.number in admin.get("/admin/rag/quote/").content.decode()


def test_frequent_questions_are_imported(admin, shop):  # noqa: F811
    file = SimpleUploadedFile("faq.csv", "pregunta;respuesta\n¿Hay envíos?;Sí.\n".encode())
    where = "/admin/rag/document/preguntas/"
    assert admin.get(where).status_code == 200
    admin.post(where, {"domain": shop.pk, "file": file})
    assert Document.objects.filter(domain=shop, kind="faq", title="¿Hay envíos?").exists()
    bad = SimpleUploadedFile("faq.csv", b"pregunta;respuesta\nsola;\n")
    page = admin.post(where, {"domain": shop.pk, "file": bad})
    assert "fila 2" in page.content.decode()
