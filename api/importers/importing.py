"""Imports events: rows of JSON become customers and entries, in batches that survive a kill."""

import gc
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from api.importers.batches import Batch, NotYet, alone, begin, flush
from api.importers.call_rows import CallGiven
from api.importers.recording import is_one_entry, key_of, record_row
from api.importers.rows import CustomerGiven, Given, MessageGiven, NoteGiven, Row, Unreadable, read_row, unknown_fields
from knowledge.customers import timeline
from knowledge.customers.standards import Standards
from knowledge.database import Database
from knowledge.failures import Failure, Rejected
from knowledge.scope import Scope

BATCH_ROWS = 1_000  # a transaction
WINDOW_ROWS = 10_000  # rows brought into the order in which they happened


@dataclass(frozen=True)
class BadRow:
    """A row that was not stored: its line (the first is 1), its id when it has one, why, and the row itself."""

    line: int
    id: str
    reason: str
    row: Given

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON values; what is no UTF-8 is shown with replacement characters."""
        seen = self.row.seen if isinstance(self.row, Unreadable) else self.row
        row = seen.decode("utf-8", "replace") if isinstance(seen, bytes) else seen
        return {"line": self.line, "id": self.id, "reason": self.reason, "row": row}


@dataclass
class ImportReport:
    """What an import did: rows read, stored (`added`) and stored before (`known`) by type, bad rows, unknown fields."""

    rows: int = 0
    added: Counter[str] = field(default_factory=Counter)
    known: Counter[str] = field(default_factory=Counter)
    bad: list[BadRow] = field(default_factory=list)
    ignored_fields: Counter[str] = field(default_factory=Counter)
    dry_run: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain JSON values, bad rows without their text."""
        return {
            "rows": self.rows,
            "added": dict(self.added),
            "known": dict(self.known),
            "bad": [{"line": row.line, "id": row.id, "reason": row.reason} for row in self.bad],
            "ignored_fields": dict(self.ignored_fields),
            "dry_run": self.dry_run,
        }


@dataclass(frozen=True)
class ImportOptions:
    """How to import. `max_text_chars`: a longer message or note is a bad row. `dry_run`: check all, store nothing.

    `standards`: what attributes of customers may say.
    """

    max_text_chars: int = 20_000
    dry_run: bool = False
    standards: Standards = field(default_factory=Standards)


@dataclass(frozen=True)
class _Read:
    """A row that reads well; `obstacle` says why it could not be stored yet."""

    line: int
    given: Given
    row: Row
    obstacle: str = ""


@dataclass
class _Outcome:
    """What became of a batch."""

    added: Counter[str] = field(default_factory=Counter)
    known: Counter[str] = field(default_factory=Counter)
    bad: list[BadRow] = field(default_factory=list)
    early: list[_Read] = field(default_factory=list)


class _Undo(Exception):
    """Ends a dry run: its one transaction rolls back."""


def quiet(_rows: int) -> None:
    """Report progress to nobody."""


def import_events(
    database: Database,
    scope: Scope,
    rows: Iterable[Given],
    now: datetime,
    on_progress: Callable[[int], None] = quiet,
    options: ImportOptions = ImportOptions(),
) -> ImportReport:
    """Store rows; running it again with the same rows, or after a kill, changes nothing that is stored.

    A row may come before the customer or conversation it speaks of, anywhere in the same import. Bad rows are
    reported with the reason and the rest is stored. `on_progress` is given the number of rows dealt with so far.
    """
    report = ImportReport(dry_run=options.dry_run)
    good = _read_rows(rows, report, options)
    if options.dry_run:
        with suppress(_Undo), database.write() as session:
            _store_all(lambda batch: _store(session, scope, batch, now, report), good, report, on_progress)
            raise _Undo
    else:
        _store_all(_in_transactions(database, scope, now, report), good, report, on_progress)
    report.bad.sort(key=lambda bad: bad.line)
    return report


_Store = Callable[[list[_Read]], list[_Read]]


def _store_all(store: _Store, good: Iterator[_Read], report: ImportReport, on_progress: Callable[[int], None]) -> None:
    """Store in batches, then what came too early, for as long as that gets anywhere."""
    waiting: list[_Read] = []
    while True:
        with _without_collecting():
            window = sorted(islice(good, WINDOW_ROWS), key=_happened)
            for batch in _batches(iter(window)):
                waiting += store(batch)
                on_progress(sum(report.added.values()) + sum(report.known.values()) + len(report.bad) + len(waiting))
        if not window:
            break
    while waiting:
        still = [early for batch in _batches(iter(waiting)) for early in store(batch)]
        if len(still) == len(waiting):
            break
        waiting = still
    for read in waiting:
        report.bad.append(_bad(read.line, read.given, read.obstacle))


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Leave looking for cycles until after a window: its many rows hold none, and each look walks over all of them."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


