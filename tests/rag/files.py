"""Files that people upload: honest ones, and those made to hurt their reader."""

import io
import zipfile

from docx import Document as Docx
from openpyxl import Workbook
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject
from reportlab.pdfgen.canvas import Canvas

WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def a_pdf(*pages, bookmarks=()):
    """A page for each text; ``bookmarks`` are (title, page), from 1."""
    file = io.BytesIO()
    canvas = Canvas(file)
    for number, text in enumerate(pages, start=1):
        for title in [it for it, page in bookmarks if page == number]:
            canvas.bookmarkPage(title)
            canvas.addOutlineEntry(title, title)
        canvas.drawString(72, 720, text)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def a_locked_pdf(*pages, password):
    writer = PdfWriter(clone_from=io.BytesIO(a_pdf(*pages)))
    writer.encrypt(password, owner_password="owner", algorithm="AES-256")
    return written(writer)


def a_long_pdf(pages):
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(72, 72)
    return written(writer)


def a_slow_pdf():
    """A few kilobytes that a reader turns into minutes of work."""
    writer = PdfWriter()
    page = writer.add_blank_page(72, 72)
    names = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    font = DictionaryObject({NameObject(it): NameObject(names[it]) for it in names})
    fonts = DictionaryObject({NameObject("/F1"): font})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    stream = DecodedStreamObject()
    stream.set_data(b"BT /F1 1 Tf (a) Tj ET\n" * 150_000)
    page[NameObject("/Contents")] = writer._add_object(stream.flate_encode(level=9))
    return written(writer)


def written(writer):
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def a_docx(*paragraphs, table=()):
    """Paragraphs; one that begins with "# " is a heading."""
    document = Docx()
    for text in paragraphs:
        if text.startswith("# "):
            document.add_heading(text[2:])
        else:
            document.add_paragraph(text)
    if table:
        rows = document.add_table(len(table), len(table[0])).rows
        for row, texts in zip(rows, table, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def a_docx_of(body, *, before=""):
    """A DOCX whose body is XML as it is given (a string, or bytes as they are)."""
    around = (
        f'<?xml version="1.0"?>{before}<w:document xmlns:w="{WORDS}"><w:body>',
        "</w:body></w:document>",
    )
    inside = body if isinstance(body, bytes) else body.encode()
    return a_zip({"word/document.xml": around[0].encode() + inside + around[1].encode()})


def a_zip(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def an_xlsx(rows, *, title="Precios"):
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
