"""The inbox: a message arrives, an answer or a note leaves. Nothing here calls a model."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from knowledge.customers import conversations, identity, links, timeline
from knowledge.customers.conversations import Conversation
from knowledge.customers.entries import (
    Attachment,
    ConversationOpened,
    Entry,
    Handle,
    MessageReceived,
    MessageSent,
    NoteAdded,
    Status,
    StatusChanged,
)
from knowledge.customers.tables import CustomerRow
from knowledge.customers.timeline import NewEntry
from knowledge.failures import Conflict, NotFound, Rejected
from knowledge.ids import ConversationId, CustomerId, SuggestionId, new_id
from knowledge.scope import Scope

# Channels whose customers read the timeline itself: what is appended is delivered.
SELF_DELIVERING = frozenset({"chat"})
MAX_TEXT_CHARS = 1_000_000


@dataclass(frozen=True)
class Incoming:
    """A message as a channel hands it over.

    `external_id` is the channel's id of the message and makes receiving idempotent; `conversation_key` is its id of
    the conversation. `verified`: the channel vouches that the sender holds `address`. `conversation` is set when the
    channel knows which of ours it goes on; `reference` is what an answer over there has to name. `answers` are external
    ids of messages that it answers, the likeliest first: it goes on their conversation if that is its sender's.
    """

    channel: str
    address: Handle
    text: str
    at: datetime
    subject: str = ""
    external_id: str = ""
    conversation_key: str = ""
    public: bool = False
    verified: bool = True
    customer: CustomerId | None = None
    conversation: ConversationId | None = None
    reference: str = ""
    attachments: tuple[Attachment, ...] = ()
    answers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reply:
    """An answer to a conversation. `key` makes sending idempotent; `at` is set when it was sent elsewhere before.

    `holding`: it only says that somebody will answer, so that the customer waits on.
    """

    conversation: ConversationId
    text: str
    author: str
    key: str = ""
    suggestion: SuggestionId | None = None
    at: datetime | None = None
    holding: bool = False
    attachments: tuple[Attachment, ...] = ()


def receive(session: Session, scope: Scope, incoming: Incoming, now: datetime) -> Entry:
    """A message arrives: recognise the sender, find or open the conversation, append.

    Raises:
        Rejected: the text is empty or too long, or the address is none.
        NotFound: it is of a customer who was forgotten.
    """
    text = clean(incoming.text)
    timeline.hold(session, scope)
    key = f"in:{incoming.channel}:{incoming.external_id}" if incoming.external_id else None
    known = timeline.find(session, scope, key)
    if known is not None:
        return known
    address = identity.normalise(incoming.address)
    conversation = _conversation(session, scope, incoming, address, now)
    moved = moves_to(session, scope, conversation, incoming.channel, address)
    payload = MessageReceived(
        incoming.channel,
        text,
        clean(incoming.subject, 0, 300),
        moved,
        reference=clean(incoming.reference, 0, 998),
        attachments=incoming.attachments,
    )
    new = NewEntry(conversation.customer, payload, incoming.at, conversation.id, key)
    return timeline.append(session, scope, new, now)


def moves_to(
    session: Session, scope: Scope, conversation: Conversation, channel: str, address: Handle
) -> Handle | None:
    """Return the address a conversation moves to with a message from it, `None` when it stays where it is.

    It moves only between addresses that are proven to be the same customer's: a stranger who writes into a thread
    does not receive its answers.
    """
    if (channel, address) == (conversation.channel, conversation.address):
        return None
    holder = identity.find(session, scope, address)
    return address if holder in links.proven_records(session, scope, conversation.customer) else None


def _conversation(session: Session, scope: Scope, incoming: Incoming, address: Handle, now: datetime) -> Conversation:
    answered = _answered(session, scope, incoming, address)
    if answered is not None:
        return answered
    if incoming.conversation_key:
        known = conversations.find_by_key(session, scope, incoming.conversation_key)
        if known is not None:
            return known
    if incoming.customer and session.get(CustomerRow, incoming.customer) is None:
        raise NotFound("There is no such customer.", "They were forgotten: begin a new session.")
    customer = incoming.customer or identity.recognise(session, scope, address, incoming.verified, now)
    if not incoming.conversation_key:
        proven = links.proven_records(session, scope, customer)
        live = conversations.find_live(session, scope, incoming.channel, address, proven)
        if live is not None:
            return live
    return open_conversation(
        session,
        scope,
        customer,
        ConversationOpened(
            channel=incoming.channel,
            address=address,
            external_key=incoming.conversation_key,
            subject=clean(incoming.subject, 0, 300),
            public=incoming.public,
        ),
        incoming.at,
        now,
    )


def _answered(session: Session, scope: Scope, incoming: Incoming, address: Handle) -> Conversation | None:
    """The conversation that a message says it goes on, if it is its sender's: a stranger opens one of their own."""
    named = [incoming.conversation] if incoming.conversation else []
    for external_id in incoming.answers:
        keys = (f"in:{incoming.channel}:{external_id}", f"out:import:{external_id}")
        found = [timeline.find(session, scope, key) for key in keys]
        named += [entry.conversation for entry in found if entry is not None and entry.conversation]
    for one in named:
        known = conversations.find(session, scope, one)
        if known is not None and _is_theirs(session, scope, known, incoming.channel, address):
            return known
    return None


