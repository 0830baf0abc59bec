"""The facts of one message, read from the record at the moment of asking."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.outreach.choosing import Way
from assistant.outreach.facts import Content, Facts
from assistant.outreach.stopping import HEARD, said_stop, wrote_first
from knowledge.customers import erasure, holds, remaining, suppression
from knowledge.customers.consent import Consents, consents_of
from knowledge.customers.entries import Entry, MessageReceived
from knowledge.customers.outreach_entries import EVERYTHING
from knowledge.customers.record import Customer
from knowledge.customers.suppression import Mark
from knowledge.customers.tables import ConversationRow
from knowledge.ids import EntryId
from knowledge.scope import Scope, within

# Attributes and tags of a customer that mean: leave them alone.
ALONE = ("complaint", "bereavement", "vulnerable", "do_not_contact")
_PHONES = frozenset({"phone", "sms", "whatsapp"})


@dataclass(frozen=True)
class Message:
    """What would be sent: why, on which way, what is known of its words, and whether the draw holds it out.

    `leaving` is the message itself once it is in the outbox: it is no attempt before itself.
    """

    purpose: str
    way: Way
    content: Content
    held_out: bool = False
    leaving: EntryId | None = None


def read_facts(session: Session, scope: Scope, customer: Customer, message: Message, now: datetime) -> Facts:
    """Return what the guard looks at, for a message to a customer."""
    way = message.way
    told = remaining.of_kinds(session, scope, customer.records, HEARD)
    consents = consents_of(session, scope, customer.records)
    return Facts(
        at=now,
        purpose=message.purpose,
        channel=way.channel,
        certainty=1.0 if any(known.verified for known in customer.handles) else 0.5,
        erased=any(erasure.find_certificate(session, scope, one) is not None for one in customer.records),
        suppressed=suppression.load(session, scope).since(Mark(way.address.kind, way.address.value)) is not None,
        held=holds.hold_on(session, scope, customer.records) is not None,
        consents=consents,
        verified=way.verified,
        stops=tuple(_stops(session, scope, customer, told, consents)),
        zones=zones_of(customer),
        last_inbound=_last_inbound(told, way.channel),
        attempts=attempts(told, message.leaving),
        content=message.content,
        held_out=message.held_out,
    )


def attempts(told: Iterable[Entry], leaving: EntryId | None = None) -> tuple[datetime, ...]:
    """Return when we wrote to somebody first, but for the message that is about to leave."""
    return tuple(one.at for one in told if wrote_first(one) and getattr(one.payload, "message", None) != leaving)


def _stops(session: Session, scope: Scope, customer: Customer, told: list[Entry], consents: Consents) -> Iterable[str]:
    tags = customer.attributes.get("tags")
    tagged = {str(one) for one in tags} if isinstance(tags, list | tuple) else set()
    for name in ALONE:
        if customer.attributes.get(name) or name in tagged:
            yield name
    theirs = within(scope, ConversationRow), ConversationRow.customer.in_(customer.records)
    heard = ConversationRow.status == "open", ConversationRow.last_received_at.is_not(None)
    if session.scalar(select(ConversationRow.id).where(*theirs, *heard).limit(1)) is not None:
        yield "open_issue"
    # Their word counts before anything has acted on it.
    said, acted = said_stop(told), consents.standing(EVERYTHING, "")
    if said is not None and (acted is None or acted.at < said.at):
        yield "said_stop"


def _last_inbound(told: list[Entry], channel: str) -> datetime | None:
    heard = (one.at for one in told if isinstance(one.payload, MessageReceived) and one.payload.channel == channel)
    return max(heard, default=None)


def zones_of(customer: Customer) -> tuple[str, ...]:
    """Return the zone a customer told us, else every zone their telephone numbers may be in; none: not known."""
    if customer.timezone:
        return (customer.timezone,)
    numbers = {known.handle.value for known in customer.handles if known.handle.kind in _PHONES}
    return tuple(sorted({zone for number in numbers for zone in _zones_of(number)}))


def _zones_of(number: str) -> tuple[str, ...]:
    import phonenumbers
    from phonenumbers.timezone import time_zones_for_number

    try:
        return tuple(time_zones_for_number(phonenumbers.parse(number)))
    except phonenumbers.NumberParseException:
        return ()
