import re
import runpy
from pathlib import Path

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.test import override_settings

ROOT = Path(settings.BASE_DIR)
VARIABLE = re.compile(r"^#?\s*([A-Z][A-Z_]+)=", re.MULTILINE)


def test_env_example_lists_what_settings_read_and_no_other():
    listed = set(VARIABLE.findall((ROOT / ".env.example").read_text("utf-8")))
    source = (ROOT / "trainingsite" / "settings.py").read_text("utf-8")
    read = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', source))
    per_provider = {name for name in listed if re.match(r"(LLM_(LOCAL|GROQ|OLLAMA)|OPENAI)_", name)}
    assert listed - per_provider == read
    assert {f"LLM_LOCAL_{it}" for it in ("BASE_URL", "API_KEY", "CHAT_MODEL")} <= per_provider


def errors():
    return {it.id for it in run_checks()}


def test_safe_settings_pass():
    assert errors() == set()


def test_queue_that_would_run_tasks_twice_is_refused():
    with override_settings(Q_CLUSTER=settings.Q_CLUSTER | {"retry": 121}):
        assert "trainingsite.E001" in errors()


@pytest.mark.parametrize("workers", ["1", "2", "8"])
def test_no_number_of_workers_runs_tasks_twice(monkeypatch, workers):
    monkeypatch.setenv("Q_WORKERS", workers)
    read = runpy.run_path(str(ROOT / "trainingsite" / "settings.py"))
    with override_settings(Q_CLUSTER=read["Q_CLUSTER"]):
        assert "trainingsite.E001" not in errors()


def test_guessable_key_is_refused():
    with override_settings(PSEUDONYM_KEY="short"):
        assert "trainingsite.E002" in errors()


def test_whatsapp_without_what_proves_and_sends_is_refused():
    with override_settings(WHATSAPP_NUMBERS={"1": "camaron"}, WHATSAPP_TOKEN=""):
        assert "trainingsite.E006" in errors()


def test_a_number_without_a_domain_is_refused(monkeypatch):
    monkeypatch.setenv("WHATSAPP_NUMBERS", "1:camaron,2")
    numbers = runpy.run_path(str(ROOT / "trainingsite" / "settings.py"))["WHATSAPP_NUMBERS"]
    secrets = dict.fromkeys(("WHATSAPP_TOKEN", "WHATSAPP_APP_SECRET", "WHATSAPP_VERIFY_TOKEN"), "x")
    assert numbers["1"] == "camaron"
    with override_settings(WHATSAPP_NUMBERS=numbers, **secrets):
        assert "trainingsite.E006" in errors()


@pytest.mark.parametrize("name", ["POSTGRES_DATA", "MEDIA_ROOT"])
def test_empty_folder_is_not_the_one_that_the_site_is_started_in(monkeypatch, name):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv(name, "")
    read = runpy.run_path(str(ROOT / "trainingsite" / "settings.py"))
    folder = {
        "POSTGRES_DATA": read["DATABASES"]["default"]["PGDATA"],
        "MEDIA_ROOT": read["MEDIA_ROOT"],
    }
    assert Path(folder[name]).parent == read["VAR_DIR"]


@pytest.mark.parametrize(
    ("day", "found"), [("", set()), ("2027-01-06", set()), ("enero", {"E005"})]
)
def test_a_providers_last_day_is_a_day(day, found):
    providers = {"local": settings.LLM_PROVIDERS["local"] | {"trains_until": day}}
    with override_settings(LLM_PROVIDERS=providers):
        assert {it.removeprefix("trainingsite.") for it in errors()} == found
