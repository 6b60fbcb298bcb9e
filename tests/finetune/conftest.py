"""Shared by the tests of training: a provider that trains, and a domain with examples."""

import pytest

from tests.factories import a_domain
from tests.finetune.fake_training import FakeTraining


@pytest.fixture
def training_provider(provider):
    return FakeTraining(provider)


@pytest.fixture
def domain(db):
    return a_domain(base_model="base-model")
