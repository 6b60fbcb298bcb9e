import json

import pytest

from conversations import consent
from conversations.importing import import_path
from conversations.models import Conversation
from tests.factories import a_domain

pytestmark = pytest.mark.django_db


def a_file(tmp_path, *rows):
    file = tmp_path / "a.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return file


def imported(file, domain):
    return import_path(file, domain=domain, origin="source", basis="licencia de prueba")


ROW = {"pregunta": "¿Qué horario tienen?", "respuesta": "De nueve a cinco."}


def test_source_rows_are_kept_with_their_basis(tmp_path):
    report = imported(a_file(tmp_path, ROW | {"calificacion": 5}), a_domain())
    row = Conversation.objects.get()
    assert (row.origin, row.basis, row.stage) == ("source", "licencia de prueba", "approved")
    assert report.stars == {row.pk: 5}


def test_second_run_adds_nothing(tmp_path):
    file, domain = a_file(tmp_path, ROW), a_domain()
    imported(file, domain)
    report = imported(file, domain)
    assert (report.kept, report.already) == ([], 1)
    assert Conversation.objects.count() == 1


def test_person_without_consent_leaves_nothing(tmp_path):
    report = imported(a_file(tmp_path, ROW | {"persona": "+593 999 999 999"}), a_domain())
    assert report.no_consent == 1
    assert not Conversation.objects.exists()


def test_person_with_consent_is_kept_as_a_pseudonym(tmp_path):
    row = ROW | {"persona": "whatsapp:+593999999999", "consentimiento": "sí"}
    imported(a_file(tmp_path, row), a_domain())
    kept = Conversation.objects.get()
    assert kept.origin == "person"
    assert "999999999" not in kept.person.pseudonym


def test_old_file_does_not_undo_a_withdrawal(tmp_path):
    domain = a_domain()
    person = consent.person_known_as("593999999999", domain=domain)
    consent.withdraw(person, channel="test")
    row = ROW | {"persona": "+593999999999", "consentimiento": "si"}
    report = imported(a_file(tmp_path, row), domain)
    assert (report.kept, report.no_consent) == ([], 1)


def test_bad_lines_are_reported_and_good_ones_kept(tmp_path):
    report = imported(a_file(tmp_path, {"pregunta": "sola"}, ROW), a_domain())
    assert len(report.kept) == 1
    assert report.bad == ["a.jsonl, línea 1: falta respuesta"]


def test_rows_of_a_thread_share_their_session(tmp_path):
    other = {"pregunta": "¿Y los sábados?", "respuesta": "De nueve a una."}
    imported(a_file(tmp_path, ROW | {"hilo": "7"}, other | {"hilo": "7"}), a_domain())
    assert Conversation.objects.values("session").distinct().count() == 1


def test_line_that_is_a_book_is_reported_and_the_others_kept(tmp_path):
    report = imported(a_file(tmp_path, ROW | {"respuesta": "x" * 20_001}, ROW), a_domain())
    assert len(report.kept) == 1
    assert "respuesta" in report.bad[0]
