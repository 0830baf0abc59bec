"""Routing as this installation has it: the service plan, the trained model, and what the desk would do."""

import logging
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from sqlalchemy.orm import Session

from api.parts import Parts
from handoff.agents.training import FILE, Trained, even, open_model
from handoff.assignment import proposing
from handoff.assignment.looking import conversation_of, look
from handoff.assignment.queue import why_here
from handoff.channels.choosing import Moment, Ranked, rank
from handoff.channels.moving import ways_of
from handoff.escalation.situation import pauses, reply_clock
from handoff.learning.pooling import Model
from handoff.plan import Plan
from knowledge.customers import remaining, timeline
from knowledge.customers.consent import consents_of
from knowledge.customers.conversations import Conversation, get_conversation
from knowledge.customers.entries import MessageReceived
from knowledge.customers.record import get_customer
from knowledge.customers.routing_entries import ConversationOffered
from knowledge.failures import Rejected
from knowledge.hours import Clock
from knowledge.ids import ConversationId
from knowledge.scope import Scope

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class InUse:
    """The model that says who is asked first, and the plan as it is in use with it."""

    model: Model
    plan: Plan


def in_use(folder: Path, plan: Plan) -> InUse:
    """Return the trained model of a data folder, or the one that knows nothing; read again when it was trained again.

    One that is known to do harm is not used, and one of which that is not known is on trial.

    Raises:
        Rejected: the model is damaged or was trained on another schema.
    """
    found = _trained(folder, _written(folder))
    if found is None or not found.used:
        return InUse(even(), plan)
    return InUse(found.model, plan.on_trial() if found.on_trial else plan)


def whatever_is_usable(folder: Path, plan: Plan) -> InUse:
    """Return the same, with the model that knows nothing where the trained one is refused: nobody waits until a file
    is put right. The log says so, once for each file.
    """
    try:
        return in_use(folder, plan)
    except Rejected as refused:
        _warn(f"{refused.message} {refused.remedy}", _written(folder))
        return InUse(even(), plan)


def _written(folder: Path) -> int:
    path = folder / FILE
    return path.stat().st_mtime_ns if path.is_file() else 0


@lru_cache(maxsize=4)
def _trained(folder: Path, _written_at: int) -> Trained | None:
    return open_model(folder)


@lru_cache(maxsize=4)
def _warn(why: str, _written_at: int) -> None:
    logger.warning("who has most room is asked first: %s", why)


@dataclass(frozen=True)
class Place:
    """Where routing is asked about: the scope, the plan, and the folder of the trained model."""

    scope: Scope
    plan: Plan
    folder: Path


def place_of(parts: Parts) -> Place:
    """Return the place of these parts."""
    return Place(parts.scope, parts.service, parts.settings.data_dir)


def explain(session: Session, place: Place, conversation: ConversationId, now: datetime) -> list[str]:
    """Return in words where a conversation stands in the queue, who would be asked and why, or why nobody.

    Raises:
        NotFound: there is no such conversation.
    """
    found = get_conversation(session, place.scope, conversation)
    seen = look(session, place.scope, place.plan, now)
    case = conversation_of(seen, conversation)
    if case is None:
        return (
            [f"{found.owner} owns it", *_offered(session, place.scope, found)] if found.owner else ["nobody waits here"]
        )
    rests = pauses(remaining.of_conversation(session, found.id))
    clock = reply_clock(found, case.since, place.plan, rests)
    told = [why_here(case.waiting, seen.cases.index(case) + 1, now), *_promised(clock, now)]
    if case.offer is not None:
        return [*told, f"offered to {case.offer.to} until {case.offer.until:%H:%M} UTC", *case.offer.reasons]
    use = whatever_is_usable(place.folder, place.plan)
    proposals = proposing.propose(seen, use.model, use.plan)
    return told + [line for one in proposals if one.case is case for line in proposing.why(one)]


def _offered(session: Session, scope: Scope, found: Conversation) -> tuple[str, ...]:
    """Return why their owner was offered it, if they were."""
    last = timeline.latest_of(session, scope, found.id, ["conversation_offered"])
    offer = last.payload if last else None
    return offer.reasons if isinstance(offer, ConversationOffered) and offer.to == found.owner else ()


def _promised(clock: Clock | None, now: datetime) -> list[str]:
    if clock is None:
        return []
    due = clock.due()
    if due is None:
        return ["the promised time rests while it is pending"]
    return [f"{'was' if clock.broken(now) else 'is'} to be answered by {due:%d %b %H:%M} UTC"]


def channels(session: Session, parts: Parts, conversation: ConversationId) -> list[Ranked]:
    """Return the channels on which a conversation's customer can be reached, best first, with reasons in words.

    Raises:
        NotFound: there is no such conversation.
    """
    found = get_conversation(session, parts.scope, conversation)
    customer = get_customer(session, parts.scope, found.customer)
    consents = consents_of(session, parts.scope, customer.records)
    moment = Moment(
        str(found.customer), parts.clock(), _topic(session, found, parts.service), customer.timezone or "UTC"
    )
    ways = ways_of(session, parts.scope, found)
    return rank(ways, consents, parts.service, parts.channel_models.at(parts.service, parts.clock()), moment)


def _topic(session: Session, found: Conversation, plan: Plan) -> str:
    entries = remaining.of_conversation(session, found.id)
    return plan.topic_of(" ".join(one.payload.text for one in entries if isinstance(one.payload, MessageReceived)))
