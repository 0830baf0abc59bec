"""Who was written to first and who was held out by the draw, with what came of it; refusals and stops beside."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from evals.live.stories import Contact, Story
from evals.live.work import active
from knowledge.customers import persons, timeline
from knowledge.customers.entries import Entry
from knowledge.customers.outreach_entries import KINDS, OutreachHeldOut, OutreachProposed, OutreachRefused
from knowledge.customers.tables import EntryRow
from knowledge.ids import CustomerId
from knowledge.scope import Scope, within

# How long after the draw what a customer does is put down to it.
OUTCOME = timedelta(days=14)


@dataclass(frozen=True)
class Reached:
    """A person whom a trigger would have reached; `held_out`: the draw gave them nothing. What came in 14 days:
    how often they contacted us, and agents' hours until they did so a second time."""

    trigger: str
    held_out: bool
    at: datetime
    contacts: int = 0
    hours: float = 0.0


@dataclass(frozen=True)
class Outreached:
    """All of it: both arms, refusals with their rule, messages sent, and who said stop after one."""

    reached: Sequence[Reached] = field(default_factory=tuple)
    refused: Sequence[tuple[datetime, str]] = field(default_factory=tuple)
    sent: Sequence[tuple[datetime, bool]] = field(default_factory=tuple)


def read_outreached(session: Session, scope: Scope, stories: Sequence[Story], since: datetime) -> Outreached:
    """Read what outreach did from `since` on. A person counts once for each trigger, when it first went off.

    Everybody who was to be written to is in the arm, whether or not the message left (intention to treat). `sent`
    tells of each message whether its customer said stop within 14 days.
    """
    query = timeline.ENTRIES.where(within(scope, EntryRow), EntryRow.kind.in_(KINDS), EntryRow.at >= since)
    entries = [timeline.read_row(row) for row in session.execute(query.order_by(EntryRow.at, EntryRow.seq))]
    stops = [(one.customer, one.at) for one in entries if one.kind == "outreach_stopped"]
    return Outreached(
        _arms(session, scope, stories, entries),
        [(one.at, one.payload.rule) for one in entries if isinstance(one.payload, OutreachRefused)],
        [(one.at, _stopped(one, stops)) for one in entries if one.kind == "outreach_sent"],
    )


def _arms(session: Session, scope: Scope, stories: Sequence[Story], entries: Sequence[Entry]) -> list[Reached]:
    begun: dict[str, list[Contact]] = {}
    for story in stories:
        begun.setdefault(story.customer, []).extend(story.contacts)
    first: dict[tuple[str, CustomerId], Entry] = {}
    for one in entries:
        if isinstance(one.payload, OutreachProposed | OutreachHeldOut):
            first.setdefault((one.payload.trigger, one.customer), one)
    return [
        _reached(trigger, one, _contacts(session, scope, customer, begun)) for (trigger, customer), one in first.items()
    ]


def _contacts(session: Session, scope: Scope, customer: CustomerId, begun: dict[str, list[Contact]]) -> list[Contact]:
    """A person's contacts, whichever of their records they stand in."""
    return [one for record in persons.records_of(session, scope, customer) for one in begun.get(record, ())]


def _reached(trigger: str, entry: Entry, contacts: Sequence[Contact]) -> Reached:
    after = [one for one in contacts if entry.at < one.end and one.start <= entry.at + OUTCOME]
    hours, wrote = first_hours(after)
    return Reached(trigger, isinstance(entry.payload, OutreachHeldOut), entry.at, wrote, hours)


def first_hours(contacts: Sequence[Contact]) -> tuple[float, int]:
    """Agents' hours until the customer contacts us a second time, and how often they did."""
    ordered = sorted(contacts, key=lambda one: one.start)
    wrote = [one for one in ordered if any(said.speaker == "customer" for said in one.messages)]
    until = wrote[1].start if len(wrote) > 1 else None
    first = [one for one in ordered if until is None or one.start < until]
    return sum(sum(active(one).values()) for one in first) / 3600, len(wrote)


def _stopped(sent: Entry, stops: Sequence[tuple[CustomerId, datetime]]) -> bool:
    return any(who == sent.customer and sent.at < at <= sent.at + OUTCOME for who, at in stops)
