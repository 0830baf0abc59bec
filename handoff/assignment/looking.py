"""Looking: everything that waits for an owner, in the order it is served, and everybody who could serve."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.phrases import written_language
from handoff.agents.agent import Agent, Need, agent_of
from handoff.agents.rules import Load
from handoff.agents.scoring import Subject
from handoff.agents.workload import complexity_of
from handoff.assignment import offers
from handoff.assignment.offers import MOST, Offer
from handoff.assignment.queue import Priority, Waiting, in_order, most_urgent
from handoff.assignment.widening import Wide, wide_by_now
from handoff.history import served_before
from handoff.plan import Plan, least_role
from knowledge.customers import remaining
from knowledge.customers.conversations import Conversation, Wanted, list_conversations, waiting_since
from knowledge.customers.entries import Entry, MessageReceived, MessageSent
from knowledge.customers.record import get_customers
from knowledge.customers.routing_entries import ConversationEscalated, ConversationOffered
from knowledge.customers.tables import ConversationRow
from knowledge.ids import ConversationId
from knowledge.scope import Scope, within
from knowledge.staff.people import list_staff


@dataclass(frozen=True)
class Case:
    """A waiting conversation with all that routing knows about it."""

    conversation: Conversation
    since: datetime
    priority: Priority
    need: Need
    subject: Subject
    offer: Offer | None
    tries: int
    told: bool
    # Whether others than those with the skill may be asked by now.
    wide: Wide = "never"
    # What the customer writes in, else what their record says; empty where neither tells.
    language: str = ""

    @property
    def waiting(self) -> Waiting:
        """Its place in the queue."""
        return Waiting(self.conversation.id, self.since, self.priority)


@dataclass(frozen=True)
class Seen:
    """Everything the desk sees: the cases in the order they are served, the agents and what each has."""

    cases: tuple[Case, ...]
    agents: tuple[Agent, ...]
    loads: Mapping[str, Load]


def look(session: Session, scope: Scope, plan: Plan, now: datetime) -> Seen:
    """Return what waits for an owner, first to be served first, and who could serve."""
    found = list_conversations(session, scope, Wanted(waiting=True, owner=""), limit=MOST)
    since = waiting_since(session, scope, found)
    people = get_customers(session, scope, list({one.customer for one in found}))
    served = served_before(session, scope, people.values(), now)
    agents = tuple(agent_of(person) for person in list_staff(session, scope))
    spoken = frozenset(language for agent in agents for language in agent.languages)
    cases = []
    for one in found:
        customer = people[one.customer]
        entries = remaining.of_conversation(session, one.id)
        case = _case(one, since.get(one.id, one.last_at), entries, plan, now)
        ahead = case.priority == "normal" and (one.public or plan.is_vip(customer.attributes))
        # A language that nobody here speaks may be a mistake: it keeps nobody from being served.
        need = replace(case.need, language=case.language if case.language in spoken else customer.language)
        priority: Priority = "high" if ahead else case.priority
        known = frozenset(served.get(customer.id, ()))
        subject = replace(case.subject, timezone=customer.timezone, priority=priority, served_by=known)
        language = case.language or customer.language
        cases.append(replace(case, need=need, subject=subject, priority=priority, language=language))
    order = {one.conversation: place for place, one in enumerate(in_order(case.waiting for case in cases))}
    ordered = sorted(cases, key=lambda case: order[case.conversation.id])
    return Seen(tuple(ordered), agents, _loads(session, scope, ordered))


def _case(found: Conversation, since: datetime, entries: Sequence[Entry], plan: Plan, now: datetime) -> Case:
    texts = [one.payload.text for one in entries if isinstance(one.payload, MessageReceived)]
    escalated = [one.payload for one in entries if isinstance(one.payload, ConversationEscalated)]
    topic, asked = plan.topic_of(" ".join(texts)), {one.to for one in escalated}
    priority = most_urgent(one.priority for one in escalated)
    return Case(
        conversation=found,
        since=since,
        priority=priority,
        need=Need(
            at=now,
            channel=found.channel,
            skills=frozenset(plan.topics[topic].skills) if topic else frozenset(),
            role=least_role("manager" if "manager" in asked else None),
            refused=offers.refusers(entries),
        ),
        subject=Subject(topic, found.channel, priority=priority, complexity=complexity_of(entries)),
        offer=offers.standing(entries),
        tries=sum(isinstance(one.payload, ConversationOffered) for one in entries),
        told=_notified(entries, since),
        wide="never" if "specialist" in asked else wide_by_now(plan, topic, found.channel, since, now),
        language=written_language(texts),
    )


def _notified(entries: Sequence[Entry], since: datetime) -> bool:
    """Whether the customer was told, since they wait, that somebody will answer."""
    return any(one.at >= since and isinstance(one.payload, MessageSent) and one.payload.holding for one in entries)


def _loads(session: Session, scope: Scope, cases: Sequence[Case]) -> dict[str, Load]:
    """Return how many open conversations each colleague has on each channel, offers that stand among them."""
    rows = session.execute(
        select(ConversationRow.owner, ConversationRow.channel).where(
            within(scope, ConversationRow), ConversationRow.status != "resolved", ConversationRow.owner.is_not(None)
        )
    )
    counts: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for owner, channel in rows:
        counts[owner or ""][channel] += 1
    for case in cases:
        if case.offer is not None:
            counts[case.offer.to][case.conversation.channel] += 1
    return {email: dict(channels) for email, channels in counts.items()}


def conversation_of(seen: Seen, conversation: ConversationId) -> Case | None:
    """Return the case of a conversation, `None` when it waits for nobody."""
    return next((case for case in seen.cases if case.conversation.id == conversation), None)
