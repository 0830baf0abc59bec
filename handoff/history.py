"""History: what routing learns from, read from the record: how conversations ended, and where customers answered."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby, pairwise

from sqlalchemy.orm import Session

from handoff.agents.scoring import Outcome, Subject
from handoff.channels.prediction import Contact
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
from knowledge.customers.tables import EntryRow
from knowledge.scope import Scope, within

KINDS = (
    "conversation_opened",
    "conversation_assigned",
    "message_received",
    "message_sent",
    "status_changed",
    "survey_answered",
)
# Whoever writes again within this time was not done.
REOPENING = timedelta(days=7)
# Whoever has not answered after this time was not reached.
REACHING = timedelta(days=2)
CONTENT = {"csat": 3, "ces": 4, "nps": 7}
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
    """Return how conversations ended that a colleague owned, by time; what may still reopen is left out."""
    found = sorted(
        (one for entries in conversations(session, scope) if (one := _ended(entries, plan, now))),
        key=lambda one: one[1].at,
    )
    served: dict[str, set[str]] = {}
    told = []
    for customer, outcome in found:
        before = frozenset(served.get(customer, ()))
        told.append(_knowing(outcome, before))
        if outcome.well:
            served.setdefault(customer, set()).add(outcome.agent)
    return told


def _knowing(outcome: Outcome, before: frozenset[str]) -> Outcome:
    return replace(outcome, subject=replace(outcome.subject, served_by=before))


def _ended(entries: Sequence[Entry], plan: Plan, now: datetime) -> tuple[str, Outcome] | None:
    owner, closed = "", None
    for entry in entries:
        match entry.payload:
            case ConversationAssigned() if closed is None:
                owner = entry.payload.owner or owner
            case StatusChanged(status="resolved") if closed is None:
                closed = entry
    if closed is None or not owner or owner == "bot" or closed.at + REOPENING > now:
        return None
    later = [entry for entry in entries if closed.at < entry.at <= closed.at + REOPENING]
    reopened = any(isinstance(entry.payload, MessageReceived) for entry in later)
    unhappy = any(
        isinstance(entry.payload, SurveyAnswered) and entry.payload.score < CONTENT[entry.payload.survey]
        for entry in entries
    )
    subject = Subject(plan.topic_of(_said(entries)), _channel(entries))
    known = closed.at + REOPENING
    well = not reopened and not unhappy
    return str(closed.customer), Outcome(
        owner, subject, closed.at, well, known_at=known, conversation=str(closed.conversation)
    )


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
