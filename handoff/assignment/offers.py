"""Offers: a waiting conversation is offered to one colleague at a time, who accepts, declines or lets it pass."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from knowledge.customers import remaining, timeline
from knowledge.customers.conversations import Wanted, get_conversation, list_conversations
from knowledge.customers.entries import ConversationAssigned, Entry, StatusChanged
from knowledge.customers.routing_entries import Answer, ConversationOffered, OfferAnswered
from knowledge.customers.tables import EntryRow
from knowledge.customers.timeline import NewEntry
from knowledge.failures import Conflict
from knowledge.ids import ConversationId, EntryId
from knowledge.scope import Scope, within

ROUTING = "threadline"
# So many waiting conversations are looked at, who waits longest first.
MOST = 500


@dataclass(frozen=True)
class Offer:
    """An offer that stands: the entry it was made by, to whom, since when and until when, and why them."""

    entry: EntryId
    conversation: ConversationId
    to: str
    at: datetime
    until: datetime
    reasons: tuple[str, ...] = ()


def standing(entries: Iterable[Entry]) -> Offer | None:
    """Return the offer that still stands after a conversation's entries, in the order of their commits."""
    found: Offer | None = None
    for entry in entries:
        payload = entry.payload
        if isinstance(payload, ConversationOffered) and entry.conversation:
            found = Offer(entry.id, entry.conversation, payload.to, entry.at, payload.until, payload.reasons)
        elif isinstance(payload, OfferAnswered) and found is not None and payload.offer == found.entry:
            found = None
    return found


def offered_to(session: Session, scope: Scope, email: str, now: datetime) -> list[Offer]:
    """Return what is offered to a colleague now, who waits longest first; read from offers alone, however many wait."""
    waiting = [one.id for one in list_conversations(session, scope, Wanted(waiting=True, owner=""), limit=MOST)]
    query = timeline.ENTRIES.where(
        within(scope, EntryRow),
        EntryRow.conversation.in_(waiting),
        EntryRow.kind.in_(("conversation_offered", "offer_answered")),
    )
    known: dict[str, list[Entry]] = {one: [] for one in waiting}
    for entry in map(timeline.read_row, session.execute(query.order_by(EntryRow.seq))):
        known[entry.conversation or ""].append(entry)
    found = (standing(entries) for entries in known.values())
    return [one for one in found if one is not None and one.to == email and one.until >= now]


def refusers(entries: Sequence[Entry]) -> frozenset[str]:
    """Return who declined it, let it pass, or had it taken back since it was last resolved."""
    found: set[str] = set()
    owner: str | None = None
    for entry in entries:
        payload = entry.payload
        if isinstance(payload, OfferAnswered) and payload.answer in ("declined", "timed_out"):
            found.add(payload.to)
        elif isinstance(payload, StatusChanged) and payload.status == "resolved":
            found.clear()
        elif isinstance(payload, ConversationAssigned):
            if payload.owner is None and payload.author == ROUTING and owner:
                found.add(owner)
            owner = payload.owner
    return frozenset(found)


def accept(session: Session, scope: Scope, conversation: ConversationId, email: str, now: datetime) -> Entry:
    """Take what was offered: from now on it is theirs. A second click is the first.

    Raises:
        NotFound: there is no such conversation.
        Conflict: nothing is offered to them (any more), somebody owns it, or it was resolved.
    """
    timeline.hold(session, scope)
    found = get_conversation(session, scope, conversation)
    last = timeline.latest_of(session, scope, conversation, ["conversation_assigned"])
    if last is not None and found.owner == email and last.payload == ConversationAssigned(email, author=email):
        return last
    offer = _mine(session, conversation, email)
    if found.owner and found.owner != email:
        raise Conflict(f"{found.owner} owns this conversation.", "Ask them to pass it on.")
    if found.status == "resolved":
        raise Conflict("This conversation was resolved meanwhile.", "There is nothing to take.")
    if offer.until < now:
        raise Conflict("The offer is over.", "Take the conversation from the list, if nobody else has.")
    answer(session, scope, offer, "accepted", now)
    payload = ConversationAssigned(email, author=email)
    return timeline.append(session, scope, NewEntry(found.customer, payload, now, found.id), now)


def decline(
    session: Session, scope: Scope, conversation: ConversationId, email: str, reason: str, now: datetime
) -> Entry:
    """Turn an offer down; the next colleague is asked. A second click is the first.

    Raises:
        NotFound: there is no such conversation.
        Conflict: nothing is offered to them (any more).
    """
    timeline.hold(session, scope)
    get_conversation(session, scope, conversation)
    last = timeline.latest_of(session, scope, conversation, ["conversation_offered", "offer_answered"])
    said = last.payload if last else None
    if last is not None and isinstance(said, OfferAnswered) and (said.to, said.answer) == (email, "declined"):
        return last
    return answer(session, scope, _mine(session, conversation, email), "declined", now, reason)


def answer(session: Session, scope: Scope, offer: Offer, said: Answer, now: datetime, reason: str = "") -> Entry:
    """Write down what became of an offer; a second answer to the same offer is the first."""
    found = get_conversation(session, scope, offer.conversation)
    payload = OfferAnswered(offer.entry, offer.to, said, reason[:1_000])
    return timeline.append(
        session, scope, NewEntry(found.customer, payload, now, found.id, f"offer:{offer.entry}"), now
    )


def withdraw(session: Session, scope: Scope, conversation: ConversationId, now: datetime) -> None:
    """End the offer that stands, if any: somebody owns the conversation another way."""
    found = standing(remaining.of_conversation(session, conversation))
    if found is not None:
        answer(session, scope, found, "withdrawn", now)


def _mine(session: Session, conversation: ConversationId, email: str) -> Offer:
    found = standing(remaining.of_conversation(session, conversation))
    if found is None or found.to != email:
        raise Conflict("This conversation is not offered to you.", "The offer may be over; look at the list.")
    return found
