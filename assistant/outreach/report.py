"""What came of it: whom each trigger would have reached, and what writing first did, against those held out."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy.orm import Session

from assistant.outreach import people
from assistant.outreach.firing import firings
from assistant.outreach.looking import reading
from assistant.outreach.triggers import Plan
from assistant.outreach.uplift import Uplift, of_means, of_rates
from knowledge.customers import remaining, timeline
from knowledge.customers.entries import Entry, MessageReceived, SurveyAnswered
from knowledge.customers.outreach_entries import KINDS, OutreachHeldOut, OutreachProposed, OutreachRefused
from knowledge.customers.seldom import of_kinds
from knowledge.customers.tables import EntryRow
from knowledge.ids import CustomerId, EntryId
from knowledge.scope import Scope

AT_ONCE = 1_000
PREVIEW = timedelta(days=90)
OUTCOME = timedelta(days=14)


@dataclass(frozen=True)
class Reached:
    """A person whom a trigger would have reached: when first, why, how often, and because of which entry."""

    trigger: str
    customer: CustomerId
    at: datetime
    why: str
    times: int
    evidence: EntryId | None


def preview(session: Session, scope: Scope, plan: Plan, now: datetime, since: timedelta = PREVIEW) -> list[Reached]:
    """Return whom each trigger would have gone off for; the guard is asked only when something is really proposed."""
    known = people.others(session, scope, plan)
    found: list[Reached] = []
    for person, entries in people.reached(session, scope, reading(plan.triggers, now, since)):
        for trigger in plan.triggers:
            times = [one for one in firings(trigger.when, person, entries, known, now) if one.at > now - since]
            if times:
                first = times[0]
                found.append(Reached(trigger.name, person, first.at, first.why, len(times), first.evidence))
    return sorted(found, key=lambda one: (one.trigger, one.at, one.customer))


@dataclass(frozen=True)
class Told:
    """One trigger: how many entries of each kind, refusals by rule, and the uplift once its 14 days are over.

    `contacts` is the difference in the share who wrote to us (below 0: fewer had to), `ratings` in the mean rating.
    Everybody who was to be written to counts, whether or not the message left (intention to treat).
    """

    trigger: str
    counts: dict[str, int] = field(default_factory=dict)
    refusals: dict[str, int] = field(default_factory=dict)
    contacts: Uplift | None = None
    ratings: Uplift | None = None


def report(session: Session, scope: Scope, now: datetime) -> list[Told]:
    """Return what came of every trigger that has entries; they are read one by one."""
    query = timeline.ENTRIES.where(of_kinds(scope, *KINDS)).order_by(EntryRow.at, EntryRow.seq)
    told: dict[str, _Came] = {}
    for row in session.execute(query.execution_options(yield_per=AT_ONCE)):
        entry = timeline.read_row(row)
        trigger = getattr(entry.payload, "trigger", "")
        if trigger:
            told.setdefault(trigger, _Came()).add(entry, now)
    return [_of_trigger(session, scope, name, told[name]) for name in sorted(told)]


@dataclass
class _Came:
    """What came of a trigger, counted as its entries are read: `arms` are those written to and those held out."""

    counts: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    arms: tuple[dict[CustomerId, datetime], dict[CustomerId, datetime]] = field(default_factory=lambda: ({}, {}))

    def add(self, entry: Entry, now: datetime) -> None:
        self.counts[entry.kind.removeprefix("outreach_")] += 1
        if isinstance(entry.payload, OutreachRefused):
            self.rules[entry.payload.rule] += 1
        elif isinstance(entry.payload, OutreachProposed | OutreachHeldOut) and entry.at <= now - OUTCOME:
            self.arms[isinstance(entry.payload, OutreachHeldOut)].setdefault(entry.customer, entry.at)


def _of_trigger(session: Session, scope: Scope, name: str, came: _Came) -> Told:
    written, out = (_outcomes(session, scope, arm) for arm in came.arms)
    return Told(
        name,
        dict(came.counts),
        dict(came.rules),
        of_rates(written.wrote, written.people, out.wrote, out.people),
        of_means(written.ratings, out.ratings),
    )


@dataclass(frozen=True)
class _Outcomes:
    people: int
    wrote: int
    ratings: list[float]


def _outcomes(session: Session, scope: Scope, arm: dict[CustomerId, datetime]) -> _Outcomes:
    wrote, ratings, persons = set[CustomerId](), list[float](), iter(arm)
    while batch := list(islice(persons, AT_ONCE // 2)):
        whose = people.records_of(session, scope, batch)
        for one in remaining.of_kinds(session, scope, list(whose), ("message_received", "survey_answered")):
            person, said = whose[one.customer], one.payload
            if not arm[person] < one.at <= arm[person] + OUTCOME:
                continue
            if isinstance(said, MessageReceived):
                wrote.add(person)
            elif isinstance(said, SurveyAnswered) and said.survey == "csat":
                ratings.append(float(said.score))
    return _Outcomes(len(arm), len(wrote), ratings)
