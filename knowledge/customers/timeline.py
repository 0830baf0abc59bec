"""The timeline: append-only typed entries, read by customer, by conversation or after a cursor."""

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, func, insert, select, tuple_
from sqlalchemy.orm import Session

from knowledge.bell import CHANNEL
from knowledge.customers import outbox, persons
from knowledge.customers.entries import Entry, Payload, dump, load
from knowledge.customers.issue_rows import shared_owners
from knowledge.customers.persons import Whose
from knowledge.customers.projection import project
from knowledge.customers.tables import EntryRow, PayloadRow
from knowledge.failures import NotFound
from knowledge.ids import ConversationId, CustomerId, EntryId, new_id
from knowledge.prepared import Parameters, Prepared, among, driver_of
from knowledge.scope import Scope, within

_COLUMNS: tuple[Any, ...] = (
    EntryRow.seq,
    EntryRow.id,
    EntryRow.at,
    EntryRow.recorded_at,
    EntryRow.kind,
    EntryRow.customer,
    EntryRow.conversation,
    PayloadRow.body,
)
# Envelope and payload of every entry; each of its rows is read by `read_row`.
ENTRIES: Select[*tuple[Any, ...]] = select(*_COLUMNS).outerjoin_from(
    EntryRow, PayloadRow, PayloadRow.entry == EntryRow.id
)
_FIND = Prepared(
    ENTRIES.where(
        EntryRow.team == bindparam("team"),
        EntryRow.brand == bindparam("brand"),
        EntryRow.dedupe_key == bindparam("digest"),
    )
)
_FIND_MANY = Prepared(
    ENTRIES.where(
        EntryRow.team == bindparam("team"),
        EntryRow.brand == bindparam("brand"),
        among(EntryRow.dedupe_key, "digests"),
    ).add_columns(EntryRow.dedupe_key)
)


def _newest_of(column: ColumnElement[Any]) -> Prepared:
    """What the page that everybody sees first is read by."""
    mine = (EntryRow.team == bindparam("team"), EntryRow.brand == bindparam("brand"), column == bindparam("whose"))
    newest_first = ENTRIES.where(*mine).order_by(EntryRow.at.desc(), EntryRow.seq.desc())
    return Prepared(newest_first.limit(bindparam("limit", type_=Integer())))


_NEWEST_OF_CUSTOMER = _newest_of(EntryRow.__table__.c.customer)
_NEWEST_OF_CONVERSATION = _newest_of(EntryRow.__table__.c.conversation)
_KNOWN = Prepared(
    select(EntryRow.dedupe_key)
    .join(PayloadRow, PayloadRow.entry == EntryRow.id)
    .where(
        EntryRow.team == bindparam("team"),
        EntryRow.brand == bindparam("brand"),
        among(EntryRow.dedupe_key, "digests"),
    )
)
_NUMBERS = Prepared(select(EntryRow.id, EntryRow.seq).where(among(EntryRow.id, "ids")))
_ENVELOPE = tuple(column.key for column in EntryRow.__table__.c if column.key != "seq")
_INSERT_MANY = Prepared(insert(EntryRow), *_ENVELOPE)
_INSERT_ONE = Prepared(insert(EntryRow), *_ENVELOPE, numbered=EntryRow.__table__.c.seq)
_INSERT_PAYLOAD = Prepared(insert(PayloadRow), *PayloadRow.__table__.c.keys())


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
    return append_many(session, scope, [new], now)[0]


def append_many(session: Session, scope: Scope, news: Sequence[NewEntry], now: datetime) -> list[Entry]:
    """Store entries in this order, update the projections and return the entry of each.

    Where a `dedupe_key` is known, or came before in `news`, that is the entry stored under it.
    """
    hold(session, scope)
    session.flush()
    keys = [_digest(new.dedupe_key.encode()) if new.dedupe_key else None for new in news]
    found = _stored_under(session, scope, {key for key in keys if key})
    fresh: dict[str, tuple[Parameters, Parameters]] = {}
    names = [key or new_id() for key in keys]
    for name, key, new in zip(names, keys, news, strict=True):
        if name not in found and name not in fresh:
            fresh[name] = _rows(scope, new, key, now)
    stored = _insert(session, list(fresh.values()))
    project(session, scope, stored)
    outbox.project(session, scope, stored)
    _share_owners(session, scope, stored, now)
    found.update(zip(fresh, stored, strict=True))
    return [found[name] for name in names]


