"""Delivering: a message in the outbox goes to its channel once, whenever the worker is killed."""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from api.channels.channel import Channel, Outgoing, Refused, Unsure
from api.channels.first import why_not, with_stop
from api.outreach.surveying import with_link
from api.parts import Parts
from api.resuming import with_chat_link
from api.worker.work import Reaction, Retries
from knowledge.customers import attachments, conversations, outbox, timeline
from knowledge.customers.delivery_entries import DeliveryFailed, DeliveryRetried, MessageDelivered
from knowledge.customers.entries import Entry, MessageReceived, MessageSent
from knowledge.customers.outbox import Begun
from knowledge.customers.timeline import NewEntry
from knowledge.failures import Unavailable
from knowledge.ids import EntryId
from knowledge.scope import Scope

REFERENCES, AROUND = 20, 60
UNSURE = "Nobody can tell whether it left: the provider's answer was lost and it cannot be asked."


def deliver(parts: Parts, entry: Entry) -> None:
    """Deliver the message that an entry sent, or wants sent again; harmless when it was delivered before.

    Raises:
        Unavailable: it did not leave now, or nobody can tell yet; to be tried again.
    """
    channel, message = _channel(parts, entry), message_of(entry)
    if channel is None or message is None:
        return
    with parts.database.write() as session:
        begun = outbox.begin(session, parts.scope, message, parts.clock())
        sent = timeline.get_entry(session, parts.scope, message)
        outgoing = compose(session, parts.scope, sent)
        if outgoing is not None:
            outgoing = _addressed(session, parts, sent, outgoing)
    if begun is None or outgoing is None:
        return
    settled = begun.since is not None and not _must_leave_again(parts, channel, outgoing, begun, sent)
    if not settled and not _is_kept_back(parts, entry, outgoing, sent):
        _hand_over(parts, channel, outgoing, sent)


def _addressed(session: Session, parts: Parts, sent: Entry, outgoing: Outgoing) -> Outgoing:
    """Put in the addresses that the customer's copy alone has: of a survey, of the chat, to stop what we send."""
    outgoing = with_link(session, parts.scope, parts.settings, outgoing)
    outgoing = with_chat_link(session, parts.scope, parts.settings, outgoing, parts.clock())
    return with_stop(session, parts, sent, outgoing)


def _is_kept_back(parts: Parts, entry: Entry, outgoing: Outgoing, sent: Entry) -> bool:
    """Ask the guard once more about what we send first; its no is written down in the same transaction."""
    now = parts.clock()
    with parts.database.write() as session:
        reason = why_not(session, parts, sent, now)
        if reason and isinstance(sent.payload, MessageSent):
            failed = DeliveryFailed(outgoing.message, sent.payload.channel, reason)
            new = NewEntry(sent.customer, failed, now, sent.conversation, f"kept-back:{entry.id}")
            timeline.append(session, parts.scope, new, now)
    return bool(reason)


def _must_leave_again(parts: Parts, channel: Channel[Any], outgoing: Outgoing, begun: Begun, sent: Entry) -> bool:
    """A delivery was under way and its worker is gone: find out what became of it before the message leaves again."""
    taken = channel.find(outgoing)
    if taken:
        _say(parts, sent, MessageDelivered(outgoing.message, channel.name))
        return False
    assert begun.since is not None
    if abs(parts.clock() - begun.since) < channel.settles_after:
        raise Unavailable("A delivery was interrupted; its outcome is not known yet.", "It is looked at again.")
    if taken is None:
        _say(parts, sent, DeliveryFailed(outgoing.message, channel.name, UNSURE, unsure=True))
        return False
    with parts.database.write() as session:
        outbox.begin_again(session, parts.scope, outgoing.message, parts.clock())
    return True


def _hand_over(parts: Parts, channel: Channel[Any], outgoing: Outgoing, sent: Entry) -> None:
    try:
        reference = channel.deliver(outgoing)
    except Unsure:
        raise  # the mark stays: the next attempt asks before it sends
    except Refused as refused:
        _say(parts, sent, DeliveryFailed(outgoing.message, channel.name, str(refused)))
        return
    except Unavailable as failure:
        with parts.database.write() as session:
            outbox.put_back(session, parts.scope, outgoing.message, str(failure))
        raise
    _say(parts, sent, MessageDelivered(outgoing.message, channel.name, reference))


def give_up(parts: Parts, entry: Entry, reason: str) -> None:
    """Say on the timeline that a message was not delivered."""
    message = message_of(entry)
    if message is None:
        return
    with parts.database.read() as session:
        sent = timeline.get_entry(session, parts.scope, message)
        waiting = outbox.waiting_of(session, parts.scope, message)
        unsure = outbox.is_under_way(session, message)
    if waiting.state == "queued":
        _say(parts, sent, DeliveryFailed(message, waiting.channel, reason, unsure=unsure))


def compose(session: Session, scope: Scope, sent: Entry) -> Outgoing | None:
    """Return the message as a channel needs it, `None` when its words are gone."""
    said = sent.payload
    if not isinstance(said, MessageSent) or sent.conversation is None:
        return None
    conversation = conversations.get_conversation(session, scope, sent.conversation)
    around = timeline.page(session, scope, conversation=conversation.id, limit=AROUND)
    references = [
        one.payload.reference for one in around if isinstance(one.payload, MessageReceived | MessageDelivered)
    ]
    kept = tuple(one for one in said.attachments if one.id)
    return Outgoing(
        message=sent.id,
        conversation=conversation.id,
        customer=sent.customer,
        address=said.address,
        text=said.text,
        subject=conversation.subject,
        at=sent.at,
        references=tuple(dict.fromkeys(filter(None, references)))[-REFERENCES:],
        attachments=kept,
        contents=tuple(attachments.read(session, scope, one.id).content for one in kept),
    )


def message_of(entry: Entry) -> EntryId | None:
    """Return the message that an entry wants delivered, `None` when it is read where it was written, or forgotten."""
    said = entry.payload
    if isinstance(said, MessageSent) and said.delivery == "queued":
        return entry.id
    return said.message if isinstance(said, DeliveryRetried) else None


def _channel(parts: Parts, entry: Entry) -> Channel[Any] | None:
    said = entry.payload
    return parts.channels.get(said.channel) if isinstance(said, MessageSent | DeliveryRetried) else None


def _say(parts: Parts, sent: Entry, said: MessageDelivered | DeliveryFailed) -> None:
    now = parts.clock()
    key = f"delivered:{said.message}" if isinstance(said, MessageDelivered) else None
    with parts.database.write() as session:
        timeline.append(session, parts.scope, NewEntry(sent.customer, said, now, sent.conversation, key), now)


DELIVER = Reaction(
    "deliver",
    frozenset({"message_sent", "delivery_retried"}),
    deliver,
    retries=Retries(attempts=8, first=timedelta(seconds=5), factor=4, longest=timedelta(hours=4)),
    begin=outbox.before_first_waiting,
    gave_up=give_up,
)
