"""Groups a customer's conversations by problem: reads what each is about, embeds it, and appends the decision."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from assistant.understanding.question import trim
from knowledge.customers import correcting, persons, references, remaining
from knowledge.customers.conversations import Conversation, Wanted, get_conversation, list_conversations
from knowledge.customers.entries import Entry, MessageReceived, MessageSent, OrderRecorded
from knowledge.customers.grouping import NAMED_WITHIN, Candidate, Joined, Told, choose
from knowledge.customers.issue_entries import IssueLinked
from knowledge.customers.issues import AUTOMATIC
from knowledge.database import Database
from knowledge.failures import Conflict, NotFound, Rejected
from knowledge.ids import ConversationId, CustomerId
from knowledge.scope import Scope
from retrieval.embedding import Embedder

# Chosen on half of the intents of banking77: at most 1 in 100 pairs of different intents is as like as this.
# On the other half .36 % of those are, and 36 % of the pairs of one intent.
ALIKE = 0.65
MOST_CANDIDATES = 50
# What a conversation is about is said first.
FIRST_MESSAGES = 3
MAX_TOPIC_CHARS = 1_000


@dataclass(frozen=True)
class About:
    """What a conversation tells: its references, and what the customer said first (empty: nothing yet)."""

    told: Told
    last_at: datetime
    topic: str


def group(
    database: Database,
    scope: Scope,
    embedder: Embedder,
    conversation: ConversationId,
    now: datetime,
    threshold: float = ALIKE,
) -> Entry | None:
    """Put a conversation to the issue it belongs to; `None` when it stays where it is.

    What was joined before, or decided by a colleague, stays; running it again changes nothing.
    """
    with database.read() as session:
        mine, others = _gather(session, scope, conversation)
    if mine is None or not others:
        return None
    joined = choose(mine.told, _compare(embedder, mine, others), threshold)
    if joined is None:
        return None
    with database.write() as session:
        try:
            return correcting.move(session, scope, conversation, _said(joined), now)
        except (Conflict, NotFound, Rejected):
            return None  # meanwhile a colleague decided, or the other conversation went with its customer


def group_person(database: Database, scope: Scope, embedder: Embedder, customer: CustomerId, now: datetime) -> None:
    """Put each unresolved conversation of a person to the issue it belongs to, after records of theirs were joined."""
    with database.read() as session:
        open_ones = list_conversations(session, scope, Wanted(customer=customer, resolved=False), limit=MOST_CANDIDATES)
    for one in sorted(open_ones, key=lambda one: one.opened_at):
        group(database, scope, embedder, one.id, now)


def _said(joined: Joined) -> IssueLinked:
    return IssueLinked(joined.issue, joined.how, AUTOMATIC, joined.reason, joined.reference, joined.score, joined.like)


def _gather(session: Session, scope: Scope, conversation: ConversationId) -> tuple[About | None, list[About]]:
    try:
        found = get_conversation(session, scope, conversation)
    except NotFound:
        return None, []
    if found.issue_at is not None:
        return None, []
    known = list_conversations(session, scope, Wanted(customer=found.customer), limit=MOST_CANDIDATES)
    others = [one for one in known if one.issue != found.issue and _near(found, one)]
    if not others:
        return None, []
    orders = _orders(session, scope, found)
    return _about(session, found, orders), [_about(session, one, orders) for one in others]


def _near(mine: Conversation, other: Conversation) -> bool:
    return mine.opened_at - NAMED_WITHIN <= other.last_at and other.opened_at <= mine.last_at + NAMED_WITHIN


def _orders(session: Session, scope: Scope, found: Conversation) -> list[str]:
    records = persons.records_of(session, scope, found.customer)
    entries = remaining.of_kinds(session, scope, records, ["order_recorded"])
    return [entry.payload.order for entry in entries if isinstance(entry.payload, OrderRecorded)]


def _about(session: Session, one: Conversation, orders: list[str]) -> About:
    entries = remaining.of_conversation(session, one.id)
    payloads = [entry.payload for entry in entries]
    heard = [trim(said.text) for said in payloads if isinstance(said, MessageReceived)]
    spoken = [said.text for said in payloads if isinstance(said, MessageSent)]
    named = references.among([one.subject, *heard, *spoken], orders)
    topic = " ".join(part for part in (one.subject, *heard[:FIRST_MESSAGES]) if part)[:MAX_TOPIC_CHARS]
    return About(Told(one.id, one.issue, one.opened_at, named), one.last_at, topic if heard else "")


def _compare(embedder: Embedder, mine: About, others: list[About]) -> list[Candidate]:
    candidates = [Candidate(one.told, one.last_at) for one in others]
    spoken = [place for place, one in enumerate(others) if one.topic and _recent(mine, one)]
    if mine.topic and spoken:
        rows = embedder.embed([mine.topic, *(others[place].topic for place in spoken)])
        for place, likeness in zip(spoken, rows[1:] @ rows[0], strict=True):
            candidates[place] = replace(candidates[place], likeness=float(likeness))
    return candidates


def _recent(mine: About, other: About) -> bool:
    return other.last_at >= mine.told.at - timedelta(days=15)
