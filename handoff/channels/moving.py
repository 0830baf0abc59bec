"""Moving: the customer is asked to go on elsewhere, the context goes with them, and it is tracked until resolved."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from handoff.channels.choosing import PUBLIC, Way
from knowledge.customers import identity, inbox, links, timeline
from knowledge.customers.conversations import Conversation, get_conversation
from knowledge.customers.entries import ConversationOpened, Entry, MessageReceived
from knowledge.customers.inbox import Reply
from knowledge.customers.record import get_customer
from knowledge.customers.routing_entries import ChannelMoved
from knowledge.customers.tables import EntryRow
from knowledge.customers.timeline import NewEntry
from knowledge.failures import Rejected
from knowledge.ids import ConversationId
from knowledge.scope import Scope, within

# The kinds of address a channel can be written to.
ADDRESSES = {"email": "email", "sms": "phone", "phone": "phone", "whatsapp": "whatsapp"} | {one: one for one in PUBLIC}
QUOTED_CHARS = 1_500


@dataclass(frozen=True)
class Move:
    """Where a conversation is asked to go on, what the customer reads there, why, and who asks."""

    conversation: ConversationId
    way: Way
    text: str
    reason: str
    author: str


def ways_of(session: Session, scope: Scope, conversation: Conversation) -> list[Way]:
    """Return the proven addresses of a conversation's customer, one way for each channel that can use it."""
    customer = get_customer(session, scope, conversation.customer)
    proven = [known.handle for known in customer.handles if known.verified]
    return [Way(channel, handle) for handle in proven for channel, kind in ADDRESSES.items() if kind == handle.kind]


def move(session: Session, scope: Scope, asked: Move, now: datetime) -> Entry:
    """Open a conversation there with the customer's own words quoted, and say in the old one where it goes on.

    Raises:
        NotFound: there is no such conversation.
        Rejected: the address is not proven to be theirs, it is the same place, or a text is missing.
    """
    timeline.hold(session, scope)
    found = get_conversation(session, scope, asked.conversation)
    address = identity.normalise(asked.way.address)
    holder = identity.find(session, scope, address)
    if holder is None or holder not in links.proven_records(session, scope, found.customer):
        raise Rejected("This address is not proven to be the customer's.", "Ask them in the conversation itself.")
    if (asked.way.channel, address) == (found.channel, found.address):
        raise Rejected("The conversation is there already.", "Choose another channel.")
    opened = ConversationOpened(asked.way.channel, address, subject=found.subject, public=asked.way.channel in PUBLIC)
    there = inbox.open_conversation(session, scope, found.customer, opened, now, now)
    inbox.reply(session, scope, Reply(there.id, _with_quote(session, scope, found, asked.text), asked.author), now)
    payload = ChannelMoved(
        there.id, asked.way.channel, inbox.clean(asked.reason, most=1_000), asked.author, found.public
    )
    return timeline.append(session, scope, NewEntry(found.customer, payload, now, found.id), now)


def _with_quote(session: Session, scope: Scope, found: Conversation, text: str) -> str:
    entry = timeline.latest_of(session, scope, found.id, ["message_received"])
    said = entry.payload.text if entry and isinstance(entry.payload, MessageReceived) else ""
    quoted = "\n".join(f"> {line}" for line in said[:QUOTED_CHARS].splitlines())
    return f"{inbox.clean(text)}\n\n{quoted}".strip()


@dataclass(frozen=True)
class Moved:
    """A conversation that was moved out of a public place, and whether it was resolved where it went."""

    public: ConversationId
    private: ConversationId
    at: datetime
    resolved: bool


def moved_private(session: Session, scope: Scope) -> list[Moved]:
    """Return every move from a public to a private place with what became of it, latest first."""
    query = timeline.ENTRIES.where(within(scope, EntryRow), EntryRow.kind == "channel_moved")
    found = []
    for row in session.execute(query.order_by(EntryRow.seq.desc())):
        entry = timeline.read_row(row)
        if isinstance(entry.payload, ChannelMoved) and entry.payload.public and entry.conversation:
            there = get_conversation(session, scope, entry.payload.conversation)
            found.append(Moved(entry.conversation, there.id, entry.at, there.status == "resolved"))
    return found
