import json
from pathlib import Path

import pytest
from django.conf import settings

from conversations import categories
from conversations.models import CatalogueEntry
from tests.factories import a_domain

pytestmark = pytest.mark.django_db

SHOP = Path(settings.BASE_DIR, "trainingsite/samples/tienda/domain.json")


@pytest.fixture
def shop():
    return a_domain("tienda", texts=json.loads(SHOP.read_text()))


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("quiero pagar", "proceso_pago"),
        ("quiero saber el precio", "consulta_precio"),
        ("necesito ver fotos", "solicitud_foto"),
        ("necesito el envío a Cali", "consulta_envio"),
        ("quiero devolver el producto", "soporte"),
        ("fotos", "solicitud_foto"),
        ("imágenes", "solicitud_foto"),
        ("precios", "consulta_precio"),
        ("envios", "consulta_envio"),
        ("ENVÍOS", "consulta_envio"),
        ("cuanto vale", "consulta_precio"),
        ("busco un curso de piano", "consulta_producto"),
        ("verano", "general"),
        ("", "general"),
    ],
)
def test_detect(shop, text, category):
    assert categories.detect(text, shop) == category


def test_detect_without_lists_is_general():
    assert categories.detect("quiero pagar", a_domain()) == "general"


@pytest.mark.parametrize(
    "odd",
    [None, {"words": ["pago"]}, {"name": "pagos"}, {"name": "pagos", "words": None}, "pago", {}],
)
def test_detect_passes_over_a_category_without_name_or_words(odd):
    good = {"name": "cuotas", "words": ["pago"]}
    assert categories.detect("un pago", a_domain(texts={"categories": [odd, good]})) == "cuotas"


def test_whatever_staff_type_in_the_catalogue_is_a_term():
    row = {"kind": "product", "code": "A\x1f1", "name": 'una "x"\x1ey', "aliases": ["Cola, 3"]}
    CatalogueEntry.objects.create(domain=(domain := a_domain("camaron")), **row)
    assert {"a\x1f1", 'una "x"\x1ey', "cola, 3"} <= categories.whitelist(domain)


@pytest.mark.parametrize("texts", [{}, {"categories": None, "whitelist": None}])
def test_a_domain_without_lists_is_no_trouble(texts):
    domain = a_domain(name="Préstamos", texts=texts)
    assert categories.detect("un pago", domain) == "general"
    assert categories.whitelist(domain) == {"préstamos"}


def test_whitelist_holds_the_names_the_catalogue_and_the_domains_list():
    texts = {"whitelist": ["Red Cercana"], "business": "Crédito Amigo"}
    domain = a_domain(name="Préstamos", texts=texts)
    CatalogueEntry.objects.create(
        domain=domain, kind="product", code="HLSO", name="Camarón sin cabeza", aliases=["Shell-on"]
    )
    assert categories.whitelist(domain) == {
        *("préstamos", "crédito amigo", "red cercana"),
        *("hlso", "camarón sin cabeza", "shell-on"),
    }
