"""Conversations: a fold over their entries, kept as a row in the same transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ScalarSelect, Select, func, or_, select
from sqlalchemy.orm import Session

from knowledge.customers import persons
from knowledge.customers.call_entries import CallHeld
from knowledge.customers.delivery_entries import DeliveryFailed, MessageBounced
from knowledge.customers.entries import (
    ConversationAssigned,
    ConversationOpened,
    Entry,
    Handle,
    MessageReceived,
    MessageSent,
    Payload,
    Status,
    StatusChanged,
)
from knowledge.customers.issue_entries import IssueLinked
from knowledge.customers.persons import Whose
from knowledge.customers.tables import ConversationRow, EntryRow
from knowledge.failures import NotFound
from knowledge.ids import ConversationId, CustomerId, IssueId
from knowledge.scope import Scope, within

PREVIEW_CHARS = 300


@dataclass(frozen=True)
class Conversation:
    """The present state of a conversation.

    Folding does not depend on the order in which entries arrive: the latest fact by `at` wins, so an import that
    comes late or out of order changes nothing that happened after it.
    """

    id: ConversationId
    customer: CustomerId
    # Where the customer wrote last in this conversation; replies go there and nowhere else.
    channel: str
    address: Handle
    external_key: str
    subject: str
    public: bool
    opened_at: datetime
    status: Status
    status_at: datetime
    last_at: datetime
    # The problem it is about; until it is put to another one, its own. `issue_firm`: a person said so.
    issue: IssueId
    issue_at: datetime | None = None
    issue_firm: bool = False
    owner: str | None = None
    owner_at: datetime | None = None
    last_received_at: datetime | None = None
    last_sent_at: datetime | None = None
    last_text: str = ""
    last_text_at: datetime | None = None
    messages: int = 0

    @property
    def waiting(self) -> bool:
        """Whether the customer spoke last and nobody closed it since."""
        if self.last_received_at is None or self.status == "resolved":
            return False
        return self.last_sent_at is None or self.last_sent_at < self.last_received_at


def fold(entries: Iterable[Entry]) -> Conversation | None:
    """Return the state that these entries of one conversation lead to (`None`: it never opened)."""
    state: Conversation | None = None
    for entry in entries:
        state = step(state, entry)
    return state


def step(state: Conversation | None, entry: Entry) -> Conversation | None:
    """Return the state after one more entry; entries that do not concern a conversation change nothing."""
    payload = entry.payload
    if isinstance(payload, ConversationOpened) and state is None:
        return _opened(entry, payload)
    if state is None or payload is None:
        return state
    opened_at, last_at = min(state.opened_at, entry.at), max(state.last_at, entry.at)
    # `replace` sets each field anew, which takes five times as long; an import folds every entry twice.
    after = object.__new__(Conversation)
    vars(after).update(vars(state), opened_at=opened_at, last_at=last_at, **_changes(state, payload, entry.at))
    return after


def _changes(state: Conversation, payload: Payload, at: datetime) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    match payload:
        case MessageReceived():
            heard: dict[str, Any] = {"last_received_at": _later(state.last_received_at, at)}
            if payload.address and at >= (state.last_received_at or at):
                heard |= {"channel": payload.channel, "address": payload.address}
            return heard | _spoken(state, payload.text, at) | _status(state, "open", at)
        case MessageSent():
            sent = {} if payload.holding else {"last_sent_at": _later(state.last_sent_at, at)}
            return sent | _spoken(state, payload.text, at)
        case CallHeld(answered=True):
            # What the customer said in it was heard: nobody waits after the last word.
            changes = {"last_sent_at": _later(state.last_sent_at, at + timedelta(seconds=payload.seconds))}
        case StatusChanged() | DeliveryFailed() | MessageBounced():
            changes = _status(state, payload.status if isinstance(payload, StatusChanged) else "open", at)
        case ConversationAssigned() if at >= (state.owner_at or at):
            changes = {"owner": payload.owner, "owner_at": at}
        case IssueLinked() if (payload.firm, at) >= (state.issue_firm, state.issue_at or at):
            changes = {"issue": payload.issue, "issue_at": at, "issue_firm": payload.firm}
    return changes


def _opened(entry: Entry, payload: ConversationOpened) -> Conversation:
    return Conversation(
        id=cast(ConversationId, entry.conversation),
        customer=entry.customer,
        channel=payload.channel,
        address=payload.address,
        external_key=payload.external_key,
        subject=payload.subject,
        public=payload.public,
        opened_at=entry.at,
        status="open",
        status_at=entry.at,
        last_at=entry.at,
        issue=cast(IssueId, entry.conversation),
    )


def _later(known: datetime | None, at: datetime) -> datetime:
    return at if known is None else max(known, at)


def _spoken(state: Conversation, text: str, at: datetime) -> dict[str, Any]:
    messages = state.messages + 1
    if state.last_text_at is not None and at < state.last_text_at:
        return {"messages": messages}
    return {"messages": messages, "last_text": " ".join(text.split())[:PREVIEW_CHARS], "last_text_at": at}


def _status(state: Conversation, status: Status, at: datetime) -> dict[str, Any]:
    return {"status": status, "status_at": at} if at >= state.status_at else {}


_SAME_NAME = tuple(field.name for field in fields(Conversation) if field.name not in {"address", "external_key"})
_COLUMNS = (*_SAME_NAME, "external_key", "address_kind", "address_value")
# Conversations as rows that `state_of` reads. Columns, not objects of the session: those would not see what the
# projection writes.
STATES: Select[*tuple[Any, ...]] = select(*(ConversationRow.__table__.c[name] for name in _COLUMNS))


def row_of(state: Conversation) -> dict[str, Any]:
    """Return the state as columns of its row, without the scope."""
    return {
        **{name: getattr(state, name) for name in _SAME_NAME},
        "address_kind": state.address.kind,
        "address_value": state.address.value,
        "external_key": state.external_key or None,
    }


def changes_of(old: Conversation, new: Conversation) -> dict[str, Any]:
    """Return the columns of its row in which a state differs from the one before."""
    before, after = vars(old), vars(new)
    changed = {name: after[name] for name in after if after[name] is not before[name] and after[name] != before[name]}
    if changed.keys() & {"address", "external_key"}:
        row, known = row_of(new), row_of(old)
        return {name: row[name] for name in row if row[name] != known[name]}
    return changed


def state_of(row: Sequence[Any]) -> Conversation:
    """Return the state that a row of `STATES` stands for."""
    *same, external_key, kind, value = row
    state = object.__new__(Conversation)  # as in `step`: twenty fields set at once
    vars(state).update(zip(_SAME_NAME, same, strict=True), address=Handle(kind, value), external_key=external_key or "")
    return state


def _rows(scope: Scope) -> Select[Any]:
    return STATES.where(within(scope, ConversationRow))


def _first(session: Session, query: Select[Any]) -> Conversation | None:
    row = session.execute(query.limit(1)).first()
    return state_of(row) if row else None


def get_conversation(session: Session, scope: Scope, conversation: ConversationId) -> Conversation:
    """Return a conversation.

    Raises:
        NotFound: there is none of this id in the scope.
    """
    found = _first(session, _rows(scope).where(ConversationRow.id == conversation))
    if found is None:
        raise NotFound("There is no such conversation.")
    return found


def find(session: Session, scope: Scope, conversation: ConversationId) -> Conversation | None:
    """Return a conversation, `None` when there is none of this id in the scope."""
    return _first(session, _rows(scope).where(ConversationRow.id == conversation))


def find_by_key(session: Session, scope: Scope, external_key: str) -> Conversation | None:
    """Return the conversation that a channel knows under this key, if any."""
    return _first(session, _rows(scope).where(ConversationRow.external_key == external_key))


def find_live(session: Session, scope: Scope, channel: str, address: Handle, customer: Whose) -> Conversation | None:
    """Return this customer's latest unresolved conversation with an address on a channel, if any."""
    return _first(
        session,
        _rows(scope)
        .where(
            ConversationRow.channel == channel,
            ConversationRow.address_kind == address.kind,
            ConversationRow.address_value == address.value,
            ConversationRow.customer.in_(persons.meant(session, scope, customer)),
            ConversationRow.status != "resolved",
        )
        .order_by(ConversationRow.last_at.desc()),
    )


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which conversations to list; `None` means any. `owner=""` asks for those nobody owns."""

    status: Status | None = None
    owner: str | None = None
    waiting: bool | None = None
    resolved: bool | None = None
    customer: Whose | None = None


def list_conversations(session: Session, scope: Scope, wanted: Wanted, *, limit: int = 50) -> list[Conversation]:
    """Return the conversations that fit: waiting customers first, longest wait on top, then the latest."""
    order = _waiting_since().asc() if wanted.waiting else ConversationRow.last_at.desc()
    rows = session.execute(_fitting(session, scope, wanted).order_by(order, ConversationRow.id).limit(limit))
    return [state_of(row) for row in rows]


def waiting_since(
    session: Session, scope: Scope, conversations: Sequence[Conversation]
) -> dict[ConversationId, datetime]:
    """Return since when customers wait: their first message that nobody answered. A second one changes nothing."""
    ids = [one.id for one in conversations if one.waiting]
    query = select(ConversationRow.id, _waiting_since()).where(
        within(scope, ConversationRow), ConversationRow.id.in_(ids)
    )
    return {ConversationId(key): since for key, since in session.execute(query) if since is not None}


def _waiting_since() -> ScalarSelect[datetime]:
    unanswered = or_(ConversationRow.last_sent_at.is_(None), EntryRow.at > ConversationRow.last_sent_at)
    return (
        select(func.min(EntryRow.at))
        .where(EntryRow.conversation == ConversationRow.id, EntryRow.kind == "message_received", unanswered)
        .correlate(ConversationRow)
        .scalar_subquery()
    )


def _fitting(session: Session, scope: Scope, wanted: Wanted) -> Select[Any]:
    query = _rows(scope)
    if wanted.status is not None:
        query = query.where(ConversationRow.status == wanted.status)
    if wanted.customer is not None:
        query = query.where(ConversationRow.customer.in_(persons.meant(session, scope, wanted.customer)))
    if wanted.owner is not None:
        query = query.where(ConversationRow.owner == wanted.owner if wanted.owner else ConversationRow.owner.is_(None))
    if wanted.resolved is not None:
        is_resolved = ConversationRow.status == "resolved"
        query = query.where(is_resolved if wanted.resolved else ~is_resolved)
    if wanted.waiting is not None:
        spoke_last = or_(
            ConversationRow.last_sent_at.is_(None),
            ConversationRow.last_sent_at < ConversationRow.last_received_at,
        )
        is_waiting = ConversationRow.last_received_at.is_not(None) & (ConversationRow.status != "resolved") & spoke_last
        query = query.where(is_waiting if wanted.waiting else ~is_waiting)
    return query
