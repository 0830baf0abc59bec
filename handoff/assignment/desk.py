"""The desk: one look at all that wait. Offers that are over pass on, silent owners give back, customers are told."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from handoff.agents.agent import Agent, agent_of
from handoff.assignment import offers
from handoff.assignment.looking import Case, look
from handoff.assignment.offers import MOST, ROUTING, Offer
from handoff.assignment.proposing import Proposal, propose, words
from handoff.channels.choosing import LIVE
from handoff.escalation.situation import pauses
from handoff.learning.pooling import Model
from handoff.notices import in_language, with_time
from handoff.plan import Plan
from knowledge.customers import inbox, presence, remaining, timeline
from knowledge.customers.conversations import Conversation, Wanted, list_conversations, waiting_since
from knowledge.customers.entries import ConversationAssigned
from knowledge.customers.inbox import Reply
from knowledge.customers.routing_entries import ConversationOffered
from knowledge.customers.timeline import NewEntry
from knowledge.hours import is_open, next_open, worked
from knowledge.scope import Scope
from knowledge.staff.people import list_staff


@dataclass(frozen=True)
class Done:
    """What one look did, by number."""

    offered: int = 0
    passed: int = 0
    returned: int = 0
    told: int = 0


def is_due(session: Session, scope: Scope, plan: Plan, model: Model, now: datetime) -> bool:
    """Tell whether a look now would do anything: nothing is written, so that nobody waits for it to be over."""
    if _silent(session, scope, plan, now):
        return True
    seen = look(session, scope, plan, now)
    if any(_over(case, now) or _is_to_be_told(plan, case, now) for case in seen.cases):
        return True
    return any(one.choice is not None for one in propose(seen, model, plan))


def step(session: Session, scope: Scope, plan: Plan, model: Model, now: datetime) -> Done:
    """Look once and act: everything in this transaction, nothing twice."""
    timeline.hold(session, scope)
    silent, passed = _silent(session, scope, plan, now), 0
    for left in silent:
        payload = ConversationAssigned(None, ROUTING)
        timeline.append(session, scope, NewEntry(left.customer, payload, now, left.id), now)
    for case in look(session, scope, plan, now).cases:
        if (over := _over(case, now)) is not None:
            offers.answer(session, scope, over, "timed_out", now)
            passed += 1
    seen = look(session, scope, plan, now)
    proposals = [one for one in propose(seen, model, plan) if one.choice is not None]
    for one in proposals:
        _offer(session, scope, plan, one, now)
    told = sum(_tell(session, scope, plan, case, now) for case in seen.cases)
    return Done(len(proposals), passed, len(silent), told)


def _over(case: Case, now: datetime) -> Offer | None:
    """Return the offer that nobody answered in time, where there is one."""
    return case.offer if case.offer is not None and case.offer.until < now else None


def _offer(session: Session, scope: Scope, plan: Plan, proposal: Proposal, now: datetime) -> None:
    choice = proposal.choice
    assert choice is not None
    payload = ConversationOffered(
        to=choice.scored.agent.email,
        until=now + timedelta(minutes=plan.assignment.accept_minutes),
        reasons=words(choice, proposal),
        chance=choice.scored.chance,
        arm=choice.arm,
        propensity=choice.propensity,
        best=proposal.fit[0].chance,
        among=len(proposal.fit),
    )
    found = proposal.case.conversation
    timeline.append(session, scope, NewEntry(found.customer, payload, now, found.id), now)


def _silent(session: Session, scope: Scope, plan: Plan, now: datetime) -> list[Conversation]:
    """Return conversations whose owner leaves a waiting customer without a word for too long, or is not there."""
    found = [one for one in list_conversations(session, scope, Wanted(waiting=True), limit=MOST) if one.owner]
    since = waiting_since(session, scope, found)
    agents = {person.email: agent_of(person) for person in list_staff(session, scope)}
    left = presence.last_there(session, scope)
    silent = []
    for one in found:
        begin = max(since.get(one.id, one.last_at), one.owner_at or one.opened_at)
        owner = agents.get(one.owner or "")
        there = left.get(one.owner or "", now)
        limit = _patience(one, owner, there, plan, now)
        if worked(plan.calendar, begin, now) > limit:
            rests = pauses(remaining.of_conversation(session, one.id))
            silent += [one] if worked(plan.calendar, begin, now, rests) > limit else []
    return silent


def _patience(found: Conversation, owner: Agent | None, there: datetime, plan: Plan, now: datetime) -> timedelta:
    """Return how long an owner may leave a waiting customer without a word; `there`: until when they were seen.

    As long as the plan says, or the promised reply where that is longer; as long as an offer stands when somebody waits
    live and the owner is not at work, or has looked at no conversation for so long; not at all when they do not work
    here any more. The bot answers for itself.
    """
    if found.owner == "bot":
        return timedelta.max
    if owner is None or not owner.active:
        return timedelta(0)
    soon = timedelta(minutes=plan.assignment.accept_minutes)
    if found.channel in LIVE and (not is_open(owner.calendar, now) or there < now - soon):
        return soon
    usual = timedelta(minutes=plan.assignment.answer_minutes)
    return max(usual, plan.reply_within(found.channel) or usual)


def _is_to_be_told(plan: Plan, case: Case, now: datetime) -> bool:
    patience = timedelta(minutes=plan.assignment.tell_after_minutes)
    late = worked(plan.calendar, case.since, now) > patience or (
        case.conversation.channel in LIVE and not is_open(plan.calendar, now) and now - case.since > patience
    )
    return late and not case.told and not case.conversation.public


def _tell(session: Session, scope: Scope, plan: Plan, case: Case, now: datetime) -> bool:
    """Tell a customer once that they are waiting for somebody; never where everybody can read it.

    Who waits live while nobody is at work is told when somebody is.
    """
    if not _is_to_be_told(plan, case, now):
        return False
    opens = None if is_open(plan.calendar, now) else next_open(plan.calendar, now)
    text = in_language(plan.assignment.closed_notice if opens else plan.assignment.notice, case.language)
    if opens is not None:
        text = with_time(text, opens.astimezone(plan.calendar.zone))
    key = f"notice:{case.conversation.id}:{case.since.isoformat()}"
    inbox.reply(session, scope, Reply(case.conversation.id, text, "bot", key, holding=True), now)
    return True
