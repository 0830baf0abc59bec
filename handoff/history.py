"""History: what routing learns from, read from the record: how conversations ended, and where customers answered."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby, pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.agents.agent import agent_of
from handoff.agents.scoring import Outcome, Subject, busyness
from handoff.agents.workload import Span, Workload, complexity_of
from handoff.assignment.queue import most_urgent
from handoff.channels.prediction import Contact
from handoff.learning.evidence import EPOCH
from handoff.plan import Plan
from knowledge.customers import timeline
from knowledge.customers.entries import (
    ConversationAssigned,
    ConversationOpened,
    Entry,
    MessageReceived,
    MessageSent,
    StatusChanged,
    SurveyAnswered,
)
from knowledge.customers.issue_entries import IssueLinked
from knowledge.customers.record import Customer, get_customers
from knowledge.customers.routing_entries import ConversationEscalated
from knowledge.customers.tables import ConversationRow, EntryRow
from knowledge.ids import CustomerId
from knowledge.scope import Scope, within
from knowledge.staff.people import list_staff

KINDS = (
    "conversation_opened",
    "conversation_assigned",
    "message_received",
    "message_sent",
    "status_changed",
    "survey_answered",
    "conversation_escalated",
    "issue_linked",
)
# Whoever writes again within this time was not done.
REOPENING = timedelta(days=7)
# Whoever has not answered after this time was not reached.
REACHING = timedelta(days=2)
CONTENT = {"csat": 3, "ces": 4, "nps": 7, "fcr": 0}
AT_ONCE = 5_000


def conversations(session: Session, scope: Scope) -> Iterator[list[Entry]]:
    """Yield the entries of each conversation that tell how it went, in the order they happened."""
    query = timeline.ENTRIES.where(
        within(scope, EntryRow), EntryRow.kind.in_(KINDS), EntryRow.conversation.is_not(None)
    ).order_by(EntryRow.conversation, EntryRow.at, EntryRow.seq)
    rows = session.execute(query.execution_options(yield_per=AT_ONCE))
    entries = (timeline.read_row(row) for row in rows)
    for _, group in groupby(entries, key=lambda entry: entry.conversation):
        yield [entry for entry in group if entry.payload is not None]


def outcomes(session: Session, scope: Scope, plan: Plan, now: datetime) -> list[Outcome]:
    """Return how conversations ended that a colleague owned, by when they took them; what may reopen is left out.

    Everything is as it was when they took it: what had been said, how urgent it was, how busy they were, and whom they
    were known to have served well.
    """
    found: list[tuple[str, Outcome]] = []
    spans: list[Span] = []
    begun: defaultdict[str, list[Begun]] = defaultdict(list)
    for entries in conversations(session, scope):
        spans += _spans(entries, now)
        begun[str(entries[0].customer) if entries else ""].append(_begun(entries, plan))
        found += [one] if (one := _ended(entries, plan, now)) else []
    found.sort(key=lambda one: one[1].at)
    people = get_customers(session, scope, list({CustomerId(customer) for customer, _ in found}))
    agents = {person.email: agent_of(person) for person in list_staff(session, scope)}
    busy = Workload(spans)
    served: defaultdict[str, list[tuple[datetime, str]]] = defaultdict(list)
    told = []
    for customer, outcome in found:
        person, agent = people.get(CustomerId(customer)), agents.get(outcome.agent)
        well = outcome.well and not _came_again(outcome, begun[customer])
        subject = replace(outcome.subject, served_by=_served(served[customer], outcome.at))
        if person is not None:
            ahead = subject.priority == "normal" and plan.is_vip(person.attributes)
            subject = replace(subject, timezone=person.timezone, priority="high" if ahead else subject.priority)
        has = {subject.channel: busy.had(outcome.agent, subject.channel, outcome.at)}
        taken = busyness(agent, subject.channel, has) if agent else 0.0
        zone = agent.calendar.timezone if agent else ""
        told.append(replace(outcome, subject=subject, busy=taken, agent_timezone=zone, well=well))
        if well and outcome.known_at is not None:
            served[customer].append((outcome.known_at, outcome.agent))
    return told


@dataclass(frozen=True)
class Begun:
    """A conversation that a customer began, about which topic and which issues."""

    conversation: str
    at: datetime
    topic: str
    issues: frozenset[str]


def _begun(entries: Sequence[Entry], plan: Plan) -> Begun:
    if not entries:
        return Begun("", EPOCH, "", frozenset())
    issues = frozenset(str(one.payload.issue) for one in entries if isinstance(one.payload, IssueLinked))
    return Begun(str(entries[0].conversation), entries[0].at, plan.topic_of(_said(entries)), issues)


def _came_again(outcome: Outcome, theirs: Sequence[Begun]) -> bool:
    """Whether the customer began another conversation about the same within the time for reopening, on any channel."""
    mine = next((one for one in theirs if one.conversation == outcome.conversation), None)
    if mine is None or outcome.known_at is None:
        return False
    after = [one for one in theirs if outcome.known_at - REOPENING < one.at <= outcome.known_at]
    return any((one.topic and one.topic == mine.topic) or one.issues & mine.issues for one in after)


def _served(well: Sequence[tuple[datetime, str]], at: datetime) -> frozenset[str]:
    return frozenset(agent for known, agent in well if known <= at)


def served_before(
    session: Session, scope: Scope, people: Iterable[Customer], now: datetime
) -> dict[CustomerId, set[str]]:
    """Return for each person which colleagues resolved a conversation of theirs that stayed so for a week.

    That is what `outcomes` calls served well, as far as conversations' present states tell it.
    """
    whose = {record: person.id for person in people for record in (person.records or (person.id,))}
    query = select(ConversationRow.customer, ConversationRow.owner).where(
        within(scope, ConversationRow),
        ConversationRow.customer.in_(whose),
        ConversationRow.status == "resolved",
        ConversationRow.status_at <= now - REOPENING,
        ConversationRow.owner.is_not(None),
        ConversationRow.owner != "bot",
    )
    found: defaultdict[CustomerId, set[str]] = defaultdict(set)
    for record, owner in session.execute(query):
        found[whose[CustomerId(record)]].add(str(owner))
    return found


def _ended(entries: Sequence[Entry], plan: Plan, now: datetime) -> tuple[str, Outcome] | None:
    taken: Entry | None = None
    closed = None
    for entry in entries:
        match entry.payload:
            case ConversationAssigned() if closed is None:
                taken = entry if entry.payload.owner else taken
            case StatusChanged(status="resolved") if closed is None:
                closed = entry
    owner = taken.payload.owner if taken and isinstance(taken.payload, ConversationAssigned) else None
    if closed is None or taken is None or not owner or owner == "bot" or closed.at + REOPENING > now:
        return None
    later = [entry for entry in entries if closed.at < entry.at <= closed.at + REOPENING]
    reopened = any(isinstance(entry.payload, MessageReceived) for entry in later)
    unhappy = any(
        isinstance(entry.payload, SurveyAnswered) and entry.payload.score < CONTENT[entry.payload.survey]
        for entry in entries
    )
    before = [entry for entry in entries if entry.at <= taken.at]
    subject = Subject(
        plan.topic_of(_said(before)), _channel(entries), priority=_priority(before), complexity=complexity_of(before)
    )
    return str(closed.customer), Outcome(
        owner,
        subject,
        taken.at,
        not reopened and not unhappy,
        known_at=closed.at + REOPENING,
        conversation=str(closed.conversation),
    )


def _priority(entries: Sequence[Entry]) -> str:
    asked = [one.payload.priority for one in entries if isinstance(one.payload, ConversationEscalated)]
    public = any(isinstance(one.payload, ConversationOpened) and one.payload.public for one in entries)
    found = most_urgent(asked)
    return "high" if found == "normal" and public else found


def _spans(entries: Sequence[Entry], now: datetime) -> Iterator[Span]:
    """Yield who had a conversation from when until when."""
    owner, since = "", now
    for entry in entries:
        ends = isinstance(entry.payload, StatusChanged) and entry.payload.status == "resolved"
        if isinstance(entry.payload, ConversationAssigned) or ends:
            if owner:
                yield Span(owner, _channel(entries), since, entry.at)
            owner = entry.payload.owner or "" if isinstance(entry.payload, ConversationAssigned) else ""
            since = entry.at
    if owner:
        yield Span(owner, _channel(entries), since, now)


def _said(entries: Sequence[Entry]) -> str:
    return " ".join(entry.payload.text for entry in entries if isinstance(entry.payload, MessageReceived))


def _channel(entries: Sequence[Entry]) -> str:
    return next((entry.payload.channel for entry in entries if isinstance(entry.payload, ConversationOpened)), "")


def contacts(session: Session, scope: Scope, plan: Plan, timezones: dict[str, str], now: datetime) -> list[Contact]:
    """Return every turn of ours that a customer might have answered, and whether they did; zones by customer."""
    found = [
        contact
        for entries in conversations(session, scope)
        for contact in _turns(entries, plan, timezones.get(str(entries[0].customer), "") if entries else "", now)
    ]
    return sorted(found, key=lambda contact: contact.at)


def _turns(entries: Sequence[Entry], plan: Plan, timezone: str, now: datetime) -> Iterator[Contact]:
    spoken = [entry for entry in entries if isinstance(entry.payload, MessageReceived | MessageSent)]
    closed = any(isinstance(entry.payload, StatusChanged) and entry.payload.status == "resolved" for entry in entries)
    topic = plan.topic_of(_said(entries))
    for entry, after in pairwise([*spoken, None]):
        sent = entry.payload if entry else None
        if not isinstance(sent, MessageSent) or sent.holding or (after and isinstance(after.payload, MessageSent)):
            continue
        assert entry is not None
        if after is None and (closed or entry.at + REACHING > now):
            continue  # the answer that settled it needs none back; or there is still time
        reached = after is not None and after.at - entry.at <= REACHING
        yield Contact(
            customer=str(entry.customer),
            channel=sent.channel,
            at=entry.at,
            reached=reached,
            resolved=closed if reached else None,
            topic=topic,
            timezone=timezone or "UTC",
        )