def _share_owners(session: Session, scope: Scope, stored: Sequence[Entry], now: datetime) -> None:
    """Let every conversation of an issue follow its owner, by entries of their own."""
    news = [NewEntry(one.customer, said, at, one.id) for one, said, at in shared_owners(session, stored)]
    if news:
        project(session, scope, _insert(session, [_rows(scope, new, None, now) for new in news]))


def _rows(scope: Scope, new: NewEntry, key: str | None, now: datetime) -> tuple[Parameters, Parameters]:
    """Return the envelope and the payload of an entry as rows of their tables."""
    entry, body, salt = new_id(), dump(new.payload), os.urandom(16)
    envelope = {
        "id": entry,
        "team": scope.team,
        "brand": scope.brand,
        "at": new.at,
        "recorded_at": now,
        "kind": new.payload.kind,
        "customer": new.customer,
        "conversation": new.conversation,
        "dedupe_key": key,
        "digest": _digest(salt + body.encode()),
    }
    return envelope, {"entry": entry, "salt": salt, "body": body}


def _insert(session: Session, rows: list[tuple[Parameters, Parameters]]) -> list[Entry]:
    if not rows:
        return []
    envelopes, payloads = [envelope for envelope, _ in rows], [payload for _, payload in rows]
    if len(rows) == 1:
        numbers = {envelopes[0]["id"]: _INSERT_ONE.number(session, envelopes[0])}
    else:
        _INSERT_MANY.run(session, *envelopes)
        numbers = _numbers(session, [row["id"] for row in envelopes])
    _INSERT_PAYLOAD.run(session, *payloads)
    return [_entry(numbers[envelope["id"]], envelope, payload["body"]) for envelope, payload in rows]


def _numbers(session: Session, ids: Sequence[EntryId]) -> dict[EntryId, int]:
    """Return the numbers of entries that were just stored in this order."""
    ends = dict(_NUMBERS.all(session, {"ids": [ids[0], ids[-1]]}))
    if ends[ids[-1]] - ends[ids[0]] == len(ids) - 1:  # numbers only grow: those between are as many
        return dict(zip(ids, count(ends[ids[0]]), strict=False))
    return dict(_NUMBERS.all(session, {"ids": list(ids)}))


def _entry(seq: int, envelope: Parameters, body: str) -> Entry:
    return Entry(
        seq=seq,
        id=envelope["id"],
        at=envelope["at"],
        recorded_at=envelope["recorded_at"],
        kind=envelope["kind"],
        customer=envelope["customer"],
        conversation=envelope["conversation"],
        payload=load(body),
    )


def hold(session: Session, scope: Scope) -> None:
    """Let one writer of a scope append at a time, so that `seq` grows in the order of commits.

    On PostgreSQL identity values are drawn before the commit: without the lock a reader could pass over an entry
    that commits late. The same statement asks to wake the readers of other processes once this one has committed.
    SQLite has one writer anyway (`BEGIN IMMEDIATE`).
    """
    driver = driver_of(session)
    if not driver.sqlite:
        driver.run(_HOLD, (_lock_of(scope), CHANNEL))


_HOLD = "SELECT pg_advisory_xact_lock(%s), pg_notify(%s, '')"


@cache
def _lock_of(scope: Scope) -> int:
    return int.from_bytes(hashlib.sha256(f"{scope.team}\0{scope.brand}".encode()).digest()[:7])


def find(session: Session, scope: Scope, dedupe_key: str | None) -> Entry | None:
    """Return the entry stored under a dedupe key, if any."""
    if not dedupe_key:
        return None
    digest = _digest(dedupe_key.encode())
    return _stored_under(session, scope, {digest}).get(digest)


def known(session: Session, scope: Scope, dedupe_keys: Iterable[str]) -> set[str]:
    """Return the dedupe keys under which an entry is stored whose payload was not erased."""
    digests = {_digest(key.encode()): key for key in dedupe_keys}
    rows = _KNOWN.all(session, {"team": scope.team, "brand": scope.brand, "digests": list(digests)})
    return {digests[digest] for (digest,) in rows}


