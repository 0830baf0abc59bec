"""Tables (CSV) and JSON lines of any shape, turned into rows by a mapping file."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from api.importers.cells import Cell
from api.importers.mapping import MappingFile, RowMap, read_mapping
from api.importers.row_parts import MAX_LINE_BYTES
from api.importers.rows import Unreadable
from api.importers.sources import Lines, Numbered, Options, Source
from knowledge.failures import Rejected

SNIFFED_CHARS = 20_000
DELIMITERS = ",;\t|"


class Table:
    """A CSV file, read by a mapping. Records count from 1, without the header."""

    def __init__(self, path: Path, mapping: MappingFile) -> None:
        self.name = str(path)
        self._path = path
        self._mapping = mapping
        self._delimiter = mapping.delimiter or _delimiter(path, mapping.encoding)
        self._check(next(self._records(), (0, []))[1])

    def __iter__(self) -> Iterator[Numbered]:
        records = self._records()
        _, header = next(records, (0, []))
        for number, cells in records:
            if len(cells) > len(header):
                seen = dict(enumerate(cells))
                reason = f"the record has {len(cells)} cells, the header {len(header)}"
                yield number, Unreadable(reason, {str(at): cell for at, cell in seen.items()})
            elif cells:
                record = dict(zip(header, cells, strict=False))
                yield from ((number, row) for row in rows_of(record, self._mapping))

    def total(self) -> int | None:
        """Return how many lines the file has; a record may be longer than one."""
        return Lines(self._path).total()

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        csv.field_size_limit(MAX_LINE_BYTES)
        with self._path.open(encoding=self._mapping.encoding, errors="replace", newline="") as stream:
            reader, number = csv.reader(stream, delimiter=self._delimiter), -1
            while True:
                number += 1
                try:
                    cells = next(reader, None)
                except csv.Error as error:
                    if number == 0:
                        raise Rejected(f"{self.name} is no table: {error}.", "Export it as CSV.") from error
                    cells = [""] * 10_000  # more than any header: told as a bad record
                if cells is None:
                    return
                yield number, cells

    def _check(self, header: list[str]) -> None:
        if missing := sorted(self._mapping.columns - set(header)):
            raise Rejected(
                f"{self.name} has no column {', '.join(missing[:10])}; it has {', '.join(header[:50]) or 'none'}.",
                "Correct the mapping file, or table.delimiter in it.",
            )


class Objects:
    """JSON lines of any shape, read by a mapping."""

    def __init__(self, path: Path, mapping: MappingFile) -> None:
        self.name = str(path)
        self._lines = Lines(path)
        self._mapping = mapping

    def __iter__(self) -> Iterator[Numbered]:
        for number, line in self._lines:
            if isinstance(line, bytes) and line.strip():
                yield from ((number, row) for row in self._rows(line))

    def _rows(self, line: bytes) -> Iterator[Unreadable | dict[str, Any]]:
        try:
            record = json.loads(line) if len(line) <= MAX_LINE_BYTES else None
        except (ValueError, RecursionError) as error:
            return iter([Unreadable(f"the line is no JSON: {str(error)[:200]}", line[:1_000])])
        if not isinstance(record, dict):
            return iter([Unreadable("the line is no JSON object, or too long", line[:1_000])])
        return rows_of(record, self._mapping)

    def total(self) -> int | None:
        """Return how many lines the file has."""
        return self._lines.total()


def open_csv(path: Path, options: Options) -> Source:
    """Open a table; its columns are compared with the mapping's."""
    return Table(path, _mapping(path, options))


def open_jsonl(path: Path, options: Options) -> Source:
    """Open JSON lines that a mapping describes."""
    return Objects(path, _mapping(path, options))


def rows_of(record: Mapping[str, Any], mapping: MappingFile) -> Iterator[Unreadable | dict[str, Any]]:
    """Yield the rows that a record becomes."""
    for row in mapping.rows:
        try:
            if row.when is None or row.when.holds(record):
                yield _made(row, record)
        except (ValueError, OverflowError, OSError, TypeError) as error:
            yield Unreadable(f"{row.type}: {str(error)[:200]}", record)


def _made(row: RowMap, record: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": row.type, **(_built(row.fields, record) or {})}


def _built(part: Any, record: Mapping[str, Any]) -> Any:
    """A field as the record says it; what is empty is left out, and an address without a value altogether."""
    if isinstance(part, Cell):
        return part.of(record)
    if isinstance(part, list):
        return [built for one in part if (built := _built(one, record))]
    made = {name: built for name, one in part.items() if (built := _built(one, record)) not in (None, "", {}, [])}
    return made if "value" in made or "value" not in part else None


def _mapping(path: Path, options: Options) -> MappingFile:
    if options.mapping is None:
        raise Rejected(f"{path} needs a mapping file: its columns have no meaning here.", "Say --mapping FILE.yaml.")
    return read_mapping(*options.mapping)


def _delimiter(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, errors="replace", newline="") as stream:
        header = stream.readline(SNIFFED_CHARS)
    return max(DELIMITERS, key=header.count)
