"""Beside: what the bot said or would have said, next to what the agent really answered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.answering.judging import Label
from knowledge.customers import timeline
from knowledge.customers.bot_entries import BotDecided, BotJudged
from knowledge.customers.entries import Entry, MessageSent
from knowledge.customers.seldom import of_kinds
from knowledge.customers.tables import EntryRow
from knowledge.customers.timeline import ENTRIES, read_row
from knowledge.ids import ConversationId, CustomerId, EntryId
from knowledge.scope import Scope, within


@dataclass(frozen=True)
class Beside:
    """One decision: the bot's words, the next words of a person there ("" when there were none), the latest verdict."""

    entry: EntryId
    conversation: ConversationId
    at: datetime
    decided: BotDecided
    agent: str
    agent_name: str
    right: bool | None


def read_beside(session: Session, scope: Scope, limit: int = 50) -> list[Beside]:
    """Return the latest decisions in which the bot had something to say, the latest first."""
    return [_beside(session, scope, entry, made) for entry, made in islice(_said_lately(session, scope), limit)]


def read_unjudged(session: Session, scope: Scope, known: Sequence[Label], limit: int = 30) -> list[Beside]:
    """Return answers that nobody judged, the surest first: of each customer the latest, if none of theirs is judged.

    Those count in a certificate. Which are shown goes by their chance alone, so what colleagues say of them is fair.
    """
    judged = {one.customer for one in known}
    first: dict[CustomerId, tuple[Entry, BotDecided]] = {}
    for entry, made in _said_lately(session, scope):
        if made.chance is not None and entry.customer not in judged:
            first.setdefault(entry.customer, (entry, made))
    surest = sorted(first.values(), key=lambda one: -(one[1].chance or 0.0))
    return [_beside(session, scope, entry, made) for entry, made in surest[:limit]]


def _said_lately(session: Session, scope: Scope, most: int = 2_000) -> Iterator[tuple[Entry, BotDecided]]:
    """Yield the latest decisions in which the bot had something to say, the latest first."""
    query = ENTRIES.where(of_kinds(scope, "bot_decided"), EntryRow.conversation.is_not(None))
    for row in session.execute(query.order_by(EntryRow.seq.desc()).limit(most)):
        entry = read_row(row)
        if isinstance(entry.payload, BotDecided) and entry.payload.text:
            yield entry, entry.payload


def _beside(session: Session, scope: Scope, entry: Entry, decided: BotDecided) -> Beside:
    conversation = entry.conversation
    assert conversation is not None  # the query asks for those
    later = timeline.after(session, scope, entry.seq, conversation=conversation, limit=50)
    asked_at = _asked_at(session, scope, decided)
    answered = next((one for one in _said(session, scope, conversation) if one.at >= (asked_at or entry.at)), None)
    verdicts = [one.payload for one in later if isinstance(one.payload, BotJudged) and one.payload.decision == entry.id]
    sent = answered.payload if answered else None
    return Beside(
        entry.id,
        conversation,
        entry.at,
        decided,
        sent.text if isinstance(sent, MessageSent) else "",
        sent.author if isinstance(sent, MessageSent) else "",
        verdicts[-1].right if verdicts else None,
    )


def _asked_at(session: Session, scope: Scope, decided: BotDecided) -> datetime | None:
    return session.scalar(select(EntryRow.at).where(within(scope, EntryRow), EntryRow.id == decided.answers))


def _said(session: Session, scope: Scope, conversation: ConversationId) -> list[Entry]:
    """Return what people answered in a conversation, oldest first."""
    entries = timeline.page(session, scope, conversation=conversation, limit=200)
    return [one for one in entries if isinstance(one.payload, MessageSent) and one.payload.author != "bot"]
