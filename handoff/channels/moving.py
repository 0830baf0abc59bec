"""Moving: the customer is asked to go on elsewhere, the context goes with them, and it is tracked until resolved."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from assistant.phrases import reply_language
from handoff.channels.choosing import PUBLIC, Way
from knowledge.customers import identity, inbox, links, timeline
from knowledge.customers.conversations import Conversation, get_conversation
from knowledge.customers.entries import ConversationAssigned, ConversationOpened, Entry, Handle, MessageReceived
from knowledge.customers.inbox import Reply
from knowledge.customers.record import get_customer
from knowledge.customers.resumes import MAILED_LASTS
from knowledge.customers.routing_entries import ChannelMoved
from knowledge.customers.seldom import of_kinds
from knowledge.customers.tables import EntryRow
from knowledge.customers.timeline import NewEntry
from knowledge.failures import Conflict, Rejected
from knowledge.ids import ConversationId, EntryId
from knowledge.scope import Scope

# The kinds of address a channel can be written to.
ADDRESSES = {"email": "email", "sms": "phone", "phone": "phone", "whatsapp": "whatsapp"} | {one: one for one in PUBLIC}
QUOTED_CHARS = 1_500
CHAT, MAIL = "chat", "email"
# Stands in a mail on the timeline; the customer's copy alone has the address.
LINK = "[chat link]"
FOLLOW = {
    "en": "You can go on in our chat:",
    "de": "Hier geht es in unserem Chat weiter:",
    "es": "Puede seguir en nuestro chat:",
    "fr": "Vous pouvez continuer dans notre chat :",
}


@dataclass(frozen=True)
class Move:
    """Where a conversation is asked to go on, what the customer reads there, why, and who asks."""

    conversation: ConversationId
    way: Way
    text: str
    reason: str
    author: str


def ways_of(session: Session, scope: Scope, conversation: Conversation) -> list[Way]:
    """Return the ways to a conversation's customer: a proven address for each channel, the chat where a mail leads."""
    customer = get_customer(session, scope, conversation.customer)
    proven = [known.handle for known in customer.handles if known.verified]
    ways = [Way(channel, handle) for handle in proven for channel, kind in ADDRESSES.items() if kind == handle.kind]
    if _can_be_sent_a_link(session, scope, conversation):
        ways.append(Way(CHAT, conversation.address))
    return ways


def move(session: Session, scope: Scope, asked: Move, now: datetime) -> Entry:
    """Open a conversation there with the customer's own words quoted; whoever owns the one that is left owns it, too.

    A mail brings the customer's copy a link into our chat: into the one that is left, or, from the mail that is left,
    into the one that is opened.

    Raises:
        NotFound: there is no such conversation.
        Rejected: the address is not proven to be theirs, it is the same place, no mail leads into the chat, or a text
            is missing.
        Conflict: they were asked to go on there lately and have said nothing here since.
    """
    timeline.hold(session, scope)
    found = get_conversation(session, scope, asked.conversation)
    address = identity.normalise(asked.way.address)
    if not _is_proven(session, scope, found, address):
        raise Rejected("This address is not proven to be the customer's.", "Ask them in the conversation itself.")
    if (asked.way.channel, address) == (found.channel, found.address):
        raise Rejected("The conversation is there already.", "Choose another channel.")
    if asked.way.channel == CHAT and not _can_be_sent_a_link(session, scope, found):
        raise Rejected("Only a mail to a proven address can bring a link into the chat.", "Move it to their mail.")
    _not_twice(session, scope, found, Way(asked.way.channel, address), now)
    opened = ConversationOpened(asked.way.channel, address, subject=found.subject, public=asked.way.channel in PUBLIC)
    there = inbox.open_conversation(session, scope, found.customer, opened, now, now)
    if found.owner not in (None, "bot"):
        owned = ConversationAssigned(found.owner, asked.author)
        timeline.append(session, scope, NewEntry(found.customer, owned, now, there.id), now)
    linked = _say(session, scope, asked, found, there, now)
    reason = inbox.clean(asked.reason, most=1_000)
    payload = ChannelMoved(there.id, asked.way.channel, reason, asked.author, found.public)
    key = link_key(linked.id) if linked else None
    return timeline.append(session, scope, NewEntry(found.customer, payload, now, found.id, key), now)


def _not_twice(session: Session, scope: Scope, found: Conversation, way: Way, now: datetime) -> None:
    last = timeline.latest_of(session, scope, found.id, ["channel_moved"])
    if last is None or not isinstance(last.payload, ChannelMoved) or last.at < now - MAILED_LASTS:
        return
    heard = timeline.latest_of(session, scope, found.id, ["message_received"])
    there = get_conversation(session, scope, last.payload.conversation)
    same = (there.channel, there.address) == (way.channel, way.address) and there.status != "resolved"
    if same and (heard is None or heard.seq < last.seq):
        raise Conflict(f"They were asked to go on there at {last.at:%H:%M} UTC already.", "Open that conversation.")


def link_key(message: EntryId) -> str:
    """The key of the move whose message is to have a link in the customer's copy."""
    return f"chat-link:{message}"


def _is_proven(session: Session, scope: Scope, found: Conversation, address: Handle) -> bool:
    holder = identity.find(session, scope, address)
    return holder is not None and holder in links.proven_records(session, scope, found.customer)


def _can_be_sent_a_link(session: Session, scope: Scope, found: Conversation) -> bool:
    """A link opens their chat: it goes where they alone read, by mail."""
    return found.channel == MAIL and not found.public and _is_proven(session, scope, found, found.address)


def _say(
    session: Session, scope: Scope, asked: Move, found: Conversation, there: Conversation, now: datetime
) -> Entry | None:
    """Write the messages of a move; return the one whose copy for the customer has a link, if any."""
    said = _last_words(session, scope, found)
    text, quoted = _without(asked.text), "\n".join(f"> {line}" for line in _without(said)[:QUOTED_CHARS].splitlines())
    language = reply_language([said], get_customer(session, scope, found.customer).language)
    follow = f"{FOLLOW.get(language, FOLLOW['en'])} {LINK}"
    back = found.channel == CHAT and there.channel == MAIL
    parts = [inbox.clean(text), follow if back else "", quoted]
    sent = inbox.reply(session, scope, Reply(there.id, "\n\n".join(filter(None, parts)), asked.author), now)
    if there.channel == CHAT:
        return inbox.reply(session, scope, Reply(found.id, f"{inbox.clean(text)}\n\n{follow}", asked.author), now)
    return sent if back else None


def _last_words(session: Session, scope: Scope, found: Conversation) -> str:
    entry = timeline.latest_of(session, scope, found.id, ["message_received"])
    return entry.payload.text if entry and isinstance(entry.payload, MessageReceived) else ""


def _without(text: str) -> str:
    """Return words of others without what stands for a link."""
    return text.replace(LINK, "")


@dataclass(frozen=True)
class Moved:
    """A conversation that was moved out of a public place, and whether it was resolved where it went."""

    public: ConversationId
    private: ConversationId
    at: datetime
    resolved: bool


def moved_private(session: Session, scope: Scope) -> list[Moved]:
    """Return every move from a public to a private place with what became of it, latest first."""
    query = timeline.ENTRIES.where(of_kinds(scope, "channel_moved"))
    found = []
    for row in session.execute(query.order_by(EntryRow.seq.desc())):
        entry = timeline.read_row(row)
        if isinstance(entry.payload, ChannelMoved) and entry.payload.public and entry.conversation:
            there = get_conversation(session, scope, entry.payload.conversation)
            found.append(Moved(entry.conversation, there.id, entry.at, there.status == "resolved"))
    return found
