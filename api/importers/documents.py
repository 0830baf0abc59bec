"""JSON documents of other systems: a file that is one document, a list of them, or one a line."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeGuard

from api.importers.plain import of_html
from api.importers.rows import Unreadable
from knowledge.failures import Rejected

MAX_DOCUMENT_BYTES = 500_000_000
Document = Mapping[str, Any]


def documents_of(path: Path) -> Iterator[tuple[int, Document | Unreadable]]:
    """Yield the documents of a file with their numbers (the first is 1); blank lines count.

    A line that was cut off, or what is no object, is passed on as such: the others can be read.

    Raises:
        Rejected: it is neither JSON nor JSON lines, or is too large to be read at once.
    """
    lines = _lines(path)
    if lines is not None:
        yield from lines
        return
    if path.stat().st_size > MAX_DOCUMENT_BYTES:
        raise Rejected(f"{path} is one document of more than {MAX_DOCUMENT_BYTES:,} bytes.", "Write one a line.")
    try:
        found = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise Rejected(f"{path} is neither JSON nor JSON lines: {str(error)[:200]}.", "Export it again.") from error
    for number, one in enumerate(found if isinstance(found, list) else [found], start=1):
        yield number, _object(one)


def _lines(path: Path) -> Iterator[tuple[int, Document | Unreadable]] | None:
    """The documents, where each line is one."""
    with path.open("rb") as stream:
        first = next((line for line in stream if line.strip()), b"")
    try:
        one_a_line = isinstance(json.loads(first), dict) and path.stat().st_size > len(first)
    except (ValueError, RecursionError):
        return None
    return _read_lines(path) if one_a_line else None


def _read_lines(path: Path) -> Iterator[tuple[int, Document | Unreadable]]:
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            if line.strip():
                try:
                    found = _object(json.loads(line))
                except (ValueError, RecursionError) as error:
                    found = Unreadable(f"the line is no JSON: {str(error)[:200]}", line[:1_000])
                yield number, found


def _object(found: Any) -> Document | Unreadable:
    return found if isinstance(found, dict) else Unreadable("what is no JSON object", {"value": found})


def listed(value: Any) -> list[Document]:
    """Return the objects of a list; of anything else, none."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def inner(document: Document, *names: str) -> Document:
    """Return an object inside an object, an empty one where there is none."""
    for name in names:
        found = document.get(name)
        document = found if isinstance(found, dict) else {}
    return document


def words(value: Any) -> str:
    """Return a value as one piece of text; what is no text or number is none."""
    return str(value).strip() if is_scalar(value) else ""


def is_scalar(value: Any) -> TypeGuard[str | int]:
    """Return whether a value is a text or a whole number."""
    return isinstance(value, str | int) and not isinstance(value, bool)


def instant(value: Any) -> str | None:
    """Return a moment as ISO text: of seconds since 1970, or as it was written; `None` where there is none."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return datetime.fromtimestamp(value, UTC).isoformat()
        except (ValueError, OverflowError, OSError):
            return str(value)
    return value if isinstance(value, str) and value else None


def text_of(value: Any, *, markup: bool = False) -> str:
    """Return what somebody wrote, of HTML its words."""
    text = value if isinstance(value, str) else ""
    return of_html(text) if markup else text.strip()


def handles(trusted: bool, **values: Any) -> list[dict[str, Any]]:
    """Return the handles of these kinds that have a value."""
    return [
        {"kind": kind, "value": words(value), "verified": trusted} for kind, value in values.items() if words(value)
    ]
