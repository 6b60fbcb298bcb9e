"""The tests' own ground: who runs beside whom, and what each test finds in its tables."""

from pathlib import Path

import pytest
from django.core.management import call_command

from core.models import Setting
from tests.sharing import is_heavy

TESTS = Path(__file__).parent


@pytest.mark.parametrize(
    "file",
    [
        *("browser/test_gate.py", "chaos/test_messages.py", "modelserver/test_training.py"),
        *("rag/test_real_model.py", "trainingsite/test_dev.py", "trainingsite/test_postgres.py"),
    ],
)
def test_what_starts_a_site_a_model_or_a_browser_is_heavy(file):
    assert is_heavy(TESTS / file)


def test_what_starts_nothing_is_not_heavy():
    assert not is_heavy(TESTS / "conversations" / "test_capture.py")


@pytest.mark.django_db(transaction=True)
def test_what_migrations_wrote_is_there_after_the_tables_were_emptied():
    call_command("flush", interactive=False, verbosity=0)
    assert Setting.objects.filter(key="ruta_documentos_ai").exists()
