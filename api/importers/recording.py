"""Records the rows of an import: which entry, customer or conversation each type of row becomes."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from api.importers.batches import (
    Batch,
    append,
    before_identity,
    count,
    find_conversation,
    find_customer,
    person,
    seek_conversation,
)
from api.importers.call_rows import CallGiven
from api.importers.record_rows import AccountGiven, ProductEventGiven
from api.importers.row_parts import HandleGiven
from api.importers.rows import (
    AssignmentGiven,
    CustomerGiven,
    MessageGiven,
    NoteGiven,
    OrderGiven,
    PageViewGiven,
    Row,
    StatusGiven,
    SurveyGiven,
)
from api.importers.transcripts import CUSTOMER as CUSTOMER_SPEAKS
from knowledge.customers import identity, inbox, record
from knowledge.customers.call_entries import CallHeld, Spoken
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
from knowledge.customers.record_entries import AccountRecorded, ProductEvent
from knowledge.customers.suppression import CONVERSATION, CUSTOMER, Mark
from knowledge.customers.timeline import NewEntry
from knowledge.failures import Conflict, Rejected
from knowledge.ids import ConversationId, CustomerId, new_id

SOURCE = "import"
# Which handles of a customer can stand for a channel, best first.
_HANDLES_OF = {"whatsapp": ("whatsapp", "phone"), "sms": ("sms", "phone"), "video": ("video", "email", "phone")}


def record_row(batch: Batch, row: Row) -> None:
    """Take up a row: customers are stored at once, entries wait for `flush`, which counts them.

    Raises:
        NotYet: its customer or conversation is unknown so far.
        Rejected, Conflict: it cannot be stored, with the reason.
    """
    _RECORDERS[type(row)](batch, row)


def key_of(row: Row) -> str:
    """Return the key under which the entry of a row is stored once (of a call, the entry that it was held)."""
    if isinstance(row, MessageGiven):
        # As `inbox.receive` stores it: what a connector brought is not imported again.
        return f"in:{row.channel}:{row.id}" if row.direction == "in" else f"out:{SOURCE}:{row.id}"
    if isinstance(row, OrderGiven | AccountGiven):
        # Told again when it changes: the same facts are stored once, new ones supersede them.
        facts = hashlib.sha256(row.model_dump_json().encode()).hexdigest()
        return f"{SOURCE}:{row.type}:{row.id}:{facts}"
    return f"{SOURCE}:{row.type}:{row.id}"


def is_one_entry(row: Row) -> bool:
    """Whether a row is stored when the entry of its key is: a call has entries besides, a customer none."""
    return not isinstance(row, CustomerGiven | CallGiven)


def _customer(batch: Batch, row: CustomerGiven) -> None:
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
    batch.erased.refuse(Mark(CUSTOMER, row.id), *(_mark(known.handle) for known in new.handles))
    before_identity(batch)
    batch.customers[row.id] = record.save_customer(batch.session, batch.scope, new, batch.now)
    count(batch, row.type, new=known is None)


def _message(batch: Batch, row: MessageGiven) -> None:
    conversation = _conversation_of(batch, row)
    payload: Payload
    if row.direction == "in":
        payload = MessageReceived(row.channel, row.text, row.subject or "", _moved(batch, row, conversation))
    else:
        # It was delivered long ago: never to be sent again.
        payload = MessageSent(row.channel, row.text, row.author or SOURCE, conversation.address, delivery="posted")
    append(batch, NewEntry(conversation.customer, payload, row.at, conversation.id, key_of(row)), row.type)


def _moved(batch: Batch, row: MessageGiven, conversation: Conversation) -> Handle | None:
    if row.handle is None and row.channel == conversation.channel:
        return None
    address = _address(batch, row, conversation.customer)
    return inbox.moves_to(batch.session, batch.scope, conversation, row.channel, address)


def _conversation_of(batch: Batch, row: MessageGiven | CallGiven) -> Conversation:
    customer = find_customer(batch, row.customer) if row.customer else None
    conversation = seek_conversation(batch, row.conversation)
    if conversation is None:
        return _open(batch, row, customer)
    if customer is None:
        _comes_from_them(batch, row, conversation)
    _belongs(conversation, customer, row.conversation)
    return conversation


def _comes_from_them(batch: Batch, row: MessageGiven | CallGiven, conversation: Conversation) -> None:
    """Where nobody says whose a message is, an address that is proven says it: a stranger's words are not theirs."""
    if row.handle is None or not row.handle.verified:
        return
    address = identity.normalise(_handle(row.handle))
    theirs = address == conversation.address
    if not theirs and inbox.moves_to(batch.session, batch.scope, conversation, row.channel, address) is None:
        raise Conflict(
            f"conversation: {row.conversation} is with somebody else than this {address.kind} address",
            "Give it a conversation of its own, or name the customer.",
        )


def _open(batch: Batch, row: MessageGiven | CallGiven, customer: CustomerId | None) -> Conversation:
    batch.erased.refuse(Mark(CONVERSATION, row.conversation))
    address = _address(batch, row, customer)
    batch.erased.refuse(Mark(address.kind, address.value))
    verified = row.handle is None or row.handle.verified
    if customer is None or (customer, address) not in batch.proven:
        before_identity(batch)
        customer = _who(batch, customer, address, verified)
    opened = ConversationOpened(
        channel=row.channel,
        address=address,
        external_key=row.conversation,
        subject=row.subject or "",
        public=row.public,
    )
    conversation = ConversationId(new_id())
    append(batch, NewEntry(customer, opened, row.at, conversation))
    batch.conversations[row.conversation] = conversation
    return batch.states[conversation]


