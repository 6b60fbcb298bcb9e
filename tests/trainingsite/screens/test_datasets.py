"""A version's pages: its card, its exact lines and who found them well, changes, files to take."""

import json

import pytest
from django.urls import reverse

from conversations import consent
from conversations.models import Conversation
from core.models import AuditEvent
from finetune import exports
from finetune.models import DatasetReview, Export
from tests.factories import a_conversation, a_domain, a_label, a_person
from tests.finetune.fake_training import FakeTraining
from tests.finetune.makers import a_file, examples


@pytest.fixture
def training_provider(provider):
    return FakeTraining(provider)


@pytest.fixture
def dataset(domain, training_provider):
    return a_file(domain).dataset


@pytest.fixture(autouse=True)
def storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def url(page, row, kind="dataset"):
    return reverse(f"admin:finetune_{kind}_{page}", args=[row.pk])


def text(answer):
    return answer.content.decode()


def written(client, dataset, *forms):
    """The export that the button of the card makes."""
    client.post(url("export", dataset), {"formato": forms})
    return Export.objects.get()


def test_the_card_tells_what_is_inside(sign_in, dataset):
    page = text(sign_in("rater").get(url("change", dataset)))

    assert "nadie ha revisado sus líneas" in page
    assert f"<strong>{dataset.card['tokens']['train']}</strong>" in page
    assert "12 líneas, 0 hallazgos" in page
    assert "Llevarse los archivos" not in page


def test_the_exact_lines_are_shown_and_escaped(sign_in, domain, training_provider):
    a_conversation(domain, stars=5, question="¿Venden <b>pianos</b>?", answer="Sí, de cola.")
    dataset = a_file_of_all(domain)

    page = text(sign_in("rater").get(url("lines", dataset)))

    assert "&lt;b&gt;pianos&lt;/b&gt;" in page
    assert "&quot;role&quot;" in page
    assert "Revisado: las líneas están bien" not in page


def test_whoever_read_the_lines_says_so(sign_in, dataset):
    trainer = sign_in("trainer")

    trainer.post(url("lines", dataset), {"note": "Todas claras."})

    done = DatasetReview.objects.get()
    assert (done.by, done.note) == (trainer.user.username, "Todas claras.")
    assert f"revisado por {done.by}" in text(trainer.get(url("change", dataset)))
    assert AuditEvent.objects.filter(action="dataset_reviewed").count() == 1


def test_only_who_prepares_may_say_so(sign_in, dataset):
    assert sign_in("rater").post(url("lines", dataset)).status_code == 403
    assert not DatasetReview.objects.exists()


def test_a_note_with_a_nul_is_refused(sign_in, dataset):
    answer = sign_in("trainer").post(url("lines", dataset), {"note": "a\x00b"})

    assert answer.status_code == 200
    assert not DatasetReview.objects.exists()


def test_two_versions_are_compared(sign_in, domain, training_provider):
    first = a_file(domain).dataset
    examples(domain, 3)
    second = a_file(domain).dataset
    rater = sign_in("rater")

    alone = text(rater.get(url("changes", first), {"con": "nada"}))
    change = rater.get(url("changes", second)).context["change"]
    back = rater.get(url("changes", first), {"con": second.number}).context["change"]

    assert "Es la única versión" in alone
    assert (len(change.added), len(change.removed), change.same) == (3, 0, 12)
    assert (len(back.added), len(back.removed)) == (0, 3)


def test_the_manifest_is_a_file_without_words(sign_in, dataset):
    answer = sign_in("rater").get(url("manifest", dataset))

    told = json.loads(answer.content)
    assert answer["Content-Disposition"].startswith("attachment")
    assert told["sha256"] == dataset.sha256
    assert dataset.items.first().question not in text(answer)


