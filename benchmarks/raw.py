"""Raw SQL: the rows of an append written by the driver alone, every value known beforehand."""

import os
import secrets
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from benchmarks.history import BEGIN, SCOPE
from knowledge.customers.conversations import get_conversation
from knowledge.customers.entries import dump
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database
from knowledge.ids import new_id

ENTRY = (
    "INSERT INTO entries (id, team, brand, at, recorded_at, kind, customer, conversation, dedupe_key, digest) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
PAYLOAD = "INSERT INTO payloads (entry, salt, body) VALUES (?, ?, ?)"
STATE = (
    "UPDATE conversations SET status = ?, status_at = ?, last_at = ?, last_received_at = ?, last_text = ?, "
    "last_text_at = ?, messages = ? WHERE id = ?"
)
ISSUE = "UPDATE issues SET status_at = ? WHERE id = ? AND conversations = 1"
Rows = tuple[tuple[Any, ...], tuple[Any, ...], tuple[Any, ...], tuple[Any, ...]]


def settle(database: Database) -> None:
    """Let a freshly filled database come to rest: statistics for the planner, no log left to copy."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


class Raw:
    """A connection as the product's own (same driver, same durability), used without SQLAlchemy."""

    def __init__(self, database: Database) -> None:
        self._sqlite = database.dialect == "sqlite"
        self._pooled = database.engine.raw_connection()
        driver: Any = self._pooled.driver_connection
        if not self._sqlite:
            driver.autocommit = True
        self._cursor = driver.cursor()
        self._begin = "BEGIN IMMEDIATE" if self._sqlite else "BEGIN"

    def of(self, session: Session, new: NewEntry) -> Rows:
        """The rows that an entry will be: envelope, payload, the changed columns of its conversation and its issue."""
        assert new.conversation is not None
        entry, at = new_id(), new.at
        time = at.strftime("%Y-%m-%d %H:%M:%S.%f") if self._sqlite else at
        state = get_conversation(session, SCOPE, new.conversation)
        body = dump(new.payload)
        return (
            _envelope(entry, time, new.payload.kind, new.customer, new.conversation),
            (entry, os.urandom(16), body),
            ("open", time, time, time, body[:100], time, state.messages + 1, new.conversation),
            (time, state.issue),
        )

    def insert(self, rows: Rows) -> None:
        """Store them in one transaction."""
        self._cursor.execute(self._begin)
        for statement, row in zip((ENTRY, PAYLOAD, STATE, ISSUE), rows, strict=True):
            self._cursor.execute(self._own(statement), row)
        self._cursor.execute("COMMIT")

    def insert_again(self, count: int, batch: int = 1_000) -> None:
        """Store so many entries and payloads by executemany, as large a batch in a transaction as an import's."""
        at = BEGIN.strftime("%Y-%m-%d %H:%M:%S.%f")
        for begin in range(0, count, batch):
            ids = [new_id() for _ in range(min(batch, count - begin))]
            self._cursor.execute(self._begin)
            self._cursor.executemany(
                ENTRY,
                [_envelope(one, at, "note_added", one, None) for one in ids],
            )
            self._cursor.executemany(PAYLOAD, [(one, os.urandom(16), "x" * 150) for one in ids])
            self._cursor.execute("COMMIT")

    def close(self) -> None:
        """Give the connection back."""
        self._cursor.close()
        if not self._sqlite:
            driver: Any = self._pooled.driver_connection
            driver.autocommit = False
        self._pooled.close()

    def _own(self, statement: str) -> str:
        return statement if self._sqlite else statement.replace("?", "%s")


def _envelope(entry: str, at: Any, kind: str, customer: str, conversation: str | None) -> tuple[Any, ...]:
    key, digest = secrets.token_hex(32), secrets.token_hex(32)
    return entry, SCOPE.team, SCOPE.brand, at, at, kind, customer, conversation, key, digest
