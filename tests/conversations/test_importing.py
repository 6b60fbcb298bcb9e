import json

import pytest
from django.core.management import CommandError, call_command

from conversations import consent, importing
from conversations.importing import import_path
from conversations.models import ConsentEvent, Conversation, Person
from conversations.said import Said
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


def test_a_line_of_a_table_in_another_encoding_is_reported_and_the_others_kept(tmp_path):
    file = tmp_path / "a.csv"
    file.write_bytes("pregunta,respuesta\n¿Hay?,Sí.\n".encode() + "¿Año?,No.\n".encode("latin-1"))
    report = imported(file, a_domain())
    assert len(report.kept) == 1
    assert report.bad[0].startswith("a.csv, línea 3:")


def test_a_file_with_a_long_name_still_proves_a_consent(tmp_path):
    file = tmp_path / f"{'a' * 240}.jsonl"
    file.write_text(json.dumps(ROW | {"persona": "+593999999999", "consentimiento": True}))
    assert len(imported(file, a_domain()).kept) == 1


def test_a_file_named_after_somebody_is_proof_without_their_number(tmp_path):
    file = tmp_path / "0991234567.jsonl"
    file.write_text(json.dumps(ROW | {"persona": "+593999999999", "consentimiento": True}))
    assert len(imported(file, a_domain()).kept) == 1
    assert "0991234567" not in ConsentEvent.objects.get().evidence


def test_rows_of_a_thread_share_their_session(tmp_path):
    other = {"pregunta": "¿Y los sábados?", "respuesta": "De nueve a una."}
    imported(a_file(tmp_path, ROW | {"hilo": "7"}, other | {"hilo": "7"}), a_domain())
    assert Conversation.objects.values("session").distinct().count() == 1


def test_line_that_is_a_book_is_reported_and_the_others_kept(tmp_path):
    report = imported(a_file(tmp_path, ROW | {"respuesta": "x" * 20_001}, ROW), a_domain())
    assert len(report.kept) == 1
    assert "respuesta" in report.bad[0]


def test_person_without_a_word_in_the_file_is_not_even_written_down(tmp_path):
    imported(a_file(tmp_path, ROW | {"persona": "+593 999 999 999"}), a_domain())
    assert not Person.objects.exists()


def test_one_person_in_two_spellings_says_it_once(tmp_path):
    consents = ROW | {"consentimiento": "sí"}
    file = a_file(
        tmp_path,
        consents | {"persona": "+593999999999"},
        consents | {"persona": "whatsapp:593999999999"},
    )
    report = imported(file, a_domain())
    assert (len(report.kept), report.already) == (1, 1)


def test_person_whom_nobody_could_tell_is_a_bad_line(tmp_path):
    report = imported(a_file(tmp_path, ROW | {"persona": "+"}, ROW), a_domain())
    assert len(report.kept) == 1
    assert report.bad[0].startswith("a.jsonl, línea 1:")


def test_lines_of_a_thread_know_the_turns_before_them(tmp_path):
    rows = [{"pregunta": f"¿{n}?", "respuesta": f"{n}.", "hilo": "7"} for n in range(3)]
    imported(a_file(tmp_path, *rows), a_domain())
    turns = Conversation.objects.order_by("pk").last().history
    assert [turn["content"] for turn in turns] == ["¿0?", "0.", "¿1?", "1."]


def test_what_was_kept_before_an_interruption_is_not_kept_again(tmp_path, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 2)
    file, domain = a_file(tmp_path, *({**ROW, "hilo": str(n)} for n in range(5))), a_domain()

    def interrupted(lines):
        for number, line in enumerate(lines):
            if number == 3:
                raise KeyboardInterrupt
            yield line

    with pytest.raises(KeyboardInterrupt):
        import_path(file, domain=domain, origin="staff", basis="", progress=interrupted)
    assert Conversation.objects.count() == 2
    report = imported(file, domain)
    assert (len(report.kept), report.already) == (3, 2)


def test_second_run_masks_nothing(tmp_path, monkeypatch):
    file, domain = a_file(tmp_path, ROW), a_domain()
    imported(file, domain)
    monkeypatch.setattr(Said, "texts", lambda *args: 1 / 0)
    assert imported(file, domain).already == 1


def test_lines_are_read_as_they_are_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 2)
    rows = ({**ROW, "hilo": str(number)} for number in range(6))
    seen = []

    def watched(lines):
        for line in lines:
            seen.append(Conversation.objects.count())
            yield line

    import_path(
        a_file(tmp_path, *rows), domain=a_domain(), origin="staff", basis="", progress=watched
    )
    assert seen == [0, 0, 2, 2, 4, 4]


def run(file, **options):
    options = {"domain": a_domain().slug, "origin": "source", "basis": "CC0"} | options
    call_command("import_conversations", str(file), **options)


def test_command_says_what_it_did(tmp_path, capsys):
    run(a_file(tmp_path, ROW))
    run(a_file(tmp_path, ROW))
    said = capsys.readouterr().out
    assert said.splitlines() == [
        "1 importadas, 0 repetidas, 0 sin consentimiento, 0 ilegibles",
        "0 importadas, 1 repetidas, 0 sin consentimiento, 0 ilegibles",
    ]


def test_command_names_bad_lines_keeps_the_others_and_fails(tmp_path, capsys):
    with pytest.raises(CommandError):
        run(a_file(tmp_path, ROW, {"pregunta": "sola"}))
    assert "a.jsonl, línea 2: falta respuesta" in capsys.readouterr().err
    assert Conversation.objects.count() == 1


@pytest.mark.parametrize(("from_file", "kept"), [(False, 0), (True, 1)])
def test_command_takes_consents_from_the_file_only_when_told(tmp_path, from_file, kept):
    row = ROW | {"persona": "+593999999999", "consentimiento": "sí"}
    run(a_file(tmp_path, row), consent_from_file=from_file)
    assert Conversation.objects.count() == kept


@pytest.mark.parametrize("wrong", [{"domain": "nada"}, {"basis": ""}])
def test_command_refuses_what_it_cannot_place(tmp_path, wrong):
    with pytest.raises(CommandError):
        run(a_file(tmp_path, ROW), **wrong)
    assert not Conversation.objects.exists()


def test_command_refuses_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CommandError):
        run(tmp_path / "nada.jsonl")


def test_command_that_is_interrupted_says_how_to_go_on(tmp_path, monkeypatch):
    def interrupted(path):
        raise KeyboardInterrupt

    monkeypatch.setattr(importing.reading, "read", interrupted)
    with pytest.raises(CommandError, match="misma orden") as stopped:
        run(a_file(tmp_path, ROW))
    assert stopped.value.returncode == 130
