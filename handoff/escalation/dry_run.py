"""The dry run: what the rules would have done over a stretch of history, had they been there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.escalation.situation import Fired, fires, pauses, situation, unanswered
from handoff.plan import Plan
from knowledge.customers import remaining
from knowledge.customers.conversations import Conversation, get_conversation
from knowledge.customers.entries import Entry, MessageReceived, MessageSent, StatusChanged
from knowledge.customers.record import get_customers
from knowledge.customers.tables import ConversationRow
from knowledge.hours import after
from knowledge.ids import ConversationId
from knowledge.scope import Scope, within

MOST = 20_000


@dataclass(frozen=True)
class Would:
    """A rule that would have fired: in which conversation, when, and the rule with its reason."""

    conversation: ConversationId
    at: datetime
    fired: Fired


def dry_run(session: Session, scope: Scope, plan: Plan, since: datetime, until: datetime) -> Iterator[Would]:
    """Yield what would have fired between two moments, conversation by conversation, in the order of time."""
    query = select(ConversationRow.id).where(
        within(scope, ConversationRow), ConversationRow.last_at >= since, ConversationRow.opened_at <= until
    )
    for key in session.scalars(query.order_by(ConversationRow.opened_at, ConversationRow.id).limit(MOST)).all():
        found = get_conversation(session, scope, ConversationId(key))
        customer = get_customers(session, scope, [found.customer]).get(found.customer)
        vip = customer is not None and plan.is_vip(customer.attributes)
        entries = sorted(remaining.of_conversation(session, found.id), key=lambda one: (one.at, one.seq))
        yield from _would(found, entries, vip, plan, (since, until))


def _would(
    found: Conversation, entries: Sequence[Entry], vip: bool, plan: Plan, span: tuple[datetime, datetime]
) -> Iterator[Would]:
    passed: frozenset[str] = frozenset()
    for at in _moments(entries, plan, span[1]):
        if not span[0] <= at <= span[1] or not unanswered([one for one in entries if one.at <= at]):
            continue
        while fired := fires(plan, situation(found, entries, vip, plan, at), passed):
            passed |= {fired.rule.name}
            yield Would(found.id, at, fired)


def _moments(entries: Sequence[Entry], plan: Plan, until: datetime) -> list[datetime]:
    """Return when a rule can begin to fire: at each message, and when a wait reaches a limit before it ends."""
    limits = {rule.when.waited_minutes for rule in plan.escalation if rule.when.waited_minutes}
    moments = {entry.at for entry in entries if isinstance(entry.payload, MessageReceived)}
    rests = pauses(entries)
    for place, entry in enumerate(entries):
        if isinstance(entry.payload, MessageReceived):
            ends = next((one.at for one in entries[place + 1 :] if _settles(one)), until)
            reached = (after(plan.calendar, entry.at, timedelta(minutes=limit), rests) for limit in limits)
            moments |= {at for at in reached if at is not None and at < ends}
    return sorted(moments)


def _settles(entry: Entry) -> bool:
    payload = entry.payload
    answered = isinstance(payload, MessageSent) and not payload.holding
    return answered or (isinstance(payload, StatusChanged) and payload.status == "resolved")
