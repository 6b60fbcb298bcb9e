"""A browser without JavaScript, signed in as whoever a test needs."""

import pytest
from django.test import Client

from tests.factories import a_domain, a_user


@pytest.fixture
def domain(db):
    return a_domain(base_model="base-model")


@pytest.fixture
def sign_in(domain):
    """Gives a client of a user with ``roles``, in the test's domain unless told otherwise."""

    def enter(*roles, where=domain, **fields):
        client = Client()
        client.user = a_user(*roles, domain=where, **fields)
        client.force_login(client.user)
        return client

    return enter


@pytest.fixture
def boss(sign_in):
    return sign_in(is_superuser=True, where=None)
