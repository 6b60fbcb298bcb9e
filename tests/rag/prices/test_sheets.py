"""A published sheet: taken from known hosts, with limits, and the last good version kept."""

from datetime import timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler

import pytest
from django.utils import timezone

from rag.models import PriceSource
from rag.prices import fetching, lists, sheets, table
from tests.fakes import Loopback

pytestmark = pytest.mark.django_db

FRESH = "producto,talla,precio\nHLSO,16/20,9.9\n"


class Sheets(Loopback):
    """Answers as ``replies`` says: path -> (status, headers, body)."""

    def __init__(self):
        super().__init__(Handler)
        self.replies = {}
        self.origin = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        status, headers, body = self.server.replies.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def site(settings):
    with Sheets() as server:
        settings.PRICE_HOSTS = [server.origin, "docs.google.com"]
        yield server


@pytest.fixture
def source(shop, site):
    site.replies["/lista"] = 200, {"Content-Type": "text/csv"}, FRESH.encode()
    return PriceSource.objects.create(domain=shop, name="Lista", url=f"{site.origin}/lista")


def test_new_prices_of_a_sheet_are_put_in_force(shop, source):
    assert sheets.refresh(source)
    current = lists.current(shop)
    assert (current.source, current.prices.get().amount) == (source, Decimal("9.9"))
    assert current.valid_until == timezone.localdate() + timedelta(days=source.days)
    assert source.error == ""


def test_sheet_that_says_the_same_makes_no_version(shop, source):
    sheets.refresh(source)
    first = lists.current(shop)
    assert not sheets.refresh(source)
    assert lists.current(shop) == first


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ((500, {}, b""), "contestó 500"),
        ((200, {"Content-Type": "text/html"}, b"<html>"), "página"),
        ((200, {}, b"x" * (table.MOST_BYTES + 1)), "2 MB"),
        ((200, {}, b"producto,talla,precio\nHLSO,16/20,94\n"), "fila 2, precio"),
        ((302, {"Location": "http://127.0.0.1:9/otro"}, b""), "no está permitido"),
        ((302, {"Location": "https://evil.example/x"}, b""), "no está permitido"),
        ((302, {"Location": "/lista"}, b""), "demasiadas vueltas"),
        ((200, {"Content-Length": "abc"}, b""), "no contesta"),
    ],
    ids=["broken", "page", "huge", "price", "network", "host", "loop", "protocol"],
)
def test_fault_is_told_and_the_last_good_version_stays(shop, site, source, reply, reason):
    sheets.refresh(source)
    good = lists.current(shop)
    site.replies["/lista"] = reply
    assert not sheets.refresh(source)
    source.refresh_from_db()
    assert reason in source.error
    assert site.origin not in source.error
    assert lists.current(shop) == good


def test_redirect_within_the_list_is_followed(shop, site, source):
    site.replies["/publicada"] = 307, {"Location": "/lista"}, b""
    source.url = f"{site.origin}/publicada"
    assert sheets.refresh(source)


@pytest.mark.parametrize(
    "url",
    [
        "http://docs.google.com/x",
        "https://docs.google.com:8443/x",
        "https://ana@docs.google.com/x",
        "https://docs.google.com.evil.example/x",
        "https://127.0.0.1/x",
        "file:///etc/passwd",
        "https://[",
    ],
)
def test_address_that_is_not_on_the_list_is_refused(settings, url):
    settings.PRICE_HOSTS = ["docs.google.com"]
    with pytest.raises(fetching.NotTaken):
        fetching.refuse_unknown(url)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.8", "169.254.169.254", "::1"])
def test_known_name_that_leads_into_the_own_network_is_refused(settings, monkeypatch, address):
    settings.PRICE_HOSTS = ["docs.google.com"]
    found = [(2, 1, 6, "", (address, 443))]
    monkeypatch.setattr(fetching.socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(fetching.NotTaken, match="red privada"):
        fetching.take("https://docs.google.com/lista")


def test_sheets_are_looked_at_when_their_time_comes(source):
    assert sheets.refresh_due() == "1 sheets: 1 in force, 0 failed"
    assert sheets.refresh_due() == "0 sheets: 0 in force, 0 failed"
    PriceSource.objects.update(checked_at=timezone.now() - timedelta(hours=7))
    assert sheets.refresh_due() == "1 sheets: 0 in force, 0 failed"
