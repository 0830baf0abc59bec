"""What the console reads for a page: the rows of the list, and everything about one conversation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from api import words
from api.pages.lines import Known, Line, lines_of
from api.pages.suggestions import Shown, show
from api.pages.told import Told, read_told
from assistant import feedback
from handoff.assignment.offers import Offer, standing
from knowledge.customers import remaining, timeline
from knowledge.customers.conversations import (
    Conversation,
    Wanted,
    get_conversation,
    list_conversations,
    waiting_since,
)
from knowledge.customers.entries import OrderRecorded, SuggestionJudged, SuggestionShown
from knowledge.customers.record import Customer, get_customer, get_customers
from knowledge.ids import ConversationId, CustomerId
from knowledge.scope import Scope
from knowledge.staff.people import Staff, list_staff

View = Literal["waiting", "mine", "unassigned", "all", "resolved"]
VIEWS: dict[View, str] = {
    "waiting": "Waiting",
    "mine": "Mine",
    "unassigned": "Unassigned",
    "all": "All",
    "resolved": "Resolved",
}
EMPTY: dict[View, str] = {
    "waiting": "Nobody is waiting. Well done.",
    "mine": "You own no open conversation. Take one from Waiting.",
    "unassigned": "Every conversation has an owner.",
    "all": "No conversation yet. Customers start one on the chat page, connectors and imports add the rest.",
    "resolved": "Nothing has been resolved yet.",
}
COUNTED: tuple[View, ...] = ("waiting", "mine", "unassigned")
ROWS = 100
MOST_ROWS = 1_000
ORDERS_READ = 1_000


@dataclass(frozen=True)
class Row:
    """A conversation in the list; `since` is when its customer began to wait."""

    conversation: Conversation
    name: str
    owner: str
    waiting: bool
    since: datetime | None


@dataclass(frozen=True)
class Work:
    """Everything the right of the console shows about the open conversation."""

    conversation: Conversation
    customer: Customer
    name: str
    owner: str
    local_time: str
    facts: list[tuple[str, str]]
    told: list[Told]
    orders: list[OrderRecorded]
    conversations: list[Conversation]
    colleagues: list[Staff]
    offer: Offer | None = None


def wanted_of(view: View, me: str) -> Wanted:
    """Return which conversations a view lists for a colleague."""
    return {
        "waiting": Wanted(waiting=True),
        "mine": Wanted(resolved=False, owner=me),
        "unassigned": Wanted(resolved=False, owner=""),
        "all": Wanted(),
        "resolved": Wanted(status="resolved"),
    }[view]


def read_rows(session: Session, scope: Scope, view: View, me: str, limit: int = ROWS) -> list[Row]:
    """Return the first rows of a view."""
    found = list_conversations(session, scope, wanted_of(view, me), limit=limit)
    since = waiting_since(session, scope, found)
    people = get_customers(session, scope, list({conversation.customer for conversation in found}))
    staff = names_of(list_staff(session, scope))
    return [
        Row(
            conversation=one,
            name=people[one.customer].display_name,
            owner="You" if one.owner == me else staff.get(one.owner or "", one.owner or ""),
            waiting=one.waiting,
            since=since.get(one.id),
        )
        for one in found
    ]


def count_views(session: Session, scope: Scope, me: str) -> dict[View, str]:
    """Return how many conversations the busy views hold, "99+" when there are more."""
    counts = {view: len(list_conversations(session, scope, wanted_of(view, me), limit=100)) for view in COUNTED}
    return {view: "99+" if count > 99 else str(count) for view, count in counts.items()}


def names_of(staff: list[Staff]) -> Mapping[str, str]:
    """Return names by e-mail address."""
    return {person.email: person.name for person in staff}


def read_work(session: Session, scope: Scope, conversation: ConversationId, me: str, now: datetime) -> Work:
    """Return everything about a conversation that does not belong to the timeline.

    Raises:
        NotFound: there is no such conversation.
    """
    found = get_conversation(session, scope, conversation)
    customer = get_customer(session, scope, found.customer)
    staff = list_staff(session, scope)
    owner = "You own it" if found.owner == me else names_of(staff).get(found.owner or "", found.owner or "")
    return Work(
        conversation=found,
        customer=customer,
        name=customer.display_name,
        owner=owner,
        local_time=words.local_time(customer.timezone, now),
        facts=words.facts(customer.preferences, customer.attributes),
        told=read_told(session, scope, customer.id),
        orders=read_orders(session, scope, customer.id),
        conversations=list_conversations(session, scope, Wanted(customer=customer.id)),
        offer=offered_to(session, conversation, me, now),
        colleagues=[person for person in staff if person.active and person.email != "bot"],
    )


def offered_to(session: Session, conversation: ConversationId, me: str, now: datetime) -> Offer | None:
    """Return the offer of a conversation that stands for a colleague, if any."""
    found = standing(remaining.of_conversation(session, conversation))
    return found if found is not None and found.to == me and found.until >= now else None


def read_orders(session: Session, scope: Scope, customer: CustomerId) -> list[OrderRecorded]:
    """Return a customer's orders as they stand now, the latest first."""
    latest: dict[str, OrderRecorded] = {}
    for entry in timeline.page(session, scope, customer=customer, limit=ORDERS_READ):
        if isinstance(entry.payload, OrderRecorded):
            latest.pop(entry.payload.order, None)
            latest[entry.payload.order] = entry.payload
    return list(reversed(latest.values()))


@dataclass(frozen=True)
class Looking:
    """Whose timeline is read, from which conversation, in which time zone, how many entries at most."""

    customer: CustomerId
    open: ConversationId | None
    zone: ZoneInfo
    limit: int


def read_lines(session: Session, scope: Scope, looking: Looking) -> tuple[list[Line], bool]:
    """Return the newest lines of a customer over all channels, and whether there are earlier ones."""
    entries = timeline.page(session, scope, customer=looking.customer, limit=looking.limit + 1)
    known = Known(
        customer=get_customer(session, scope, looking.customer).display_name,
        staff=names_of(list_staff(session, scope)),
        conversations={
            one.id: one for one in list_conversations(session, scope, Wanted(customer=looking.customer), limit=500)
        },
        open=looking.open,
        zone=looking.zone,
    )
    return lines_of(entries[-looking.limit :], known), len(entries) > looking.limit


@dataclass(frozen=True)
class Panel:
    """The suggestion panel: what is shown, or whether to ask for one at once, or why not."""

    shown: Shown | None
    auto: bool
    idle: str


def read_panel(session: Session, scope: Scope, conversation: Conversation) -> Panel:
    """Return the panel of a conversation: the suggestion for its last message, if one was made."""
    made = feedback.latest(session, scope, conversation.id)
    if made is not None:
        return Panel(show(made, _judged(session, scope, conversation.id, made)), False, "")
    wrote = conversation.last_received_at is not None
    idle = "Nobody waits for a reply here." if wrote else "The customer has not written yet."
    return Panel(None, conversation.waiting, idle)


def _judged(
    session: Session, scope: Scope, conversation: ConversationId, suggestion: SuggestionShown
) -> SuggestionJudged | None:
    entry = timeline.latest_of(session, scope, conversation, ["suggestion_judged"])
    payload = entry.payload if entry else None
    if isinstance(payload, SuggestionJudged) and payload.suggestion == suggestion.suggestion:
        return payload
    return None