def test_files_are_written_in_the_forms_asked_for_and_taken(sign_in, dataset):
    trainer = sign_in("trainer")
    export = written(trainer, dataset, "sharegpt", "nada")

    page = text(trainer.get(url("change", export, "export")))
    link = reverse("admin:finetune_export_download", args=[export.pk, "train.sharegpt.jsonl"])
    answer = trainer.get(link)
    lines = b"".join(answer.streaming_content).splitlines()

    assert link in page
    assert len(lines) == 12
    assert answer["Content-Disposition"].startswith("attachment")
    assert "train.alpaca.jsonl" not in export.files


def test_a_file_that_is_not_of_the_export_is_not_found(sign_in, dataset):
    trainer = sign_in("trainer")
    export = written(trainer, dataset)

    link = reverse("admin:finetune_export_download", args=[export.pk, "otro.jsonl"])
    assert trainer.get(link).status_code == 404


def test_files_are_for_who_may_export_in_that_domain(sign_in, dataset):
    export = written(sign_in("trainer"), dataset)
    link = reverse("admin:finetune_export_download", args=[export.pk, "train.chat.jsonl"])

    assert sign_in("rater").get(link).status_code == 403
    assert sign_in("rater").post(url("export", dataset)).status_code == 403
    assert sign_in("trainer", where=a_domain("ajeno")).get(link).status_code == 404


def test_nothing_is_written_of_who_took_consent_back(sign_in, domain, training_provider):
    person = a_person(domain, consents=True)
    row = a_conversation(domain, stars=5, origin="person", person=person)
    Conversation.objects.filter(pk=row.pk).update(stage="approved")
    dataset = a_file_of_all(domain)
    consent.withdraw(person, channel="test")

    answer = sign_in("trainer").post(url("export", dataset), follow=True)

    assert not Export.objects.exists()
    assert "No se escribió ningún archivo." in text(answer)


@pytest.mark.parametrize("page", ["lines", "changes", "manifest"])
def test_a_version_of_others_is_not_found(sign_in, dataset, page):
    stranger = sign_in("trainer", where=a_domain("ajeno"))

    assert stranger.get(url(page, dataset)).status_code == 404


def a_file_of_all(domain):
    examples(domain, 12)
    return a_file(domain).dataset


MAKE = reverse("admin:finetune_export_make")


def asked(domain, **fields):
    wanted = {"source": "both", "min_confidence": "", "train_split": "0.9"}
    return {"domain": domain.pk} | wanted | fields


def test_an_export_is_made_by_where_it_came_from(sign_in, domain):
    rows = examples(domain, 24)
    for row in rows[:20]:
        a_label(row)
    trainer = sign_in("trainer")
    assert MAKE in text(trainer.get(reverse("admin:finetune_export_changelist")))
    assert "Parte de entrenamiento" in text(trainer.get(MAKE))

    answer = trainer.post(MAKE, asked(domain, source="pipeline", train_split="0.8"))

    made = Export.objects.get()
    assert answer["Location"] == url("change", made, "export")
    assert (made.source, made.parameters["train_split"]) == ("pipeline", 0.8)
    assert sum(exports.counts(made).values()) == 20


def test_an_export_of_nothing_names_what_held_it_back(sign_in, domain):
    examples(domain, 3)

    page = text(sign_in("trainer").post(MAKE, asked(domain, source="sessions")))

    assert "3: No es de un hilo cuya lectura pasó el control de calidad" in page
    assert "No se escribió ningún archivo." in page
    assert not Export.objects.exists()


@pytest.mark.parametrize("wrong", [{"train_split": "0.2"}, {"min_confidence": "2"}])
def test_numbers_out_of_bounds_are_told_beside_them(sign_in, domain, wrong):
    page = sign_in("trainer").post(MAKE, asked(domain, **wrong))

    assert page.context["form"].errors.keys() == wrong.keys()


def test_a_domain_of_others_is_not_exported(sign_in):
    other = a_domain("ajeno")
    examples(other, 12)

    sign_in("trainer").post(MAKE, asked(other))

    assert not Export.objects.exists()


def test_who_may_not_export_has_no_form(sign_in):
    assert sign_in("rater").get(MAKE).status_code == 403
