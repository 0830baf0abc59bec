"""What came of it: whom each trigger would have reached, and what writing first did, against those held out."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.outreach import people
from assistant.outreach.firing import firings
from assistant.outreach.triggers import Plan
from assistant.outreach.uplift import Uplift, of_means, of_rates
from knowledge.customers import persons, remaining
from knowledge.customers.entries import Entry, MessageReceived, SurveyAnswered
from knowledge.customers.outreach_entries import KINDS, OutreachHeldOut, OutreachProposed, OutreachRefused
from knowledge.customers.tables import EntryRow
from knowledge.ids import CustomerId, EntryId
from knowledge.scope import Scope, within

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
    for person, entries in people.everybody(session, scope):
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
    """Return what came of every trigger that has entries."""
    named = select(EntryRow.customer).where(within(scope, EntryRow), EntryRow.kind.in_(KINDS)).distinct()
    customers = [CustomerId(one) for one in session.scalars(named)]
    told: dict[str, list[Entry]] = {}
    for one in remaining.of_kinds(session, scope, customers, KINDS):
        trigger = getattr(one.payload, "trigger", "")
        if trigger:
            told.setdefault(trigger, []).append(one)
    return [_of_trigger(session, scope, (name, told[name]), now) for name in sorted(told)]


def _of_trigger(session: Session, scope: Scope, about: tuple[str, list[Entry]], now: datetime) -> Told:
    name, entries = about
    arms: tuple[dict[CustomerId, datetime], dict[CustomerId, datetime]] = ({}, {})
    for one in entries:
        if isinstance(one.payload, OutreachProposed | OutreachHeldOut) and one.at <= now - OUTCOME:
            arms[isinstance(one.payload, OutreachHeldOut)].setdefault(one.customer, one.at)
    written, out = (_outcomes(session, scope, arm) for arm in arms)
    rules = Counter(one.payload.rule for one in entries if isinstance(one.payload, OutreachRefused))
    return Told(
        name,
        dict(Counter(one.kind.removeprefix("outreach_") for one in entries)),
        dict(rules),
        of_rates(written.wrote, written.people, out.wrote, out.people),
        of_means(written.ratings, out.ratings),
    )


@dataclass(frozen=True)
class _Outcomes:
    people: int
    wrote: int
    ratings: list[float]


def _outcomes(session: Session, scope: Scope, arm: dict[CustomerId, datetime]) -> _Outcomes:
    wrote, ratings = 0, []
    for person, at in arm.items():
        records = persons.records_of(session, scope, person)
        after = remaining.of_kinds(session, scope, records, ("message_received", "survey_answered"))
        theirs = [one.payload for one in after if at < one.at <= at + OUTCOME]
        wrote += any(isinstance(said, MessageReceived) for said in theirs)
        ratings += [float(said.score) for said in theirs if isinstance(said, SurveyAnswered) and said.survey == "csat"]
    return _Outcomes(len(arm), wrote, ratings)
