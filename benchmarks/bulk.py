"""A made-up history stored at once: the rows that appending its events one by one would leave, folded in memory."""

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from benchmarks.history import BEGIN, SCOPE, events_of, store_customers
from knowledge.customers.conversations import Conversation, row_of, step
from knowledge.customers.entries import Entry, dump
from knowledge.customers.issue_rows import combine
from knowledge.customers.tables import ConversationRow, EntryRow, IssueRow, PayloadRow
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database
from knowledge.driver import Driver
from knowledge.ids import ConversationId, EntryId, new_id
from knowledge.prepared import driver_of

Row = dict[str, Any]
CHUNK = 50_000  # rows a transaction: most touch the same leaves of the indexes
CACHE_KIB = 512 * 1024
SCOPED = {"team": SCOPE.team, "brand": SCOPE.brand}


def fill(database: Database, begin: int, end: int, seed: int) -> None:
    """Store events number `begin` to `end` and the customers that they are of, as `history.fill` does."""
    store_customers(database, begin, end)
    with _large_cache(database):
        _fill(database, begin, end, seed)


def _fill(database: Database, begin: int, end: int, seed: int) -> None:
    states: dict[ConversationId, Conversation] = {}
    for news in _chunks(events_of(begin, end, seed)):
        envelopes = [_envelope(new) for new in news]
        payloads = [_payload(new, envelope) for new, envelope in zip(news, envelopes, strict=True)]
        _copy(database, [(EntryRow, envelopes), (PayloadRow, payloads)])
        for new in news:
            _fold(states, new)
    for some in _chunks(states.values()):
        rows = [{**row_of(state), **SCOPED} for state in some]
        issues = [{**vars(issue), **SCOPED} for state in some if (issue := combine([state]))]
        _copy(database, [(ConversationRow, rows), (IssueRow, issues)])


@contextmanager
def _large_cache(database: Database) -> Iterator[None]:
    """Keep SQLite's indexes in memory while rows come in at random places; afterwards as it was."""
    if database.dialect != "sqlite":
        yield
        return
    with database.write() as session:
        (before,) = driver_of(session).run("PRAGMA cache_size").fetchone()
        driver_of(session).run(f"PRAGMA cache_size={-CACHE_KIB}")
    yield
    with database.write() as session:  # the same connection: units that end well are taken up again
        driver_of(session).run(f"PRAGMA cache_size={before}")


def _chunks(things: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(things)
    while some := list(islice(rest, CHUNK)):
        yield some


def _envelope(new: NewEntry) -> Row:
    key = hashlib.sha256(new.dedupe_key.encode()).hexdigest() if new.dedupe_key else None
    told = {"at": new.at, "recorded_at": BEGIN, "kind": new.payload.kind, "customer": new.customer}
    return {"id": new_id(), **SCOPED, **told, "conversation": new.conversation, "dedupe_key": key}


def _payload(new: NewEntry, envelope: Row) -> Row:
    """The payload's row; its hash goes into the envelope."""
    body, salt = dump(new.payload), os.urandom(16)
    envelope["digest"] = hashlib.sha256(salt + body.encode()).hexdigest()
    return {"entry": envelope["id"], "salt": salt, "body": body}


def _fold(states: dict[ConversationId, Conversation], new: NewEntry) -> None:
    if new.conversation is None:
        return
    entry = Entry(0, EntryId(""), new.at, BEGIN, new.payload.kind, new.customer, new.conversation, new.payload)
    state = step(states.get(new.conversation), entry)
    if state is not None:
        states[new.conversation] = state


def _copy(database: Database, tables: Iterable[tuple[type[Any], Sequence[Row]]]) -> None:
    """Store rows of several tables in one transaction: COPY on PostgreSQL, many rows to a statement on SQLite."""
    with database.write() as session:
        driver = driver_of(session)
        for table, rows in tables:
            columns = list(rows[0])
            named, values = f"{table.__tablename__} ({', '.join(columns)})", _values(table, columns, rows, driver)
            if driver.sqlite:
                marks = ", ".join("?" * len(columns))
                driver.run_many(f"INSERT INTO {named} VALUES ({marks})", list(values))
                continue
            with driver.cursor().copy(f"COPY {named} FROM STDIN") as copy:
                for row in values:
                    copy.write_row(row)


def _values(table: type[Any], columns: Sequence[str], rows: Iterable[Row], driver: Driver) -> Iterator[list[Any]]:
    processes = [
        table.__table__.c[name].type.dialect_impl(driver.dialect).bind_processor(driver.dialect) for name in columns
    ]
    for row in rows:
        yield [process(row[name]) if process else row[name] for name, process in zip(columns, processes, strict=True)]
