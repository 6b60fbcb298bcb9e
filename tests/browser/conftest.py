"""A real Chromium against a real server; skipped only where no Chromium is found."""

import os
import shutil
from contextlib import contextmanager

import pytest
from django.conf import settings as site
from django.test import Client

from tests.factories import a_domain, a_user

FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
CHROMIUM = next(filter(None, map(shutil.which, ["chromium", "chromium-browser"])), None)

# Playwright runs an event loop in this thread; the tests themselves never wait inside of it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture(scope="session")
def chromium():
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def domain(transactional_db):
    return a_domain(base_model="base-model")


@pytest.fixture
def page(chromium, live_server, domain):
    """A page of a signed-in trainer; the test fails for an error in its console."""
    client = Client()
    client.force_login(a_user("trainer", domain=domain))
    context = chromium.new_context(locale="es-EC", base_url=live_server.url)
    cookie = client.cookies[site.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    with watched(context) as page:
        yield page


@contextmanager
def watched(context):
    """A page of ``context``, closed at the end; fails for an error in its console."""
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: said.type == "error" and errors.append(said.text))
    try:
        yield page
    finally:
        context.close()
    assert errors == []
