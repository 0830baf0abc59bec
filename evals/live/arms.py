"""Who was written to first and who was held out by the draw, with what came of it; refusals and stops beside."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import nan

from sqlalchemy.orm import Session

from evals.live.stories import Contact, Story, Survey
from evals.live.work import active
from knowledge.customers import persons, timeline
from knowledge.customers.entries import Entry, OrderRecorded
from knowledge.customers.outreach_entries import KINDS, OutreachHeldOut, OutreachProposed, OutreachRefused
from knowledge.customers.seldom import of_kinds
from knowledge.customers.tables import EntryRow
from knowledge.ids import CustomerId
from knowledge.scope import Scope, within

# How long after the draw what a customer does is put down to it.
OUTCOME = timedelta(days=14)


@dataclass(frozen=True)
class Reached:
    """A person whom a trigger would have reached; `held_out`: the draw gave them nothing. What came in 14 days:
    how often they contacted us, agents' hours until they did so a second time, what they answered to surveys, and
    whether they bought something."""

    trigger: str
    held_out: bool
    at: datetime
    contacts: int = 0
    hours: float = 0.0
    surveys: tuple[Survey, ...] = ()
    bought: bool = False

    @property
    def effort(self) -> float | None:
        """Their mean effort score (CES 2.0, 7 is easy), None where they said nothing."""
        scores = [one.score for one in self.surveys if one.kind == "ces"]
        return sum(scores) / len(scores) if scores else None

    @property
    def satisfied(self) -> float:
        """1 when their last rating was 4 or 5 of 5, 0 when lower, NaN where they gave none."""
        return satisfied(self.surveys)


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
    query = timeline.ENTRIES.where(of_kinds(scope, *KINDS), EntryRow.at >= since)
    entries = [timeline.read_row(row) for row in session.execute(query.order_by(EntryRow.at, EntryRow.seq))]
    stops = [(one.customer, one.at) for one in entries if one.kind == "outreach_stopped"]
    return Outreached(
        _arms(session, scope, stories, entries),
        [(one.at, one.payload.rule) for one in entries if isinstance(one.payload, OutreachRefused)],
        [(one.at, _stopped(one, stops)) for one in entries if one.kind == "outreach_sent"],
    )


def _arms(session: Session, scope: Scope, stories: Sequence[Story], entries: Sequence[Entry]) -> list[Reached]:
    begun: dict[str, list[Story]] = {}
    for story in stories:
        begun.setdefault(story.customer, []).append(story)
    first: dict[tuple[str, CustomerId], Entry] = {}
    for one in entries:
        if isinstance(one.payload, OutreachProposed | OutreachHeldOut):
            first.setdefault((one.payload.trigger, one.customer), one)
    bought = _bought(session, scope) if first else {}
    found = []
    for (trigger, customer), one in first.items():
        own = persons.records_of(session, scope, customer)  # whichever of a person's records things stand in
        told = [story for record in own for story in begun.get(record, ())]
        found.append(_reached(trigger, one, told, [at for record in own for at in bought.get(record, ())]))
    return found


def _bought(session: Session, scope: Scope) -> dict[str, list[datetime]]:
    """When each record's orders were first told of."""
    query = timeline.ENTRIES.where(within(scope, EntryRow), EntryRow.kind == "order_recorded")
    first: dict[tuple[str, str], datetime] = {}
    for one in map(timeline.read_row, session.execute(query.order_by(EntryRow.at, EntryRow.seq))):
        if isinstance(one.payload, OrderRecorded):
            first.setdefault((one.customer, one.payload.order), one.at)
    found: dict[str, list[datetime]] = {}
    for (customer, _), at in first.items():
        found.setdefault(customer, []).append(at)
    return found


def _reached(trigger: str, entry: Entry, stories: Sequence[Story], bought: Sequence[datetime]) -> Reached:
    until = entry.at + OUTCOME
    contacts = [one for story in stories for one in story.contacts if entry.at < one.end and one.start <= until]
    surveys = tuple(one for story in stories for one in story.surveys if entry.at < one.at <= until)
    hours, wrote = first_hours(contacts)
    held_out = isinstance(entry.payload, OutreachHeldOut)
    orders = any(entry.at < at <= until for at in bought)
    return Reached(trigger, held_out, entry.at, wrote, hours, surveys, orders)


def satisfied(surveys: Sequence[Survey]) -> float:
    """1 when the last rating of satisfaction was 4 or 5 of 5, 0 when lower, NaN where there is none."""
    last = max((one for one in surveys if one.kind == "csat"), key=lambda one: one.at, default=None)
    return nan if last is None else float(last.score >= 4)


def first_hours(contacts: Sequence[Contact]) -> tuple[float, int]:
    """Agents' hours until the customer contacts us a second time, and how often they did."""
    ordered = sorted(contacts, key=lambda one: one.start)
    wrote = [one for one in ordered if any(said.speaker == "customer" for said in one.messages)]
    until = wrote[1].start if len(wrote) > 1 else None
    first = [one for one in ordered if until is None or one.start < until]
    return sum(sum(active(one).values()) for one in first) / 3600, len(wrote)


def _stopped(sent: Entry, stops: Sequence[tuple[CustomerId, datetime]]) -> bool:
    return any(who == sent.customer and sent.at < at <= sent.at + OUTCOME for who, at in stops)
