"""Acting on rules: what waits is looked at, and what fires is written down once, with its reason and due time."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from handoff.escalation.situation import fires, passed_rules, situation
from handoff.plan import Plan, Target
from knowledge.customers import inbox, remaining, timeline
from knowledge.customers.conversations import Wanted, get_conversation, list_conversations
from knowledge.customers.entries import Entry
from knowledge.customers.record import get_customers
from knowledge.customers.routing_entries import ConversationEscalated
from knowledge.customers.timeline import NewEntry
from knowledge.ids import ConversationId
from knowledge.scope import Scope

MOST = 500


def escalate_waiting(session: Session, scope: Scope, plan: Plan, now: datetime) -> list[Entry]:
    """Write down what fires on conversations whose customers wait; each rule once a conversation."""
    timeline.hold(session, scope)
    return [timeline.append(session, scope, new, now) for new in firing(session, scope, plan, now)]


def firing(session: Session, scope: Scope, plan: Plan, now: datetime) -> list[NewEntry]:
    """Return what fires now, without writing it down."""
    if not plan.escalation:
        return []
    found = list_conversations(session, scope, Wanted(waiting=True), limit=MOST)
    people = get_customers(session, scope, list({one.customer for one in found}))
    fires_now = []
    for one in found:
        entries = remaining.of_conversation(session, one.id)
        vip = plan.is_vip(people[one.customer].attributes)
        fired = fires(plan, situation(one, entries, vip, plan, now), passed_rules(entries))
        if fired is not None:
            rule = fired.rule
            payload = ConversationEscalated(rule.name, rule.to, rule.priority, fired.why, fired.due)
            fires_now.append(NewEntry(one.customer, payload, now, one.id, f"rule:{one.id}:{rule.name}"))
    return fires_now


@dataclass(frozen=True)
class Call:
    """A colleague's call for more: for which conversation, whom, and why."""

    conversation: ConversationId
    to: Target
    why: str
    author: str


def escalate(session: Session, scope: Scope, call: Call, now: datetime) -> Entry:
    """Ask by hand for a specialist, a manager or a faster reply.

    Raises:
        NotFound: there is no such conversation.
        Rejected: no reason was given.
    """
    timeline.hold(session, scope)
    found = get_conversation(session, scope, call.conversation)
    payload = ConversationEscalated("", call.to, "high", inbox.clean(call.why, most=1_000), author=call.author)
    return timeline.append(session, scope, NewEntry(found.customer, payload, now, found.id), now)
