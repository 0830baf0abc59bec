"""PDF and Word files: what is kept, and bad ones that are reported in bounded time."""

import time
import zipfile
from pathlib import Path

import pytest
from docx import Document
from pypdf import PdfWriter
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import PageBreak, Paragraph, Preformatted, SimpleDocTemplate, Table

from knowledge.library.documents import join_lines
from knowledge.library.drafts import Draft, Finding
from knowledge.library.readers import find_files, read

MAX = 5_000_000


def _read(path: Path, max_bytes: int = MAX) -> Draft | Finding:
    (item,) = read(path, find_files(path), max_bytes)
    return item


def _pdf(path: Path, pages: int, title: str = "Returns guide") -> Path:
    styles = getSampleStyleSheet()
    story: list[object] = []
    for page in range(pages):
        story += [
            Paragraph(f"Region {page}", styles["Heading1"]),
            Paragraph(f"In region {page} you may send goods back within {page + 14} days. " * 4, styles["Normal"]),
            Preformatted(f"curl /refunds \\\n    --id {page}", styles["Code"]),
            Table([["Plan", "Price"], ["Basic", f"{page} EUR"]]),
            PageBreak(),
        ]
    SimpleDocTemplate(str(path), title=title).build(story)
    return path


def test_three_hundred_pages(tmp_path: Path) -> None:
    draft = _read(_pdf(tmp_path / "guide.pdf", 300))
    assert isinstance(draft, Draft)
    assert draft.title == "Returns guide"
    assert draft.visibility is None
    assert draft.stated_date.startswith("20")
    for page in (0, 150, 299):
        assert f"Region {page}\n" in draft.text
        assert draft.text.count(f"In region {page} you may send goods back within {page + 14} days.") == 4
        assert f"--id {page}" in draft.text
        assert f"Basic {page} EUR" in draft.text


def test_a_title_at_the_head_of_a_pdf_is_no_part_of_its_first_sentence(tmp_path: Path) -> None:
    styles = getSampleStyleSheet()
    said = "The stove has a warranty of five years."
    for title, head, kept in (
        ("Warranty of the stove", "Warranty of the Stove", said),
        ("Warranty", "Other words", f"Other words\n{said}"),
        ("A.*(b", "A.*(b", said),
    ):
        story = [Paragraph(head, styles["BodyText"]), Paragraph(said, styles["BodyText"])]
        SimpleDocTemplate(str(tmp_path / "a.pdf"), title=title).build(story)
        draft = _read(tmp_path / "a.pdf")
        assert isinstance(draft, Draft)
        assert (draft.title, draft.text) == (title, kept)


def test_a_word_file_keeps_headings_tables_and_its_language(tmp_path: Path) -> None:
    document = Document()
    document.core_properties.language = "de"
    document.add_heading("Rückgabe", 1)
    document.add_paragraph("Innerhalb von 30 Tagen.")
    table = document.add_table(2, 2)
    for place, text in enumerate(("Tarif", "Preis", "Klein", "5 EUR")):
        table.cell(place // 2, place % 2).text = text
    document.save(str(tmp_path / "a.docx"))
    draft = _read(tmp_path / "a.docx")
    assert isinstance(draft, Draft)
    assert (draft.title, draft.language) == ("Rückgabe", "de")
    assert "Innerhalb von 30 Tagen." in draft.text
    assert "| Klein | 5 EUR |" in draft.text


def test_a_password_is_named_with_the_remedy(tmp_path: Path) -> None:
    writer = PdfWriter(clone_from=str(_pdf(tmp_path / "open.pdf", 1)))
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(str(tmp_path / "shut.pdf"))
    finding = _read(tmp_path / "shut.pdf")
    assert isinstance(finding, Finding)
    assert finding.reason == "it is protected by a password: save it without one, then ingest it again"


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.pdf", b"hello", "no PDF, whatever its name says"),
        ("b.pdf", b"%PDF-1.4\n" + b"\x00\xff" * 500, "damaged"),
        ("c.docx", b"hello", "damaged or no Word document"),
        ("d.docx", b"PK\x03\x04" + b"\x00" * 100, "damaged or no Word document"),
        ("e.docx", b"\xd0\xcf\x11\xe0" + b"\x00" * 100, "encrypted or in the old .doc format"),
        ("f.pdf", b"%PDF-" + b"x" * 2_000, "larger than"),
    ],
)
def test_what_is_no_document_is_reported(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(data)
    finding = _read(tmp_path / name, 100 if name == "f.pdf" else MAX)
    assert isinstance(finding, Finding)
    assert reason in finding.reason


def _zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_bombs_are_refused_in_bounded_time(tmp_path: Path) -> None:
    block = b"<a>" * 7_000_000
    bomb = _zip(tmp_path / "bomb.docx", {"word/document.xml": block, **{f"x{n}": block for n in range(20)}})
    many = _zip(tmp_path / "many.docx", {f"{n}": b"" for n in range(10_001)})
    other = _zip(tmp_path / "other.docx", {"hello.txt": b"x"})
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    xml = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{laughs}]><w:document>&a11;</w:document>'
    entities = _zip(tmp_path / "laughs.docx", {"word/document.xml": xml.encode()})
    start = time.monotonic()
    for path, reason in ((bomb, "unpacks to more"), (many, "unpacks to more"), (other, "no Word document")):
        finding = _read(path)
        assert isinstance(finding, Finding)
        assert reason in finding.reason
    assert isinstance(_read(entities), Finding)
    assert time.monotonic() - start < 30


def test_a_bad_document_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "bad.pdf").write_bytes(b"no")
    (tmp_path / "good.md").write_text("fine")
    _pdf(tmp_path / "guide.pdf", 1, title="untitled")
    items = list(read(tmp_path, find_files(tmp_path), MAX))
    assert [item.key if isinstance(item, Draft) else item.where for item in items] == [
        "bad.pdf",
        "good.md",
        "guide.pdf",
    ]
    assert isinstance(items[2], Draft)
    assert items[2].title == "guide"


def test_lines_of_a_paragraph_are_joined_and_others_are_not() -> None:
    text = (
        "Heading\nYou may send the goods back within thirty days of the infor-\nmation we gave you about it, and also\n"
        "- a first point that is about as long as a whole line of text\n- two\nPlan Price\nBasic 5"
    )
    assert join_lines(text) == (
        "Heading\nYou may send the goods back within thirty days of the information we gave you about it, and also\n"
        "- a first point that is about as long as a whole line of text\n- two\nPlan Price\nBasic 5"
    )
