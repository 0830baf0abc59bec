"""Ownership: a conversation has one owner or none, and it changes hands in the open."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from handoff.assignment import offers
from knowledge.customers import inbox, timeline
from knowledge.customers.conversations import get_conversation
from knowledge.customers.entries import ConversationAssigned, Entry
from knowledge.customers.timeline import NewEntry
from knowledge.failures import Conflict, Rejected
from knowledge.ids import ConversationId
from knowledge.scope import Scope
from knowledge.staff.people import find_staff


def take(session: Session, scope: Scope, conversation: ConversationId, email: str, now: datetime) -> Entry | None:
    """Become the owner; `None` when the conversation is yours already.

    Raises:
        Conflict: a colleague owns it; they (or anyone, with a reason) can pass it on.
        NotFound: there is no such conversation or colleague.
    """
    timeline.hold(session, scope)
    found = get_conversation(session, scope, conversation)
    owner = find_staff(session, scope, email).email
    if found.owner == owner:
        return None
    if found.owner:
        raise Conflict(f"{found.owner} owns this conversation.", "Ask them to pass it on.")
    offers.withdraw(session, scope, conversation, now)
    payload = ConversationAssigned(owner, author=owner)
    return timeline.append(session, scope, NewEntry(found.customer, payload, now, found.id), now)


@dataclass(frozen=True)
class Pass:
    """Who gives a conversation to whom, and why; `to=None` puts it back in the queue.

    `seen` is who owned it when they looked (empty: nobody), `None` where they did not say.
    """

    conversation: ConversationId
    to: str | None
    author: str
    reason: str
    seen: str | None = None


def pass_on(session: Session, scope: Scope, handed: Pass, now: datetime) -> Entry:
    """Give a conversation to a colleague, or back to nobody; the reason stays as a note.

    The same pass twice (a double click, two tabs) is one: the entry of the first is returned. Of two passes to
    different colleagues by who looked first (`seen`) the earlier counts and the other is told; otherwise the later
    counts. The timeline shows both.

    Raises:
        NotFound: there is no such conversation or colleague.
        Conflict: it changed hands since they looked.
        Rejected: no reason was given, or the colleague does not work here any more.
    """
    timeline.hold(session, scope)
    found = get_conversation(session, scope, handed.conversation)
    person = find_staff(session, scope, handed.to) if handed.to else None
    if person is not None and not person.active:
        raise Rejected(f"{person.name} does not work here any more.", "Choose another colleague, or the queue.")
    owner = person.email if person else None
    known = timeline.latest_of(session, scope, found.id, ["conversation_assigned"])
    if known is not None and found.owner == owner and known.payload == ConversationAssigned(owner, handed.author):
        inbox.clean(handed.reason)
        return known
    if handed.seen is not None and handed.seen != (found.owner or ""):
        now_with = (
            f"{found.owner} owns this conversation now" if found.owner else "This conversation is in the queue now"
        )
        raise Conflict(f"{now_with}: it changed hands meanwhile.", "Look again, and pass it on if it is still needed.")
    offers.withdraw(session, scope, found.id, now)
    inbox.note(session, scope, found.id, handed.reason, handed.author, now)
    payload = ConversationAssigned(owner, handed.author)
    return timeline.append(session, scope, NewEntry(found.customer, payload, now, found.id), now)