def _is_theirs(session: Session, scope: Scope, known: Conversation, channel: str, address: Handle) -> bool:
    if (known.channel, known.address) == (channel, address):
        return True
    return moves_to(session, scope, known, channel, address) is not None


def open_conversation(
    session: Session,
    scope: Scope,
    customer: CustomerId,
    opened: ConversationOpened,
    at: datetime,
    now: datetime,
) -> Conversation:
    """Open a conversation with a customer; replies to it go to `opened.address` and nowhere else."""
    conversation = ConversationId(new_id())
    timeline.append(session, scope, NewEntry(customer, opened, at, conversation), now)
    return conversations.get_conversation(session, scope, conversation)


def reply(session: Session, scope: Scope, answer: Reply, now: datetime) -> Entry:
    """An answer leaves, to the conversation's own address. The same key is sent once.

    Raises:
        NotFound: there is no such conversation.
        Rejected: the text is empty or too long.
        Conflict: the key was used for another text or conversation.
    """
    text = clean(answer.text)
    timeline.hold(session, scope)
    conversation = conversations.get_conversation(session, scope, answer.conversation)
    key = f"out:{answer.key}" if answer.key else None
    known = timeline.find(session, scope, key)
    if known is not None:
        return _same(known, answer.conversation, text)
    payload = MessageSent(
        channel=conversation.channel,
        text=text,
        author=answer.author,
        address=conversation.address,
        suggestion=answer.suggestion,
        delivery=_delivery(conversation, answer),
        holding=answer.holding,
        attachments=answer.attachments,
    )
    new = NewEntry(conversation.customer, payload, answer.at or now, conversation.id, key)
    return timeline.append(session, scope, new, now)


def _delivery(conversation: Conversation, answer: Reply) -> Literal["posted", "queued"]:
    # Sent elsewhere before (an import), or read by the customer right here.
    posted = answer.at is not None or conversation.channel in SELF_DELIVERING
    return "posted" if posted else "queued"


def _same(known: Entry, conversation: ConversationId, text: str) -> Entry:
    sent = known.payload
    if known.conversation != conversation or (isinstance(sent, MessageSent) and sent.text != text):
        raise Conflict("This idempotency key was used for another message.", "Use a fresh key for each message.")
    return known


def note(
    session: Session,
    scope: Scope,
    conversation: ConversationId,
    text: str,
    author: str,
    now: datetime,
) -> Entry:
    """Leave a note for colleagues on a conversation; the customer never sees it."""
    return about(session, scope, conversation, NoteAdded(clean(text), author), now)


def set_status(
    session: Session,
    scope: Scope,
    conversation: ConversationId,
    status: Status,
    author: str,
    now: datetime,
) -> Entry:
    """Set a conversation's status by hand; a later message of the customer opens it again."""
    return about(session, scope, conversation, StatusChanged(status, author), now)


def about(
    session: Session,
    scope: Scope,
    conversation: ConversationId,
    payload: NoteAdded | StatusChanged,
    now: datetime,
) -> Entry:
    """Append something staff did about a conversation, in the name of its customer's record."""
    found = conversations.get_conversation(session, scope, conversation)
    return timeline.append(session, scope, NewEntry(found.customer, payload, now, found.id), now)


def clean(text: str, least: int = 1, most: int = MAX_TEXT_CHARS) -> str:
    """Return text fit to store: no NUL or lone surrogates, no blanks around it.

    Raises:
        Rejected: it is shorter than `least` or longer than `most` characters.
    """
    text = text.encode("utf-8", "replace").decode().replace("\0", "").strip()
    if len(text) < least:
        raise Rejected("The message is empty.", "Write something first.")
    if len(text) > most:
        raise Rejected(f"The text has {len(text):,} characters; {most:,} are allowed.", "Shorten it.")
    return text