# A conversation opens with a message: at the same moment, what is said comes before what is done about it.
_FIRST = ("customer", "message")
_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


def _happened(read: _Read) -> tuple[datetime, bool, int]:
    at = _BEFORE_ALL if isinstance(read.row, CustomerGiven) else read.row.at
    return at, read.row.type not in _FIRST, read.line


def _in_transactions(database: Database, scope: Scope, now: datetime, report: ImportReport) -> _Store:
    def store(batch: list[_Read]) -> list[_Read]:
        with database.write() as session:
            return _store(session, scope, batch, now, report)

    return store


def _store(session: Session, scope: Scope, reads: list[_Read], now: datetime, report: ImportReport) -> list[_Read]:
    """Store a batch and return the rows that came too early; each row is stored as a whole or not at all."""
    reads, before = _not_yet(session, scope, reads)
    report.known.update(before)
    rows = [read.row for read in reads]
    if not rows:
        return []
    try:
        with session.begin_nested():
            outcome = _together(begin(session, scope, now, rows), reads)
    except Failure:
        # A row is refused. Begin the batch again with a savepoint for each row: dearer, and only that row is undone.
        outcome = _apart(begin(session, scope, now, ()), reads)
    report.added.update(outcome.added)
    report.known.update(outcome.known)
    report.bad.extend(outcome.bad)
    return outcome.early


def _not_yet(session: Session, scope: Scope, reads: list[_Read]) -> tuple[list[_Read], Counter[str]]:
    """Return the rows that are not stored, and how many are, by type: an import that was cut off is soon back there.

    Batches are stored whole, so one whose ends are not stored is taken to be new; what of it is stored, the dedupe
    keys find.
    """
    before: Counter[str] = Counter()
    entries = [read for read in reads if is_one_entry(read.row)]
    if not timeline.known(session, scope, [key_of(read.row) for read in entries[:1] + entries[-1:]]):
        return reads, before
    keys = {read.line: key_of(read.row) for read in entries}
    stored = timeline.known(session, scope, keys.values())
    left = []
    for read in reads:
        if keys.get(read.line) in stored:
            before[read.row.type] += 1
        else:
            left.append(read)
    return left, before


def _together(batch: Batch, reads: list[_Read]) -> _Outcome:
    early = []
    for read in reads:
        try:
            record_row(batch, read.row)
        except NotYet as obstacle:
            early.append(replace(read, obstacle=str(obstacle)))
    flush(batch)
    return _Outcome(batch.added, batch.known, early=early)


def _apart(batch: Batch, reads: list[_Read]) -> _Outcome:
    outcome = _Outcome()
    for read in reads:
        try:
            with batch.session.begin_nested():
                stored = _together(alone(batch), [read])
        except Failure as failure:
            outcome.bad.append(_bad(read.line, read.given, str(failure)))
        else:
            outcome.added.update(stored.added)
            outcome.known.update(stored.known)
            outcome.early.extend(stored.early)
    return outcome


def _read_rows(rows: Iterable[Given], report: ImportReport, options: ImportOptions) -> Iterator[_Read]:
    for line, given in enumerate(rows, start=1):
        if isinstance(given, str | bytes) and not given.strip():
            continue
        report.rows += 1
        try:
            row = _fits(read_row(given), options)
        except Rejected as failure:
            report.bad.append(_bad(line, given, str(failure)))
        else:
            for name in unknown_fields(row):
                report.ignored_fields[name] += 1
            yield _Read(line, given, row)


def _fits(row: Row, options: ImportOptions) -> Row:
    """Return a row as it is stored: attributes in their declared spelling."""
    if isinstance(row, CustomerGiven):
        return row.model_copy(update={"attributes": options.standards.tidy(row.attributes)})
    length = len(row.text) if isinstance(row, MessageGiven | NoteGiven) else 0
    if isinstance(row, CallGiven):
        length = max((len(said.text) for said in row.utterances), default=0)
    if length > options.max_text_chars:
        raise Rejected(f"text: has {length:,} characters; {options.max_text_chars:,} are allowed")
    return row


def _bad(line: int, given: Given, reason: str) -> BadRow:
    return BadRow(line, _id_of(given), reason, given)


def _id_of(given: Given) -> str:
    if isinstance(given, Unreadable):
        given = given.seen
    if isinstance(given, str | bytes):
        try:
            given = json.loads(given)
        except (ValueError, RecursionError):
            return ""
    named = given.get("id") if isinstance(given, Mapping) else None
    return named[:200] if isinstance(named, str) else ""


def _batches(reads: Iterator[_Read]) -> Iterator[list[_Read]]:
    while batch := list(islice(reads, BATCH_ROWS)):
        yield batch