def _who(batch: Batch, customer: CustomerId | None, address: Handle, verified: bool) -> CustomerId:
    """The record that an address stands for, or the one named, which is reached there from now on."""
    session, scope, now = batch.session, batch.scope, batch.now
    if customer is None:
        return identity.recognise(session, scope, address, verified, now)
    identity.add_handle(session, scope, customer, address, verified, now)
    return customer


def _address(batch: Batch, row: MessageGiven | CallGiven, customer: CustomerId | None) -> Handle:
    if row.handle is not None:
        return identity.normalise(_handle(row.handle))
    if customer is not None:
        known = person(batch, customer).handles
        for kind in _HANDLES_OF.get(row.channel, (row.channel,)):
            for handle in known:
                if handle.handle.kind == kind:
                    return handle.handle
    raise Rejected(f"handle: the customer has no {row.channel} address, so the message must name it")


def _belongs(conversation: Conversation, customer: CustomerId | None, key: str) -> None:
    if customer is not None and conversation.customer != customer:
        raise Conflict(f"conversation: {key} belongs to another customer")


def _note(batch: Batch, row: NoteGiven) -> None:
    _about(batch, row, NoteAdded(row.text, row.author), row.customer)


def _assignment(batch: Batch, row: AssignmentGiven) -> None:
    _about(batch, row, ConversationAssigned(row.agent, row.author or SOURCE))


def _status(batch: Batch, row: StatusGiven) -> None:
    _about(batch, row, StatusChanged(row.status, row.author))


def _about(
    batch: Batch, row: NoteGiven | AssignmentGiven | StatusGiven, payload: Payload, customer: str | None = None
) -> None:
    conversation = find_conversation(batch, row.conversation)
    if customer:
        _belongs(conversation, find_customer(batch, customer), row.conversation)
    append(batch, NewEntry(conversation.customer, payload, row.at, conversation.id, key_of(row)), row.type)


def _order(batch: Batch, row: OrderGiven) -> None:
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
    customer = find_customer(batch, row.customer)
    append(batch, NewEntry(customer, payload, row.at, dedupe_key=key_of(row)), row.type)


def _page_view(batch: Batch, row: PageViewGiven) -> None:
    customer = find_customer(batch, row.customer)
    payload = PageViewed(row.url, row.title)
    append(batch, NewEntry(customer, payload, row.at, dedupe_key=key_of(row)), row.type)


def _survey(batch: Batch, row: SurveyGiven) -> None:
    customer = find_customer(batch, row.customer)
    conversation = None
    if row.conversation:
        found = find_conversation(batch, row.conversation)
        _belongs(found, customer, row.conversation)
        conversation = found.id
    payload = SurveyAnswered(row.kind, row.score, row.comment or "")
    append(batch, NewEntry(customer, payload, row.at, conversation, key_of(row)), row.type)


def _call(batch: Batch, row: CallGiven) -> None:
    """A call becomes an entry of its own and a message for each utterance; told again, what is new of it is stored."""
    conversation = _conversation_of(batch, row)
    held = CallHeld(row.medium, row.id, row.direction, row.length, row.answered, tuple(row.speakers.items()))
    append(batch, NewEntry(conversation.customer, held, row.at, conversation.id, key_of(row)), row.type)
    for number, said in enumerate(row.utterances):
        who = row.speakers[said.speaker]
        spoken = Spoken(row.id, said.speaker, said.start, said.end)
        payload: Payload
        if who == CUSTOMER_SPEAKS:
            payload = MessageReceived(row.medium, said.text, spoken=spoken)
        else:
            payload = MessageSent(row.medium, said.text, who, conversation.address, spoken=spoken)
        at = row.at + timedelta(seconds=said.start)
        append(batch, NewEntry(conversation.customer, payload, at, conversation.id, f"call:{row.id}:{number}"))


def _product_event(batch: Batch, row: ProductEventGiven) -> None:
    customer, payload = find_customer(batch, row.customer), ProductEvent(row.name, row.properties)
    append(batch, NewEntry(customer, payload, row.at, dedupe_key=key_of(row)), row.type)


def _account(batch: Batch, row: AccountGiven) -> None:
    customer = find_customer(batch, row.customer)
    payload = AccountRecorded(
        account=row.id,
        plan=row.plan,
        status=row.status,
        since=row.since,
        renews_on=row.renews_on,
        seats=row.seats,
        value=row.value,
        currency=row.currency,
    )
    append(batch, NewEntry(customer, payload, row.at, dedupe_key=key_of(row)), row.type)


def _handle(given: HandleGiven) -> Handle:
    return Handle(given.kind, given.value)


def _mark(handle: Handle) -> Mark:
    known = identity.normalise(handle)
    return Mark(known.kind, known.value)


_RECORDERS: dict[type, Callable[[Batch, Any], None]] = {
    CustomerGiven: _customer,
    MessageGiven: _message,
    NoteGiven: _note,
    AssignmentGiven: _assignment,
    StatusGiven: _status,
    OrderGiven: _order,
    PageViewGiven: _page_view,
    SurveyGiven: _survey,
    CallGiven: _call,
    ProductEventGiven: _product_event,
    AccountGiven: _account,
}
