"""A batch of an import: one transaction, whom and what its rows name, and the entries that wait to be appended."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from sqlalchemy.orm import Session

from api.importers.call_rows import CallGiven
from api.importers.rows import MessageGiven, Row
from knowledge.customers import conversations, lookup, record, suppression, timeline
from knowledge.customers.conversations import Conversation
from knowledge.customers.entries import Entry, Handle
from knowledge.customers.record import Customer
from knowledge.customers.suppression import CONVERSATION, CUSTOMER, Mark, Suppressions
from knowledge.customers.timeline import NewEntry
from knowledge.failures import NotFound
from knowledge.ids import ConversationId, CustomerId, EntryId
from knowledge.scope import Scope


class NotYet(NotFound):
    """The row speaks of a customer or conversation that nobody has told us of so far; nothing was written."""


@dataclass(frozen=True)
class Batch:
    """One transaction of an import, and what its rows named so far (by the source's ids).

    `states` are the conversations as the entries in `waiting` will leave them. `added` and `known` count the rows
    that were new and those that were stored before, by type. `None` in `conversations`: no source's key so far.
    """

    session: Session
    scope: Scope
    now: datetime
    begins_after: int
    erased: Suppressions
    customers: dict[str, CustomerId] = field(default_factory=dict)
    people: dict[CustomerId, Customer] = field(default_factory=dict)
    proven: set[tuple[CustomerId, Handle]] = field(default_factory=set)
    conversations: dict[str, ConversationId | None] = field(default_factory=dict)
    states: dict[ConversationId, Conversation] = field(default_factory=dict)
    waiting: list[tuple[NewEntry, str]] = field(default_factory=list)
    stored: set[EntryId] = field(default_factory=set)
    added: Counter[str] = field(default_factory=Counter)
    known: Counter[str] = field(default_factory=Counter)


def begin(session: Session, scope: Scope, now: datetime, rows: Sequence[Row]) -> Batch:
    """Begin a batch: from here on, no other writer appends to the scope before the transaction ends.

    Whom and what the rows name is looked up at once; `alone` looks up as it goes.
    """
    timeline.hold(session, scope)
    batch = Batch(session, scope, now, timeline.last_seq(session, scope), suppression.load(session, scope))
    batch.customers.update(lookup.customers_by_key(session, scope, _named(rows, "customer")))
    named = _named(rows, "conversation")
    batch.conversations.update(dict.fromkeys(named))
    for key, state in lookup.conversations_by_key(session, scope, named).items():
        _remember(batch, key, state)
    openers = _named([row for row in rows if _opens(batch, row)], "customer")
    people = [batch.customers[key] for key in openers if key in batch.customers]
    batch.people.update(record.get_customers(session, scope, people))
    batch.proven.update(lookup.proven_handles(session, people))
    return batch


def alone(batch: Batch) -> Batch:
    """Return a batch for one row of another: what the others left behind is looked up in the database."""
    last = timeline.last_seq(batch.session, batch.scope)
    return Batch(batch.session, batch.scope, batch.now, last, batch.erased)


def count(batch: Batch, kind: str, *, new: bool) -> None:
    """Count a row of this type as new, or as stored before."""
    (batch.added if new else batch.known)[kind] += 1


def append(batch: Batch, new: NewEntry, kind: str = "") -> None:
    """Let an entry wait to be appended; `kind` is the type of the row that it stands for, if it does."""
    batch.waiting.append((new, kind))
    if new.conversation is not None:
        entry = _foreseen(new, batch.now)
        state = conversations.step(batch.states.get(new.conversation), entry)
        if state is not None:
            batch.states[new.conversation] = state


def flush(batch: Batch) -> None:
    """Append what waits and count it."""
    if not batch.waiting:
        return
    news = [new for new, _ in batch.waiting]
    for entry, (_, kind) in zip(
        timeline.append_many(batch.session, batch.scope, news, batch.now), batch.waiting, strict=True
    ):
        if kind:
            count(batch, kind, new=entry.seq > batch.begins_after and entry.id not in batch.stored)
        batch.stored.add(entry.id)
    batch.waiting.clear()


def before_identity(batch: Batch) -> None:
    """Bring the database up to date for a change of who is who, and forget what it may change."""
    flush(batch)
    batch.people.clear()
    batch.proven.clear()


def find_customer(batch: Batch, key: str) -> CustomerId:
    """Return the record of this id of the source, or of this id of ours.

    Raises:
        NotYet: nobody is known by it.
        Rejected: they were erased.
    """
    if key not in batch.customers:
        own = CustomerId(key)
        found = record.find_by_key(batch.session, batch.scope, key)
        if found is None and own in record.get_customers(batch.session, batch.scope, [own]):
            found = own
        if found is None:
            batch.erased.refuse(Mark(CUSTOMER, key))
            raise NotYet(f"customer: nobody is known as {key}.", "Import the customer too.")
        batch.customers[key] = found
    return batch.customers[key]


def person(batch: Batch, customer: CustomerId) -> Customer:
    """Return the person that a record belongs to."""
    if customer not in batch.people:
        batch.people[customer] = record.get_customer(batch.session, batch.scope, customer)
    return batch.people[customer]


def seek_conversation(batch: Batch, key: str) -> Conversation | None:
    """Return the conversation of this key of the source, as it stands now, if any."""
    if key not in batch.conversations:
        found = conversations.find_by_key(batch.session, batch.scope, key)
        if found is not None:
            _remember(batch, key, found)
    known = batch.conversations.get(key)
    return batch.states[known] if known else None


def find_conversation(batch: Batch, key: str) -> Conversation:
    """Return the conversation of this key of the source, or of this id of ours, as it stands now.

    Raises:
        NotYet: none is known by it.
        Rejected: it was erased.
    """
    found = seek_conversation(batch, key)
    if found is None:
        try:
            found = conversations.get_conversation(batch.session, batch.scope, ConversationId(key))
        except NotFound:
            batch.erased.refuse(Mark(CONVERSATION, key))
            raise NotYet(f"conversation: none is known as {key}.", "Import one of its messages too.") from None
        _remember(batch, key, found)
    return batch.states[found.id]


def _opens(batch: Batch, row: Row) -> bool:
    return isinstance(row, MessageGiven | CallGiven) and batch.conversations[row.conversation] is None


def _named(rows: Sequence[Row], field_name: str) -> set[str]:
    """What stands in this field of the rows that have it (any row may have fields we know nothing of)."""
    return {named for row in rows if _has(type(row), field_name) and (named := getattr(row, field_name))}


@cache
def _has(kind: type[Row], field_name: str) -> bool:
    return field_name in kind.model_fields


def _remember(batch: Batch, key: str, state: Conversation) -> None:
    batch.conversations[key] = state.id
    batch.states.setdefault(state.id, state)


def _foreseen(new: NewEntry, now: datetime) -> Entry:
    """The entry before it has its number and id."""
    return Entry(0, EntryId(""), new.at, now, new.payload.kind, new.customer, new.conversation, new.payload)
