import pytest

from conversations import reading


def lines(tmp_path, name, text):
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return list(reading.read(file))


def test_jsonl_line_with_every_field(tmp_path):
    (line,) = lines(
        tmp_path,
        "a.jsonl",
        '{"pregunta": "¿Hola?", "respuesta": "¡Hola!", "persona": "whatsapp:+593", '
        '"consentimiento": true, "creado_en": "2026-01-02T03:04:05+00:00", '
        '"calificacion": 5, "hilo": "h1"}\n',
    )
    assert (line.question, line.answer, line.person) == ("¿Hola?", "¡Hola!", "whatsapp:+593")
    assert (line.consent, line.stars, line.thread) == (True, 5, "h1")
    assert line.created_at.year == 2026


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ('{"pregunta": "sin respuesta"}', "falta respuesta"),
        ('{"pregunta": " ", "respuesta": "x"}', "falta pregunta"),
        ('{"pregunta": "a", "respuesta": "b", "calificacion": 6}', "calificacion va de 1 a 5"),
        ('{"pregunta": "a", "respuesta": "b", "creado_en": "ayer"}', "creado_en"),
        ("[1]", "no es un objeto"),
        ("{roto", "no es un objeto"),
        ("[" * 100_000, "no es un objeto"),
        ('{"pregunta": {"a": "b"}, "respuesta": "b"}', "pregunta no es un texto"),
        ('{"pregunta": "a", "respuesta": "b", "creado_en": "0001-01-01"}', "creado_en"),
        ('{"pregunta": "a", "respuesta": "b", "creado_en": "9999-12-31T23:59-12:00"}', "creado_en"),
    ],
)
def test_bad_line_is_explained_with_its_place_and_the_good_ones_come(tmp_path, row, reason):
    good = '{"pregunta": "a", "respuesta": "b"}'
    first, second = lines(tmp_path, "a.jsonl", f"{row}\n{good}\n")
    assert reason in str(first)
    assert "a.jsonl, línea 1" in str(first)
    assert second.question == "a"


def test_csv_with_a_spreadsheets_byte_order_mark(tmp_path):
    (line,) = lines(
        tmp_path, "a.csv", "\ufeffpregunta,respuesta,persona,consentimiento\n¿A?,B,ana,sí\n"
    )
    assert (line.question, line.person, line.consent) == ("¿A?", "ana", True)


def test_a_line_of_another_encoding_spoils_no_other(tmp_path):
    file = tmp_path / "a.jsonl"
    file.write_bytes(b'{"pregunta": "a", "respuesta": "b"}\n{"pregunta": "a\xf1o"}\n' * 2)
    found = list(reading.read(file))
    assert [isinstance(it, reading.Line) for it in found] == [True, False, True, False]


def test_a_row_of_a_table_without_end_spoils_no_other_and_lines_are_those_of_the_file(tmp_path):
    rows = ['"¿A,\nB?",C', "x" * 200_000 + ",y", "¿D?,", "¿E?,F"]
    found = lines(tmp_path, "a.csv", "\n".join(["pregunta,respuesta", *rows]))
    assert [it.question for it in found if isinstance(it, reading.Line)] == ["¿A,\nB?", "¿E?"]
    assert [str(it).partition(":")[0] for it in found if not isinstance(it, reading.Line)] == [
        "a.csv, línea 4",
        "a.csv, línea 5",
    ]


def test_corpus_list_is_a_question_and_its_alternative_answers(tmp_path):
    found = lines(tmp_path, "x.yml", "conversations:\n- - P\n  - R1\n  - R2\n")
    assert [(it.question, it.answer) for it in found] == [("P", "R1"), ("P", "R2")]


def test_corpus_called_conversations_alternates_turns_of_one_thread(tmp_path):
    text = "conversations:\n- - P1\n  - R1\n  - P2\n  - R2\n"
    found = lines(tmp_path, "conversations.yml", text)
    assert [(it.question, it.answer) for it in found] == [("P1", "R1"), ("P2", "R2")]
    assert len({it.thread for it in found}) == 1
    assert found[0].thread


def test_plain_yaml_list(tmp_path):
    (line,) = lines(tmp_path, "a.yaml", "- pregunta: P\n  respuesta: R\n  calificacion: 4\n")
    assert (line.question, line.stars) == ("P", 4)


@pytest.mark.parametrize(
    ("name", "content"), [("a.yml", b"a: [b"), ("a.csv", b"\xff\xfe\x00"), ("a.txt", b"x")]
)
def test_file_that_cannot_be_read_is_named(tmp_path, name, content):
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(reading.Unreadable, match=name):
        list(reading.read(file))


def test_folder_gives_its_readable_files_by_name(tmp_path):
    for name in ("b.csv", "a.jsonl", "notes.txt"):
        (tmp_path / name).touch()
    assert [it.name for it in reading.files(tmp_path)] == ["a.jsonl", "b.csv"]