def _stored_under(session: Session, scope: Scope, digests: set[str]) -> dict[str, Entry]:
    """Return the entries stored under these digests of dedupe keys."""
    if not digests:
        return {}
    if len(digests) == 1:
        (digest,) = digests
        row = _FIND.first(session, {"team": scope.team, "brand": scope.brand, "digest": digest})
        return {digest: read_row(row)} if row else {}
    rows = _FIND_MANY.all(session, {"team": scope.team, "brand": scope.brand, "digests": list(digests)})
    return {row[-1]: read_row(row[:-1]) for row in rows}


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
    customer: Whose | None = None,
    conversation: ConversationId | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Entry]:
    """Return the newest `limit` entries in the order they happened, oldest first; of a customer, all their records'.

    `before` is the `seq` of an entry: only what happened earlier than it is returned.
    """
    if before is None and (customer is None or conversation is None):
        records = persons.meant(session, scope, customer) if customer is not None else ()
        if len(records) == 1 or conversation is not None:
            return _newest(session, scope, records[0] if records else conversation, limit, theirs=bool(records))
    query = _of(session, scope, customer, conversation)
    if before is not None:
        mark = select(EntryRow.at, EntryRow.seq).where(EntryRow.seq == before).subquery()
        query = query.join(mark, tuple_(EntryRow.at, EntryRow.seq) < tuple_(mark.c.at, mark.c.seq))
    rows = session.execute(query.order_by(EntryRow.at.desc(), EntryRow.seq.desc()).limit(limit))
    return [read_row(row) for row in reversed(rows.all())]


def _newest(session: Session, scope: Scope, whose: str | None, limit: int, *, theirs: bool) -> list[Entry]:
    prepared = _NEWEST_OF_CUSTOMER if theirs else _NEWEST_OF_CONVERSATION
    rows = prepared.all(session, {"team": scope.team, "brand": scope.brand, "whose": whose, "limit": limit})
    return [read_row(row) for row in reversed(rows)]


def after(
    session: Session,
    scope: Scope,
    cursor: int,
    *,
    customer: Whose | None = None,
    conversation: ConversationId | None = None,
    limit: int = 500,
) -> list[Entry]:
    """Return up to `limit` entries with `seq` above the cursor, in the order of their commits."""
    everything = customer is None and conversation is None
    query = ENTRIES.where(_by_number(scope)) if everything else _of(session, scope, customer, conversation)
    query = query.where(EntryRow.seq > cursor)
    return [read_row(row) for row in session.execute(query.order_by(EntryRow.seq).limit(limit))]


def last_seq(session: Session, scope: Scope) -> int:
    """Return the highest `seq` of the scope, 0 when nothing happened yet."""
    return session.scalar(select(EntryRow.seq).where(_by_number(scope)).order_by(EntryRow.seq.desc()).limit(1)) or 0


def before_lately(session: Session, scope: Scope, within: timedelta) -> int:
    """Return the number before the first entry that happened no longer than `within` before we last learnt of one."""
    last = session.scalar(select(EntryRow.recorded_at).where(_by_number(scope)).order_by(EntryRow.seq.desc()).limit(1))
    if last is None:
        return 0
    recent = select(func.min(EntryRow.seq)).where(_by_number(scope), EntryRow.at >= last - within)
    first = session.scalar(recent)
    return first - 1 if first is not None else last_seq(session, scope)


def latest_of(session: Session, scope: Scope, conversation: ConversationId, kinds: Iterable[str]) -> Entry | None:
    """Return the latest entry of a conversation that is of one of these kinds, if any."""
    query = _select(scope).where(EntryRow.conversation == conversation, EntryRow.kind.in_(list(kinds)))
    return _first(session, query.order_by(EntryRow.at.desc(), EntryRow.seq.desc()).limit(1))


def _by_number(scope: Scope) -> ColumnElement[bool]:
    """The scope as a condition that no index serves: with one, SQLite reads all entries and sorts them by number."""
    return and_(func.coalesce(EntryRow.team, "") == scope.team, func.coalesce(EntryRow.brand, "") == scope.brand)


def _select(scope: Scope) -> Select[Any]:
    return ENTRIES.where(within(scope, EntryRow))


def _of(session: Session, scope: Scope, whose: Whose | None, conversation: ConversationId | None) -> Select[Any]:
    query = _select(scope)
    if whose is not None:
        records = persons.meant(session, scope, whose)
        # Equality reads one run of the index, in order.
        query = query.where(EntryRow.customer == records[0] if len(records) == 1 else EntryRow.customer.in_(records))
    if conversation is not None:
        query = query.where(EntryRow.conversation == conversation)
    return query


def _first(session: Session, query: Select[Any]) -> Entry | None:
    row = session.execute(query).first()
    return read_row(row) if row else None


def read_row(row: Sequence[Any]) -> Entry:
    """Return the entry that a row of `ENTRIES` holds; without a payload when its customer was forgotten."""
    seq, entry, at, recorded_at, kind, customer, conversation, body = row
    payload = load(body) if body is not None else None
    return Entry(seq, entry, at, recorded_at, kind, customer, conversation, payload)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
