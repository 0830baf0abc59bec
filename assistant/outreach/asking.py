"""Asking again: the guard about a proposed message, right before it goes to the outbox and before it leaves."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from assistant.outreach import guard
from assistant.outreach.choosing import Way, ways_of
from assistant.outreach.facts import Content, Policy
from assistant.outreach.guard import Verdict
from assistant.outreach.reading import Message, read_facts
from assistant.outreach.triggers import Trigger
from knowledge.customers import timeline
from knowledge.customers.entries import Entry, Handle
from knowledge.customers.outreach_entries import OutreachProposed, OutreachRefused, OutreachSent, Step
from knowledge.customers.record import get_customer
from knowledge.customers.timeline import NewEntry
from knowledge.ids import EntryId
from knowledge.scope import Scope


@dataclass(frozen=True)
class Asked:
    """A proposal the guard is asked about again; `leaving` is its message once that is in the outbox."""

    trigger: Trigger | None
    proposal: Entry
    leaving: EntryId | None = None


def ask_again(session: Session, scope: Scope, policy: Policy, asked: Asked, now: datetime) -> Verdict:
    """Return what the guard says by now: of the customer as they are now, and of the words as they were proposed."""
    proposed = asked.proposal.payload
    if not isinstance(proposed, OutreachProposed):
        return Verdict("refuse", "identity", "what was proposed is gone", {"proposal": asked.proposal.id})
    customer = get_customer(session, scope, asked.proposal.customer)
    address = Handle(proposed.address_kind, proposed.address)
    way = next((one for one in ways_of(customer, (proposed.channel,)) if one.address == address), None)
    way = way or Way(proposed.channel, address, False)
    sensitive = asked.trigger is not None and asked.trigger.sensitive
    content = Content(len(proposed.text), True, "STOP" in proposed.text, sensitive)
    message = Message(proposed.purpose, way, content, leaving=asked.leaving)
    return guard.judge(read_facts(session, scope, customer, message, now), policy)


def refusal(asked: Asked, step: Step, verdict: Verdict) -> OutreachRefused:
    """Return what is written down about a no."""
    proposed = asked.proposal.payload
    trigger = proposed.trigger if isinstance(proposed, OutreachProposed) else ""
    return OutreachRefused(trigger, asked.proposal.id, step, verdict.rule, verdict.reason, dict(verdict.facts))


@dataclass(frozen=True)
class Limits:
    """What a message is held to when it leaves: the policy, and the trigger of a name that still is in the file."""

    policy: Policy
    trigger: Callable[[str], Trigger | None]


def stop_leaving(session: Session, scope: Scope, limits: Limits, sent: Entry, now: datetime) -> OutreachRefused | None:
    """Ask the guard about a message that is about to be handed to its channel; a no is written down and returned.

    `None`: it may leave, or it is nothing that we send first. Without its trigger nothing leaves.
    """
    told = timeline.latest_of(session, scope, sent.conversation, ("outreach_sent",)) if sent.conversation else None
    if told is None or not isinstance(told.payload, OutreachSent) or told.payload.message != sent.id:
        return None
    name = told.payload.trigger
    asked = Asked(limits.trigger(name), timeline.get_entry(session, scope, told.payload.proposal), told.payload.message)
    verdict = Verdict("refuse", "trigger", "its trigger is no longer in the file", {"trigger": name})
    if asked.trigger is not None:
        verdict = ask_again(session, scope, limits.policy, asked, now)
    if verdict.allowed:
        return None
    refused = refusal(asked, "delivering", verdict)
    key = f"outreach-leaving:{sent.id}:{verdict.rule}"
    timeline.append(session, scope, NewEntry(sent.customer, refused, now, sent.conversation, key), now)
    return refused
