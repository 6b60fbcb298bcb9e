"""What tests of documents share."""

import pytest


@pytest.fixture
def storage(settings, tmp_path):
    """Where originals lie, in a folder of the test's own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT
