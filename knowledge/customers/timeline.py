"""The timeline: append-only typed entries, read by customer, by conversation or after a cursor."""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Select, func, select, text, tuple_
from sqlalchemy.orm import Session

from knowledge.customers import conversations
from knowledge.customers.entries import Entry, Payload, dump, load
from knowledge.customers.tables import EntryRow, PayloadRow
from knowledge.failures import NotFound
from knowledge.ids import ConversationId, CustomerId, EntryId, new_id
from knowledge.scope import Scope, within


@dataclass(frozen=True)
class NewEntry:
    """An entry to append. `dedupe_key` names what it stands for outside: the same key is stored once."""

    customer: CustomerId
    payload: Payload
    at: datetime
    conversation: ConversationId | None = None
    dedupe_key: str | None = None


def append(session: Session, scope: Scope, new: NewEntry, now: datetime) -> Entry:
    """Store an entry and update the projections. A known `dedupe_key` returns the entry stored before."""
    hold(session, scope)
    known = find(session, scope, new.dedupe_key)
    if known is not None:
        return known
    body, salt = dump(new.payload), os.urandom(16)
    row = EntryRow(
        id=new_id(),
        team=scope.team,
        brand=scope.brand,
        at=new.at,
        recorded_at=now,
        kind=new.payload.kind,
        customer=new.customer,
        conversation=new.conversation,
        dedupe_key=_digest(new.dedupe_key.encode()) if new.dedupe_key else None,
        digest=_digest(salt + body.encode()),
    )
    session.add(row)
    session.flush()
    session.add(PayloadRow(entry=row.id, salt=salt, body=body))
    entry = _entry(row, body)
    conversations.project(session, scope, entry)
    session.flush()
    return entry


def hold(session: Session, scope: Scope) -> None:
    """Let one writer of a scope append at a time, so that `seq` grows in the order of commits.

    On PostgreSQL identity values are drawn before the commit: without the lock a reader could pass over an entry
    that commits late. SQLite has one writer anyway (`BEGIN IMMEDIATE`).
    """
    if session.get_bind().dialect.name == "postgresql":
        key = int.from_bytes(hashlib.sha256(f"{scope.team}\0{scope.brand}".encode()).digest()[:7])
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def find(session: Session, scope: Scope, dedupe_key: str | None) -> Entry | None:
    """Return the entry stored under a dedupe key, if any."""
    if not dedupe_key:
        return None
    digest = _digest(dedupe_key.encode())
    return _first(session, _select(scope).where(EntryRow.dedupe_key == digest))


def get_entry(session: Session, scope: Scope, entry: EntryId) -> Entry:
    """Return one entry.

    Raises:
        NotFound: there is none of this id in the scope.
    """
    found = _first(session, _select(scope).where(EntryRow.id == entry))
    if found is None:
        raise NotFound("There is no such entry.")
    return found


def page(
    session: Session,
    scope: Scope,
    *,
    customer: CustomerId | None = None,
    conversation: ConversationId | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Entry]:
    """Return the newest `limit` entries in the order they happened, oldest first.

    `before` is the `seq` of an entry: only what happened earlier than it is returned.
    """
    query = _of(_select(scope), customer, conversation)
    if before is not None:
        mark = select(EntryRow.at, EntryRow.seq).where(EntryRow.seq == before).subquery()
        query = query.join(mark, tuple_(EntryRow.at, EntryRow.seq) < tuple_(mark.c.at, mark.c.seq))
    rows = session.execute(query.order_by(EntryRow.at.desc(), EntryRow.seq.desc()).limit(limit))
    return [_entry(row, body) for row, body in reversed(rows.all())]


def after(
    session: Session,
    scope: Scope,
    cursor: int,
    *,
    customer: CustomerId | None = None,
    conversation: ConversationId | None = None,
    limit: int = 500,
) -> list[Entry]:
    """Return up to `limit` entries with `seq` above the cursor, in the order of their commits."""
    query = _of(_select(scope), customer, conversation).where(EntryRow.seq > cursor)
    return [_entry(row, body) for row, body in session.execute(query.order_by(EntryRow.seq).limit(limit))]


def last_seq(session: Session, scope: Scope) -> int:
    """Return the highest `seq` of the scope, 0 when nothing happened yet."""
    return session.scalar(select(func.max(EntryRow.seq)).where(within(scope, EntryRow))) or 0


def latest_of(session: Session, scope: Scope, conversation: ConversationId, kinds: Iterable[str]) -> Entry | None:
    """Return the latest entry of a conversation that is of one of these kinds, if any."""
    query = _select(scope).where(EntryRow.conversation == conversation, EntryRow.kind.in_(list(kinds)))
    return _first(session, query.order_by(EntryRow.at.desc(), EntryRow.seq.desc()).limit(1))


def _select(scope: Scope) -> Select[EntryRow, str]:
    return (
        select(EntryRow, PayloadRow.body)
        .outerjoin(PayloadRow, PayloadRow.entry == EntryRow.id)
        .where(within(scope, EntryRow))
    )


def _of(
    query: Select[EntryRow, str],
    customer: CustomerId | None,
    conversation: ConversationId | None,
) -> Select[EntryRow, str]:
    if customer is not None:
        query = query.where(EntryRow.customer == customer)
    if conversation is not None:
        query = query.where(EntryRow.conversation == conversation)
    return query


def _first(session: Session, query: Select[EntryRow, str]) -> Entry | None:
    found = session.execute(query).first()
    return _entry(found[0], found[1]) if found else None


def _entry(row: EntryRow, body: str | None) -> Entry:
    return Entry(
        seq=row.seq,
        id=cast(EntryId, row.id),
        at=row.at,
        recorded_at=row.recorded_at,
        kind=row.kind,
        customer=cast(CustomerId, row.customer),
        conversation=cast(ConversationId, row.conversation) if row.conversation else None,
        payload=load(body) if body is not None else None,
    )


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
