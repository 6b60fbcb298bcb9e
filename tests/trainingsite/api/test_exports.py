"""Exports by API, command and script; who may take their files (requirements, 3.1 and 3.2)."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from conversations import consent
from core.models import AuditEvent
from finetune.models import Dataset, Export
from tests.conversations.exchanges import shrimp_domain, waiting
from tests.factories import a_client, a_conversation, a_domain, a_person
from tests.finetune.fake_training import FakeTraining
from tests.finetune.makers import examples

pytestmark = pytest.mark.django_db

EXPORT = "/webhook/training/export"
SIZES = ["16/20", "21/25", "26/30", "31/35", "36/40", "41/50"]
ASKED = [
    "Hola, ¿a cómo tienen el HLSO {}?",
    "Precio del HOSO {} por favor, para Houston",
    "Necesito cotizar P&D IQF {} con glaseo de 10 %",
    "¿Cuánto cuesta el EZ PEEL {} puesto en Lisboa?",
    "Buenos días, me dan el precio de COOKED {}",
]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def domain(db):
    return a_domain("camaron", base_model="base-model")


@pytest.fixture
def api(domain):
    return a_client("trainer", domain=domain)


def body(response):
    return b"".join(response.streaming_content)


def test_the_answer_has_s3s_keys_and_links_to_every_file(api, domain):
    examples(domain, 40)
    answer = api.post(EXPORT, {"min_confidence": 0.85, "train_split": 0.9}, format="json")
    found = answer.json()
    assert answer.status_code == 200
    assert found.keys() == {
        *("success", "train_examples", "valid_examples", "total", "files"),
        "downloads",
    }
    assert found["files"].keys() == {"train", "valid"}
    assert found["total"] == found["train_examples"] + found["valid_examples"] == 40
    for name, address in found["downloads"].items():
        taken = api.get(address)
        part = name.split(".")[0]
        assert body(taken).count(b"\n") == found[f"{part}_examples"]


def test_a_file_is_saved_and_never_shown(api, domain):
    examples(domain, 1)
    address = api.post(EXPORT).json()["downloads"]["train.jsonl"]
    taken = api.get(address)
    assert taken["Content-Disposition"] == 'attachment; filename="camaron-train.jsonl"'
    assert taken["X-Content-Type-Options"] == "nosniff"
    assert taken["Content-Type"] == "application/octet-stream"
    assert taken["Cache-Control"] == "private, no-store"
    assert body(taken).endswith(b"\n")
    assert AuditEvent.objects.filter(action="export_downloaded", actor=api.user.username).exists()


@pytest.mark.parametrize("role", ["rater", "reviewer", "auditor", "bot"])
def test_who_may_not_export_may_not_take_files_either(api, domain, role):
    examples(domain, 1)
    address = api.post(EXPORT).json()["downloads"]["train.jsonl"]
    other = a_client(role, domain=domain)
    assert other.post(EXPORT).status_code == 403
    assert other.get(address).status_code == 403


def test_the_files_of_another_domain_do_not_exist(api, domain):
    examples(domain, 1)
    address = api.post(EXPORT).json()["downloads"]["train.jsonl"]
    elsewhere = a_client("trainer", domain=a_domain("tienda"))
    assert elsewhere.get(address).status_code == 404
    assert elsewhere.get(address.replace("camaron", "tienda")).status_code == 404
    assert api.get(address.replace("train.jsonl", "settings.py")).status_code == 404


def test_after_somebody_leaves_their_files_are_not_handed_out(api, domain):
    person = a_person(domain, consents=True)
    row = a_conversation(domain, stars=5, origin="person", person=person)
    type(row).objects.filter(pk=row.pk).update(stage="approved")
    address = api.post(EXPORT).json()["downloads"]["train.jsonl"]
    consent.withdraw(person, channel="test")
    assert api.get(address).status_code in (400, 404)


@pytest.mark.parametrize(
    "sent",
    [
        {"min_confidence": 2},
        {"min_confidence": "alta"},
        {"train_split": 0},
        {"train_split": None},
        {"source": "todas"},
    ],
)
def test_a_wrong_field_is_named(api, domain, sent):
    answer = api.post(EXPORT, sent, format="json")
    assert answer.status_code == 422
    assert answer.json()["error"]["details"].keys() == sent.keys()


def test_nothing_to_export_says_why(api, domain):
    waiting(domain)
    answer = api.post(EXPORT)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "nothing_to_export"
    assert "1 esperan procesarse" in answer.json()["detail"]


def test_reviewers_export_counts_its_pairs(api, domain):
    examples(domain, 12)
    found = api.post("/webhook/review/export").json()
    assert found.keys() == {"success", "message", "num_pairs", "output_path"}
    assert found["num_pairs"] == 12
    assert body(api.get(found["output_path"])).count(b"\n") == 12


def test_an_upload_of_under_ten_is_refused(api, domain, provider):
    FakeTraining(provider)
    examples(domain, 9)
    answer = api.post("/webhook/review/upload-to-openai")
    assert (answer.status_code, answer.json()["error"]["details"]["faltan"]) == (400, 1)
    assert not Dataset.objects.exists()


def test_an_upload_answers_with_the_providers_file(api, domain, provider):
    training = FakeTraining(provider)
    examples(domain, 10)
    found = api.post("/webhook/review/upload-to-openai").json()
    assert found == {
        "success": True,
        "file_id": next(iter(training.files)),
        "status": "uploaded",
        "num_examples": 10,
    }


def test_camaron_gives_both_files_after_processing_with_no_stars_at_all(provider):
    domain = shrimp_domain()
    domain.policy = "confidence"
    domain.save()
    for asked in ASKED:
        for size in SIZES:
            question = asked.format(size)
            answer = f"Con gusto: le confirmo {size} hoy mismo, con disponibilidad inmediata."
            waiting(domain, question, answer, person=a_person(domain, consents=True))
    api = a_client("admin", domain=domain)
    while api.post("/webhook/training/process").json()["queue_size"]:
        pass

    found = api.post(EXPORT).json()

    assert not domain.conversations.exclude(stars=None).exists()
    assert found["success"], found
    assert found["train_examples"] >= 10
    assert found["valid_examples"] >= 1
    stats = api.get("/webhook/training/stats").json()
    assert stats["pipeline"]["exported"] == found["total"]


def test_the_command_writes_the_documents_files(domain, tmp_path, capsys):
    examples(domain, 40)
    folder = tmp_path / "data" / "finetune"
    call_command("export_for_finetune", min_confidence=0.8, folder=folder)
    assert capsys.readouterr().out.endswith("Export complete.\n")
    assert {it.name for it in folder.iterdir()} == {
        f"{part}{form}.jsonl" for part in ("train", "valid") for form in ("", ".chat")
    }
    first = json.loads((folder / "train.jsonl").read_text("utf-8").splitlines()[0])
    assert first["prompt"].startswith("Usuario: ¿Qué requisito")
    assert Export.objects.get().parameters["min_confidence"] == 0.8


def test_the_command_says_why_there_is_nothing_and_leaves_what_was(domain, tmp_path):
    (tmp_path / "train.jsonl").write_text("de ayer")
    with pytest.raises(CommandError, match="no tiene conversaciones"):
        call_command("export_for_finetune", folder=tmp_path)
    assert (tmp_path / "train.jsonl").read_text() == "de ayer"


def test_the_command_knows_no_other_domain(domain, tmp_path):
    with pytest.raises(CommandError, match="«nadie»"):
        call_command("export_for_finetune", domain="nadie", folder=tmp_path)


def test_the_documents_script_leads_to_the_command():
    script = Path(__file__).parents[3] / "scripts" / "export_for_finetune.py"
    done = subprocess.run([sys.executable, script, "--help"], capture_output=True, text=True)
    assert "--min-confidence" in done.stdout
    assert "{sessions,pipeline,both}" in done.stdout
