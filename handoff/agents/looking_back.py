"""Looking back: what offers earned, by arm, and what another way to choose would have earned, from their odds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isclose

from sqlalchemy.orm import Session

from handoff.agents.off_policy import Estimate, Logged, doubly_robust, ips, snips
from handoff.agents.scoring import Outcome
from knowledge.customers import timeline
from knowledge.customers.routing_entries import ConversationOffered, OfferAnswered
from knowledge.customers.seldom import of_kinds
from knowledge.customers.tables import EntryRow
from knowledge.ids import EntryId
from knowledge.scope import Scope

LEAST = 10


@dataclass(frozen=True)
class Taken:
    """An offer that was accepted and how the conversation ended."""

    offer: ConversationOffered
    well: bool


def taken(session: Session, scope: Scope, outcomes: Sequence[Outcome]) -> list[Taken]:
    """Return the accepted offers whose end is known."""
    ended = {one.conversation: one for one in outcomes if one.conversation}
    query = timeline.ENTRIES.where(of_kinds(scope, "conversation_offered", "offer_answered")).order_by(EntryRow.seq)
    offers: dict[EntryId, tuple[str, ConversationOffered]] = {}
    found = []
    for row in session.execute(query):
        entry = timeline.read_row(row)
        payload = entry.payload
        if isinstance(payload, ConversationOffered):
            offers[entry.id] = (entry.conversation or "", payload)
        elif isinstance(payload, OfferAnswered) and payload.answer == "accepted" and payload.offer in offers:
            conversation, offer = offers[payload.offer]
            if conversation in ended and ended[conversation].agent == offer.to:
                found.append(Taken(offer, ended[conversation].well))
    return found


def estimates(found: Sequence[Taken]) -> Mapping[str, Estimate]:
    """Return what choosing by the score alone would have earned, by three estimators; none from fewer than ten."""
    logged = [_logged(one) for one in found if one.offer.arm != "batch"]
    if len(logged) < LEAST:
        return {}
    return {"ips": ips(logged), "snips": snips(logged), "doubly_robust": doubly_robust(logged)}


def _logged(one: Taken) -> Logged:
    offer = one.offer
    chance = offer.chance if offer.chance is not None else 0.5
    best = offer.best if offer.best is not None else chance
    # The score's own choice is the best of those who fitted; a higher chance than its is somebody with more work.
    return Logged(float(one.well), offer.propensity, float(isclose(chance, best)), chance, best)
