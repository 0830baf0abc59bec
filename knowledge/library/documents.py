"""PDF and Word files: read in a process of their own, with limits, so that no file can hold up the others."""

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

from knowledge.library.drafts import Fields, Finding

# A document is mostly pictures and fonts: its file may be so many times larger than an article's text.
FILE_TO_TEXT = 20
UNPACKED_BYTES = 400_000_000
MEMBERS = 10_000
SECONDS = 120
_OLE = b"\xd0\xcf\x11\xe0"
_NO_TITLE = re.compile(r"(?i)\(?(?:anonymous|untitled|unspecified)\b|(?:microsoft word|powerpoint) - |.*\.\w{2,4}$")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
_FIELDS = {"visibility", "product", "valid_from", "valid_until", "language", "url", "updated"}


def read_document(path: Path, name: str, fields: Fields, max_bytes: int) -> tuple[str, str] | Finding:
    """Return title ("" when there is none) and text of a document; what it states goes into `fields`."""
    found = _refuse(path, max_bytes) or _extract(path)
    text = str(found.get("text", ""))
    if reason := found.get("error") or _refuse_text(text, max_bytes):
        return Finding(name, str(reason), key=name)
    title = _state(found["stated"], fields)
    if path.suffix.lower() == ".pdf":
        return title, join_lines(_below(title, text))
    heading = _HEADING.search(text)
    return title or (heading[1] if heading else ""), text


def _below(title: str, text: str) -> str:
    """Return a PDF's text without the title at its head: it would be read as the beginning of the first sentence."""
    found = re.match(r"\s*" + r"\s+".join(map(re.escape, title.split())) + r"[ \t]*\r?\n\s*", text, re.IGNORECASE)
    return text[found.end() :] if title and found and text[found.end() :].strip() else text


def join_lines(text: str) -> str:
    """Put the lines of a page's paragraphs together again; lists, tables, code and headings keep their lines."""
    lines = text.replace("\r\n", "\n").split("\n")
    lengths = sorted(len(line) for line in lines if line.strip())
    full = 0.7 * lengths[int(0.9 * (len(lengths) - 1))] if lengths else 0
    joined: list[str] = []
    before = ""
    for line in lines:
        if joined and max(full, 40) <= len(before) and _goes_on(before, line):
            soft = re.search(r"[^\W\d_]-$", joined[-1]) and line[:1].islower()
            joined[-1] = joined[-1][:-1] + line if soft else f"{joined[-1]} {line}"
        else:
            joined.append(line)
        before = line
    return "\n".join(joined)


def _goes_on(line: str, following: str) -> bool:
    code = re.search(r"[{};=|\\]\s*$", line) or line[:1].isspace()
    begins = re.match(r"\s|[-*•–—▪|#>]|\(?\w{1,3}[.)]\s|$", following)
    return not code and not begins


def _refuse(path: Path, max_bytes: int) -> dict[str, Any]:
    if path.stat().st_size > max_bytes * FILE_TO_TEXT:
        return {"error": f"larger than {max_bytes * FILE_TO_TEXT:,} bytes"}
    reason = _refuse_pdf(path) if path.suffix.lower() == ".pdf" else _refuse_docx(path)
    return {"error": reason} if reason else {}


def _refuse_text(text: str, max_bytes: int) -> str:
    if len(text.encode("utf-8", "replace")) > max_bytes:
        return f"its text is larger than {max_bytes:,} bytes: split the document"
    return "" if text.strip() else "it holds pictures but no text: run text recognition over it first (ocrmypdf)"


def _refuse_pdf(path: Path) -> str:
    with path.open("rb") as stream:
        start = stream.read(1_024)
    return "" if b"%PDF-" in start else "no PDF, whatever its name says"


def _refuse_docx(path: Path) -> str:
    with path.open("rb") as stream:
        start = stream.read(4)
    if start == _OLE:
        return "it is encrypted or in the old .doc format: save it as .docx without a password"
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        return f"the file is damaged or no Word document: {str(error)[:100]}"
    if len(members) > MEMBERS or sum(member.file_size for member in members) > UNPACKED_BYTES:
        return f"it unpacks to more than {UNPACKED_BYTES:,} bytes or {MEMBERS:,} files"
    if "word/document.xml" not in {member.filename for member in members}:
        return "no Word document, whatever its name says"
    return ""


def _extract(path: Path) -> dict[str, Any]:
    command = [sys.executable, "-P", "-m", "knowledge.library.extracting", str(path.resolve())]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603 - our own module
    except subprocess.TimeoutExpired:
        return {"error": f"reading it took longer than {SECONDS} seconds"}
    try:
        found = json.loads(done.stdout)
    except ValueError:
        return {"error": "reading it needed too much memory or time, or the file is damaged"}
    return {"error": _spoken(found["error"])} if "error" in found else dict(found)


def _spoken(error: str) -> str:
    if "password" in error.lower() or "encrypt" in error.lower():
        return "it is protected by a password: save it without one, then ingest it again"
    if "Invalid PDF" in error or "FormatError" in error:
        return "the PDF is damaged: export it again"
    return f"it cannot be read: {error[:200]}"


def _state(stated: dict[str, Any], fields: Fields) -> str:
    fields.values["language"] = str(stated.get("language", ""))
    fields.values["updated"] = str(stated.get("modified_at") or stated.get("created_at") or "")
    own = stated.get("custom_properties")
    for name, value in own.items() if isinstance(own, dict) else ():
        if name.lower() in _FIELDS and isinstance(value, str | int | float):
            fields.values[name.lower()] = str(value)
    title = " ".join(str(stated.get("title", "")).split())
    return "" if _NO_TITLE.match(title) else title
