"""The outbox: which messages wait for a channel outside, which delivery is under way, and what became of each.

Inner rooms only append `message_sent`; the row is written in the same transaction, under the entry's id, which is the
key that a provider is given. Delivering is the doors' work. What became of it is appended as entries, which the state
follows (`fold`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from knowledge.customers.delivery_entries import (
    Delivery,
    DeliveryFailed,
    DeliveryRetried,
    MessageBounced,
    MessageDelivered,
)
from knowledge.customers.entries import Entry, MessageSent
from knowledge.customers.outbox_tables import OutboxRow
from knowledge.customers.tables import EntryRow
from knowledge.erasing import Eraser, Person, delete_rows
from knowledge.failures import Conflict, NotFound
from knowledge.ids import EntryId
from knowledge.prepared import Prepared
from knowledge.scope import Scope, within

State = Literal["queued", "delivered", "failed", "bounced"]
KINDS = frozenset({"message_sent", "message_delivered", "delivery_failed", "delivery_retried", "message_bounced"})
REASON_CHARS = 500


@dataclass(frozen=True)
class Waiting:
    """A message in the outbox. `unsure`: it failed and nobody can tell whether it left."""

    message: EntryId
    channel: str
    state: State
    unsure: bool = False
    reason: str = ""

    @property
    def settled(self) -> bool:
        """Whether nothing more is to be tried without somebody asking for it."""
        return self.state in ("delivered", "bounced") or (self.state == "failed" and self.unsure)


def fold(entries: Iterable[Entry]) -> Waiting | None:
    """Return what these entries, in the order of their commits, say about one message (`None`: never queued)."""
    state: Waiting | None = None
    for entry in entries:
        state = step(state, entry)
    return state


def step(state: Waiting | None, entry: Entry) -> Waiting | None:
    """Return the state after one more entry. What was delivered stays so, unless it comes back."""
    said = entry.payload
    if isinstance(said, MessageSent) and said.delivery == "queued" and state is None:
        return Waiting(entry.id, said.channel, "queued")
    if state is None or not isinstance(said, Delivery) or said.message != state.message:
        return state
    return replace(state, **_changes(state.state, said))


def _changes(state: State, said: Delivery) -> dict[str, Any]:
    match said:
        case MessageBounced():
            return {"state": "bounced", "unsure": False, "reason": said.reason}
        case MessageDelivered() if state != "bounced":
            return {"state": "delivered", "unsure": False, "reason": ""}
        case DeliveryFailed() if state in ("queued", "failed"):
            return {"state": "failed", "unsure": said.unsure, "reason": said.reason}
        case DeliveryRetried() if state == "failed":
            return {"state": "queued", "unsure": False, "reason": ""}
    return {}


_INSERT = Prepared(
    insert(OutboxRow),
    *("team", "brand", "message", "customer", "channel", "state", "unsure", "reason", "attempts", "queued_at"),
)


def project(session: Session, scope: Scope, entries: Sequence[Entry]) -> None:
    """Bring the rows of the messages that these entries are about up to date."""
    for entry in entries:
        said = entry.payload
        if isinstance(said, MessageSent) and said.delivery == "queued":
            row = {"team": scope.team, "brand": scope.brand, "message": entry.id, "customer": entry.customer}
            told = {"channel": said.channel, "state": "queued", "unsure": False, "reason": "", "attempts": 0}
            _INSERT.run(session, {**row, **told, "queued_at": entry.at})
        elif isinstance(said, Delivery):
            _follow(session, scope, entry, said)


def _follow(session: Session, scope: Scope, entry: Entry, said: Delivery) -> None:
    row = _row(session, scope, said.message)
    if row is None:
        return
    after = step(_waiting(row), entry)
    assert after is not None
    changes: dict[str, Any] = {"state": after.state, "unsure": after.unsure, "reason": after.reason[:REASON_CHARS]}
    if isinstance(said, DeliveryRetried) and after.state == "queued":
        changes |= {"queued_at": entry.at, "attempts": 0}
    # Whatever is said about a delivery ends it.
    session.execute(
        update(OutboxRow).where(OutboxRow.message == said.message).values(**changes, sending_since=None),
        execution_options={"synchronize_session": "fetch"},
    )


@dataclass(frozen=True)
class Begun:
    """A delivery that may go on. `since` is set when one was begun before and its outcome is not known."""

    since: datetime | None
    attempts: int


def begin(session: Session, scope: Scope, message: EntryId, now: datetime) -> Begun | None:
    """Mark a delivery as under way; `None` when there is nothing to deliver (any more).

    The mark is committed before the provider is asked: whoever finds it knows that the message may have left.
    """
    row = _row(session, scope, message)
    if row is None or _waiting(row).settled:
        return None
    since = row.sending_since
    if since is None:
        row.sending_since, row.attempts = now, row.attempts + 1
    return Begun(since, row.attempts)


def begin_again(session: Session, scope: Scope, message: EntryId, now: datetime) -> None:
    """Begin anew a delivery that is known not to have left, though it was under way."""
    row = _row(session, scope, message)
    if row is not None:
        row.sending_since, row.attempts = now, row.attempts + 1


def put_back(session: Session, scope: Scope, message: EntryId, reason: str) -> None:
    """Say that a delivery ended without the message leaving; it waits for the next attempt."""
    row = _row(session, scope, message)
    if row is not None:
        row.sending_since, row.reason = None, reason[:REASON_CHARS]


def waiting_of(session: Session, scope: Scope, message: EntryId) -> Waiting:
    """Return what became of a message so far.

    Raises:
        NotFound: it was never queued.
    """
    row = session.scalar(select(OutboxRow).where(within(scope, OutboxRow), OutboxRow.message == message))
    if row is None:
        raise NotFound("This message was not sent to a channel outside.")
    return _waiting(row)


def is_under_way(session: Session, message: EntryId) -> bool:
    """Tell whether a delivery was begun whose outcome is not known."""
    since = session.scalar(select(OutboxRow.sending_since).where(OutboxRow.message == message))
    return since is not None


def ask_again(session: Session, scope: Scope, message: EntryId, author: str) -> DeliveryRetried:
    """Return the entry by which somebody wants a message sent again.

    Raises:
        NotFound: it was never queued.
        Conflict: it did not fail.
    """
    waiting = waiting_of(session, scope, message)
    if waiting.state != "failed":
        raise Conflict(f"This message is {waiting.state}.", "Only one that failed is sent again.")
    return DeliveryRetried(message, waiting.channel, author)


def before_first_waiting(session: Session, scope: Scope) -> int | None:
    """Return the number before the oldest entry that waits to be delivered, `None` when nothing waits."""
    query = select(EntryRow.seq).join(OutboxRow, OutboxRow.message == EntryRow.id)
    first = session.scalar(
        query.where(within(scope, OutboxRow), OutboxRow.state == "queued").order_by(EntryRow.seq).limit(1)
    )
    return first - 1 if first is not None else None


def forget(session: Session, scope: Scope, person: Person) -> Mapping[str, int]:
    """Delete a person's messages from the outbox: what waits is not sent any more."""
    mine = within(scope, OutboxRow) & OutboxRow.customer.in_(list(person.records))
    return {"messages in the outbox": delete_rows(session, OutboxRow, mine)}


ERASER = Eraser("knowledge.customers.outbox", frozenset({OutboxRow.__tablename__}), forget)


def _row(session: Session, scope: Scope, message: EntryId) -> OutboxRow | None:
    query = select(OutboxRow).where(within(scope, OutboxRow), OutboxRow.message == message)
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def _waiting(row: OutboxRow) -> Waiting:
    return Waiting(EntryId(row.message), row.channel, cast(State, row.state), row.unsure, row.reason)
