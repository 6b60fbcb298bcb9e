"""Files in, blocks of text out; and every bomb of reliability Q35 ends with its reason."""

import io
import struct
import subprocess
import sys
import time

import pytest
from django.conf import settings

from rag.chunking import Block
from rag.extraction import Fault, FileKind, Unreadable, extract, kind_of, limits
from rag.extraction.cleaning import clean
from tests.rag import files

MEASURED = """
import resource, sys
from rag.extraction import FileKind, Unreadable, extract
try:
    extract(open(sys.argv[1], "rb"), FileKind.DOCX)
except Unreadable as error:
    print(error.fault, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
PARAGRAPH = "<w:p><w:r><w:t>hola</w:t></w:r></w:p>"


@pytest.fixture
def read(tmp_path):
    """What is read of bytes, by what they are."""

    def reading(content, name="documento.txt"):
        path = tmp_path / "original"
        path.write_bytes(content)
        with path.open("rb") as file:
            kind = kind_of(name, file)
            assert kind, "nothing that can be read"
            return extract(file, kind)

    return reading


def fault_of(read, *args):
    with pytest.raises(Unreadable) as caught:
        read(*args)
    return caught.value.fault


# --- what is read ---------------------------------------------------------------------------------


def test_a_pdf_gives_its_pages_under_their_bookmarks(read):
    content = files.a_pdf("Hola", "Los envíos", "Otra", bookmarks=[("Envíos", 2)])
    found = read(content)
    assert found.pages == 3
    assert found.blocks == [
        Block("Hola", 1, ""),
        Block("Los envíos", 2, "Envíos"),
        Block("Otra", 3, "Envíos"),
    ]


def test_a_pdf_that_opens_without_a_password_is_read(read):
    assert read(files.a_locked_pdf("Hola", password="")).blocks == [Block("Hola", 1)]


def test_a_docx_gives_paragraphs_under_headings_and_rows_of_tables(read):
    content = files.a_docx("Hola.", "# Precios", "Por libra.", table=[("HLSO", "5,20")])
    assert read(content).blocks == [
        Block("Hola."),
        Block("Por libra.", heading="Precios"),
        Block("HLSO; 5,20", heading="Precios"),
    ]


def test_text_that_was_deleted_from_a_docx_or_stands_there_twice_is_read_once(read):
    same = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    body = (
        "<w:p><w:del><w:r><w:delText>viejo</w:delText></w:r></w:del><w:r><w:t>nuevo</w:t></w:r></w:p>"
        f'<m:AlternateContent xmlns:m="{same}"><m:Choice>{PARAGRAPH}</m:Choice>'
        f"<m:Fallback>{PARAGRAPH}</m:Fallback></m:AlternateContent>"
    )
    assert [it.text for it in read(files.a_docx_of(body)).blocks] == ["nuevo", "hola"]


def test_rows_of_an_xlsx_say_the_names_of_their_columns(read):
    content = files.an_xlsx([("Producto", "Precio"), ("HLSO 16/20", 5.2), (None, None), ("IQF", 4)])
    assert read(content).blocks == [
        Block("Producto: HLSO 16/20; Precio: 5.2\nProducto: IQF; Precio: 4", heading="Precios")
    ]


@pytest.mark.parametrize("mark", [";", ",", "\t"])
def test_rows_of_a_csv_say_the_names_of_their_columns(read, mark):
    content = f"Talla{mark}Precio\n16/20{mark}5.20\n".encode()
    assert read(content, "precios.csv").blocks == [Block("Talla: 16/20; Precio: 5.20")]


def test_markdown_gives_its_sections(read):
    content = b"Hola.\n\n# Uno\n\nTexto.\n\n```\n# no es un titulo\n```\n"
    assert [(it.heading, it.text) for it in read(content, "a.md").blocks] == [
        ("", "Hola."),
        ("Uno", "Texto.\n\n```\n# no es un titulo\n```"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
def test_spanish_text_is_read_in_the_encodings_it_is_written_in(read, encoding):
    text = "El camarón de mañana cuesta más: ¿cuánto pidió el señor Ibáñez?"
    assert read(text.encode(encoding)).blocks == [Block(text)]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a   b", "a b"),
        ("a  b", "a  b"),
        ("a\n\n\n\nb", "a\n\nb"),
        ("a\r\n \r\n \r\nb", "a\n\nb"),
        ("a\x00\x07\ud800b\u202ec\u00ad", "abc"),
        (" \n ", ""),
    ],
)
def test_text_is_cleaned(given, kept):
    assert clean(given) == kept


# --- what a file is -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("carta.txt", files.a_pdf("Hola"), FileKind.PDF),
        ("carta.pdf", files.a_docx("Hola"), FileKind.DOCX),
        ("carta.docx", files.an_xlsx([("a", "b")]), FileKind.XLSX),
        ("carta.pdf", b"Hola.", FileKind.TXT),
        ("carta.md", b"Hola.", FileKind.MD),
        ("carta.csv", b"a;b", FileKind.CSV),
        ("carta.pdf", b"\x89PNG\r\n\x1a\n...", None),
        ("carta.doc", b"\xd0\xcf\x11\xe0 old Word, or a locked DOCX", None),
        ("carta.txt", b"a\0b", None),
        ("carta.txt", b"", None),
        ("carta.docx", files.a_zip({"otra.docx": files.a_zip({"bomba.zip": b"x"})}), None),
    ],
)
def test_the_content_says_what_a_file_is(name, content, kind):
    assert kind_of(name, io.BytesIO(content)) == kind


# --- bombs ----------------------------------------------------------------------------------------


def test_a_zip_bomb_is_refused_before_it_is_inflated(read):
    bomb = files.a_zip({"word/document.xml": b"", "word/bomba": bytes(limits.MOST_INFLATED + 1)})
    assert fault_of(read, bomb) == Fault.INFLATED


def test_a_zip_bomb_that_lies_about_its_size_is_damaged(read):
    body = PARAGRAPH * 1000
    bomb = bytearray(files.a_docx_of(body))
    entry = bomb.rindex(b"PK\x01\x02")
    struct.pack_into("<I", bomb, entry + 24, 300)  # what the directory says that it inflates to
    assert fault_of(read, bytes(bomb)) == Fault.DAMAGED


def test_an_archive_of_too_many_files_is_refused(read):
    members = {f"word/{number}": b"" for number in range(limits.MOST_MEMBERS)}
    assert fault_of(read, files.a_zip({"word/document.xml": b"", **members})) == Fault.INFLATED


def test_five_million_paragraphs_are_too_many(read):
    assert fault_of(read, files.a_docx_of(b"<w:p/>" * 5_000_000)) == Fault.PARAGRAPHS


def test_a_document_that_fills_the_memory_takes_no_more_than_it_may(tmp_path):
    """Measured in a process of its own: what this one forks begins with the memory of its own."""
    bomb = tmp_path / "bomba.docx"
    bomb.write_bytes(files.a_docx_of(b"<w:p>" + b'<w:r a="" b="" c=""/>' * 2_000_000 + b"</w:p>"))
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(bomb)],
        cwd=settings.BASE_DIR,
        check=True,
        capture_output=True,
        text=True,
    )
    fault, kilobytes = done.stdout.split()
    assert fault in {Fault.MEMORY, Fault.TIME}  # whichever comes first on a busy machine
    assert int(kilobytes) < 600 * 1024


def test_a_slow_pdf_is_given_up(read, monkeypatch):
    monkeypatch.setattr(limits, "CPU_SECONDS", 1)
    content = files.a_slow_pdf()
    assert len(content) < 9 * 1024
    began = time.monotonic()
    assert fault_of(read, content) == Fault.TIME
    assert time.monotonic() - began < limits.WALL_SECONDS


def test_a_pdf_of_too_many_pages_is_refused(read):
    assert fault_of(read, files.a_long_pdf(limits.MOST_PAGES + 1)) == Fault.PAGES


def test_a_sheet_of_too_many_cells_is_refused(read):
    content = (b"1;" * 1000 + b"\n") * (limits.MOST_CELLS // 1000 + 1)
    assert fault_of(read, content, "a.csv") == Fault.CELLS


def test_a_text_of_too_many_characters_is_refused(read):
    assert fault_of(read, b"a" * (limits.MOST_CHARACTERS + 1)) == Fault.CHARACTERS


@pytest.mark.parametrize(
    "declared",
    ['<!ENTITY x SYSTEM "file:///etc/passwd">', '<!ENTITY x "hola"><!ENTITY y "&x;&x;&x;">'],
)
def test_xml_that_declares_entities_is_refused(read, declared):
    body = "<w:p><w:r><w:t>&x;</w:t></w:r></w:p>"
    content = files.a_docx_of(body, before=f"<!DOCTYPE d [{declared}]>")
    assert fault_of(read, content) == Fault.FORBIDDEN_XML


def test_entities_in_a_sheet_are_refused(read):
    sheet = '<!DOCTYPE d [<!ENTITY x "y">]><workbook/>'
    content = files.a_zip({"xl/workbook.xml": sheet, "[Content_Types].xml": sheet})
    assert fault_of(read, content) == Fault.FORBIDDEN_XML


def test_a_locked_pdf_says_so(read):
    assert fault_of(read, files.a_locked_pdf("Hola", password="secreta")) == Fault.ENCRYPTED


def test_a_locked_archive_says_so(read):
    locked = bytearray(files.a_docx("Hola"))
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    assert fault_of(read, bytes(locked)) == Fault.ENCRYPTED


@pytest.mark.parametrize("content", [b"%PDF-1.7\nroto", files.a_docx("Hola")[:-40]])
def test_a_broken_file_says_so(read, content):
    assert fault_of(read, content) == Fault.DAMAGED


def test_a_scan_without_text_says_so(read):
    assert fault_of(read, files.a_long_pdf(1)) == Fault.NO_TEXT


def test_the_reader_knows_no_secret_of_the_site(read, monkeypatch, tmp_path):
    """In its place stands a script that tells what it was given."""
    spy = tmp_path / "spy"
    spy.write_text(f"#!/bin/sh\nenv > {tmp_path}/seen\n")
    spy.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(spy))
    monkeypatch.setenv("SECRET_KEY", "not for readers")
    with pytest.raises(Unreadable):
        read(b"Hola.")
    assert "not for readers" not in (tmp_path / "seen").read_text()
