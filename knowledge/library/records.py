"""JSONL and CSV files: one article a record, each bad record reported with its line."""

import csv
import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import IO, Any, cast

from knowledge.library.drafts import Draft, Fields, Finding, decode

UTF_16 = (b"\xff\xfe", b"\xfe\xff")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "key": ("id", "doc_id", "passage_id", "key"),
    "text": ("text", "body", "content"),
    "title": ("title",),
    "url": ("url",),
    "language": ("language",),
    "visibility": ("visibility",),
    "updated": ("updated",),
    "group": ("group",),
    "product": ("product",),
    "valid_from": ("valid_from",),
    "valid_until": ("valid_until",),
}


def read_jsonl(path: Path, name: str, max_bytes: int) -> Iterator[Draft | Finding]:
    """Read one article a line (`.gz` too). Lines over `max_bytes` are never held in memory."""
    try:
        with _open(path) as stream:
            for number, line in _lines(stream, max_bytes):
                where = f"{name} line {number}"
                if line is None:
                    yield Finding(where, f"larger than {max_bytes:,} bytes")
                elif line.strip():
                    yield _from_json(line, where, name)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        yield Finding(name, f"the gzip file is damaged: {error}")


def read_csv(path: Path, name: str, max_bytes: int) -> Iterator[Draft | Finding]:
    """Read one article a row; the first row names the columns."""
    csv.field_size_limit(max(csv.field_size_limit(), max_bytes))
    with path.open("rb") as stream:
        losses: list[Finding] = []
        if stream.peek(2)[:2] in UTF_16:
            yield Finding(name, "it is written in UTF-16: save it as UTF-8")
            return
        lines = _csv_lines(stream, name, max_bytes, losses)
        first = next(lines, "")
        rows = csv.reader(chain([first], lines), strict=True, delimiter=_delimiter(first))
        header = [cell.strip().lower() for cell in next(rows, [])]
        if not set(header) & set(COLUMNS["text"]):
            yield Finding(name, f"line 1: no column {_names('text')} (found: {', '.join(header)[:200] or 'none'})")
            return
        while (row := _next_row(rows, name)) is not None:
            yield from losses
            losses.clear()
            if isinstance(row, Finding):
                yield row
            elif row:
                yield _from_row(header, row, f"{name} line {rows.line_num}", name)
        yield from losses


def _delimiter(header: str) -> str:
    """Return what stands between the columns: a comma, or what spreadsheets write in other countries."""
    return next((mark for mark in ";\t" if "," not in header and mark in header), ",")


def has_text_column(path: Path, max_bytes: int) -> bool:
    """Return whether the first record of a JSONL file carries a text."""
    first = next((item for item in read_jsonl(path, path.name, max_bytes)), None)
    return not (isinstance(first, Finding) and "no column" in first.reason)


def _open(path: Path) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path, "rb")) if path.name.lower().endswith(".gz") else path.open("rb")


def _lines(stream: IO[bytes], max_bytes: int) -> Iterator[tuple[int, bytes | None]]:
    number = 0
    while line := stream.readline(max_bytes + 1):
        number += 1
        if len(line) <= max_bytes or line.endswith(b"\n"):
            yield number, line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(1 << 20)
        yield number, None


def _csv_lines(stream: IO[bytes], name: str, max_bytes: int, losses: list[Finding]) -> Iterator[str]:
    for number, line in _lines(stream, max_bytes):
        if line is None:
            losses.append(Finding(f"{name} line {number}", f"larger than {max_bytes:,} bytes"))
            yield "\n"
            continue
        text, notes = decode(line)
        losses += [Finding(f"{name} line {number}", note, harmless=True) for note in notes]
        yield text.replace("\0", "")


def _next_row(rows: Any, name: str) -> list[str] | Finding | None:
    first = rows.line_num + 1
    try:
        row: list[str] = next(rows)
    except StopIteration:
        return None
    except csv.Error as error:
        return Finding(f"{name} lines {first}–{rows.line_num}", f"the quoting is wrong: {error}")
    return row


def _from_row(header: list[str], row: list[str], where: str, name: str) -> Draft | Finding:
    if len(row) != len(header):
        return Finding(where, f"{len(row)} columns where line 1 has {len(header)}: is a quote missing?")
    return _draft(dict(zip(header, row, strict=True)), Fields(), where, name)


def _from_json(line: bytes, where: str, name: str) -> Draft | Finding:
    text, notes = decode(line)
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        column = f" column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        return Finding(f"{where}{column}", "no valid JSON")
    if not isinstance(record, dict):
        return Finding(where, "no JSON object")
    return _draft(record, Fields(notes=notes), where, name)


def _draft(record: Mapping[str, Any], fields: Fields, where: str, name: str) -> Draft | Finding:
    for target, columns in COLUMNS.items():
        given = next((column for column in columns if record.get(column) not in (None, "")), None)
        if given is None:
            continue
        value = record[given]
        if isinstance(value, dict | list):
            return Finding(where, f"column {given} holds no text")
        fields.values[target] = str(value)
    if not any(column in record for column in COLUMNS["text"]):
        return Finding(where, f"no column {_names('text')}")
    if not fields.values.get("key", "").strip():
        return Finding(where, f"no value in column {_names('key')}")
    text = fields.values.get("text", "")
    title = fields.values.get("title", "") or _first_line(text)
    return fields.draft(fields.values["key"].strip(), title, text, path=name)


def _first_line(text: str) -> str:
    return next((line.strip("# ").strip() for line in text.split("\n") if line.strip("# ")), "")[:120]


def _names(target: str) -> str:
    *first, last = COLUMNS[target]
    return f"{', '.join(first)} or {last}"
