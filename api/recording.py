"""Records one row of an import: which entry, customer or conversation each type of row becomes."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from api.rows import (
    AssignmentGiven,
    CustomerGiven,
    HandleGiven,
    MessageGiven,
    NoteGiven,
    OrderGiven,
    PageViewGiven,
    Row,
    StatusGiven,
    SurveyGiven,
)
from knowledge.customers import conversations, identity, inbox, record, timeline
from knowledge.customers.conversations import Conversation
from knowledge.customers.entries import (
    ConversationAssigned,
    ConversationOpened,
    Handle,
    MessageReceived,
    MessageSent,
    NoteAdded,
    OrderItem,
    OrderRecorded,
    PageViewed,
    Payload,
    StatusChanged,
    SurveyAnswered,
)
from knowledge.customers.record import KnownHandle, NewCustomer
from knowledge.customers.timeline import NewEntry
from knowledge.failures import Conflict, NotFound, Rejected
from knowledge.ids import ConversationId, CustomerId, EntryId
from knowledge.scope import Scope

SOURCE = "import"
# Which handles of a customer can stand for a channel, best first.
_HANDLES_OF = {"whatsapp": ("whatsapp", "phone"), "sms": ("sms", "phone")}


class NotYet(NotFound):
    """The row speaks of a customer or conversation that nobody has told us of so far; nothing was written."""


@dataclass(frozen=True)
class Batch:
    """One transaction of an import, and whom and what its rows named so far (by the source's ids)."""

    session: Session
    scope: Scope
    now: datetime
    begins_after: int
    customers: dict[str, CustomerId] = field(default_factory=dict)
    conversations: dict[str, Conversation] = field(default_factory=dict)
    stored: set[EntryId] = field(default_factory=set)


def begin(session: Session, scope: Scope, now: datetime) -> Batch:
    """Begin a batch: from here on, no other writer appends to the scope before the transaction ends."""
    timeline.hold(session, scope)
    return Batch(session, scope, now, timeline.last_seq(session, scope))


def record_row(batch: Batch, row: Row) -> bool:
    """Store a row; returns whether it was new (`False`: it was stored before).

    Raises:
        NotYet: its customer or conversation is unknown so far.
        Rejected, Conflict: it cannot be stored, with the reason.
    """
    return _RECORDERS[type(row)](batch, row)


def _customer(batch: Batch, row: CustomerGiven) -> bool:
    known = record.find_by_key(batch.session, batch.scope, row.id)
    new = NewCustomer(
        external_key=row.id,
        name=row.name,
        language=row.language,
        timezone=row.timezone,
        preferences=row.preferences,
        attributes=row.attributes,
        handles=tuple(KnownHandle(_handle(given), given.verified) for given in row.handles),
    )
    batch.customers[row.id] = record.save_customer(batch.session, batch.scope, new, batch.now)
    return known is None


def _message(batch: Batch, row: MessageGiven) -> bool:
    conversation = _conversation_of(batch, row)
    payload: Payload
    if row.direction == "in":
        # The key under which `inbox.receive` stores it: what a connector brought is not imported again.
        key = f"in:{row.channel}:{row.id}"
        payload = MessageReceived(row.channel, row.text, row.subject or "", _moved(batch, row, conversation))
    else:
        # It was delivered long ago: never to be sent again.
        key = f"out:{SOURCE}:{row.id}"
        payload = MessageSent(row.channel, row.text, row.author or SOURCE, conversation.address, delivery="posted")
    return _append(batch, NewEntry(conversation.customer, payload, row.at, conversation.id, key))


def _moved(batch: Batch, row: MessageGiven, conversation: Conversation) -> Handle | None:
    if row.handle is None and row.channel == conversation.channel:
        return None
    address = _address(batch, row, conversation.customer)
    return inbox.moves_to(batch.session, batch.scope, conversation, row.channel, address)


def _conversation_of(batch: Batch, row: MessageGiven) -> Conversation:
    customer = _find_customer(batch, row.customer) if row.customer else None
    known = batch.conversations.get(row.conversation)
    known = known or conversations.find_by_key(batch.session, batch.scope, row.conversation)
    conversation = known or _open(batch, row, customer)
    _belongs(conversation, customer, row.conversation)
    batch.conversations[row.conversation] = conversation
    return conversation


def _open(batch: Batch, row: MessageGiven, customer: CustomerId | None) -> Conversation:
    session, scope, now = batch.session, batch.scope, batch.now
    address = _address(batch, row, customer)
    verified = row.handle is None or row.handle.verified
    if customer is None:
        customer = identity.recognise(session, scope, address, verified, now)
    else:
        identity.add_handle(session, scope, customer, address, verified, now)
    opened = ConversationOpened(
        channel=row.channel,
        address=address,
        external_key=row.conversation,
        subject=row.subject or "",
        public=row.public,
    )
    return inbox.open_conversation(session, scope, customer, opened, row.at, now)


def _address(batch: Batch, row: MessageGiven, customer: CustomerId | None) -> Handle:
    if row.handle is not None:
        return identity.normalise(_handle(row.handle))
    if customer is not None:
        known = record.get_customer(batch.session, batch.scope, customer).handles
        for kind in _HANDLES_OF.get(row.channel, (row.channel,)):
            for handle in known:
                if handle.handle.kind == kind:
                    return handle.handle
    raise Rejected(f"handle: the customer has no {row.channel} address, so the message must name it")


def _belongs(conversation: Conversation, customer: CustomerId | None, key: str) -> None:
    if customer is not None and conversation.customer != customer:
        raise Conflict(f"conversation: {key} belongs to another customer")


def _note(batch: Batch, row: NoteGiven) -> bool:
    return _about(batch, row, NoteAdded(row.text, row.author), row.customer)


def _assignment(batch: Batch, row: AssignmentGiven) -> bool:
    return _about(batch, row, ConversationAssigned(row.agent, row.author or SOURCE))


def _status(batch: Batch, row: StatusGiven) -> bool:
    return _about(batch, row, StatusChanged(row.status, row.author))


def _about(
    batch: Batch, row: NoteGiven | AssignmentGiven | StatusGiven, payload: Payload, customer: str | None = None
) -> bool:
    conversation = _find_conversation(batch, row.conversation)
    if customer:
        _belongs(conversation, _find_customer(batch, customer), row.conversation)
    key = f"{SOURCE}:{row.type}:{row.id}"
    return _append(batch, NewEntry(conversation.customer, payload, row.at, conversation.id, key))


def _order(batch: Batch, row: OrderGiven) -> bool:
    payload = OrderRecorded(
        order=row.id,
        status=row.status,
        items=tuple(OrderItem(item.name, item.quantity, item.sku, item.price) for item in row.items),
        total=row.total,
        currency=row.currency,
        placed_at=row.placed_at,
        carrier=row.carrier or "",
        tracking=row.tracking or "",
    )
    # An order is told again when it changes: the same facts are stored once, new ones supersede them.
    facts = hashlib.sha256(row.model_dump_json().encode()).hexdigest()
    customer = _find_customer(batch, row.customer)
    return _append(batch, NewEntry(customer, payload, row.at, dedupe_key=f"{SOURCE}:order:{row.id}:{facts}"))


def _page_view(batch: Batch, row: PageViewGiven) -> bool:
    customer = _find_customer(batch, row.customer)
    payload = PageViewed(row.url, row.title)
    return _append(batch, NewEntry(customer, payload, row.at, dedupe_key=f"{SOURCE}:page_view:{row.id}"))


def _survey(batch: Batch, row: SurveyGiven) -> bool:
    customer = _find_customer(batch, row.customer)
    conversation = None
    if row.conversation:
        found = _find_conversation(batch, row.conversation)
        _belongs(found, customer, row.conversation)
        conversation = found.id
    payload = SurveyAnswered(row.kind, row.score, row.comment or "")
    return _append(batch, NewEntry(customer, payload, row.at, conversation, f"{SOURCE}:survey:{row.id}"))


def _append(batch: Batch, new: NewEntry) -> bool:
    entry = timeline.append(batch.session, batch.scope, new, batch.now)
    fresh = entry.seq > batch.begins_after and entry.id not in batch.stored
    batch.stored.add(entry.id)
    return fresh


def _handle(given: HandleGiven) -> Handle:
    return Handle(given.kind, given.value)


def _find_customer(batch: Batch, key: str) -> CustomerId:
    if key not in batch.customers:
        own = CustomerId(key)
        found = record.find_by_key(batch.session, batch.scope, key)
        if found is None and own in record.get_customers(batch.session, batch.scope, [own]):
            found = own
        if found is None:
            raise NotYet(f"customer: nobody is known as {key}.", "Import the customer too.")
        batch.customers[key] = found
    return batch.customers[key]


def _find_conversation(batch: Batch, key: str) -> Conversation:
    if key not in batch.conversations:
        found = conversations.find_by_key(batch.session, batch.scope, key)
        try:
            found = found or conversations.get_conversation(batch.session, batch.scope, ConversationId(key))
        except NotFound:
            raise NotYet(f"conversation: none is known as {key}.", "Import one of its messages too.") from None
        batch.conversations[key] = found
    return batch.conversations[key]


_RECORDERS: dict[type, Callable[[Batch, Any], bool]] = {
    CustomerGiven: _customer,
    MessageGiven: _message,
    NoteGiven: _note,
    AssignmentGiven: _assignment,
    StatusGiven: _status,
    OrderGiven: _order,
    PageViewGiven: _page_view,
    SurveyGiven: _survey,
}
