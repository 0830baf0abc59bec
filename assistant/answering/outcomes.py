"""Outcomes: how the bot's conversations ended, by four definitions side by side; none of them is told alone.

confirmed: the customer says that it helped, or rates it so. assumed: they asked nothing more for 24 hours.
verified: nothing for 72 hours, every sentence was borne out and no colleague found it wrong. durable: verified, and no
contact on any channel for 7 days. A window that is not over yet is counted as open, never as resolved.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assistant.answering.words import is_thanks
from knowledge.customers import persons, remaining
from knowledge.customers.bot_entries import BotDecided, BotJudged
from knowledge.customers.entries import ConversationAssigned, Entry, MessageReceived, MessageSent, SurveyAnswered
from knowledge.customers.seldom import of_kinds
from knowledge.customers.tables import EntryRow
from knowledge.ids import ConversationId, CustomerId
from knowledge.scope import Scope

Kind = Literal["confirmed", "assumed", "verified", "durable"]
WINDOWS: dict[Kind, timedelta] = {
    "confirmed": timedelta(hours=24),
    "assumed": timedelta(hours=24),
    "verified": timedelta(hours=72),
    "durable": timedelta(days=7),
}
# What an outcome is told from.
COUNTED = (
    *("message_received", "message_sent", "conversation_assigned"),
    *("survey_answered", "bot_decided", "bot_judged"),
)
AT_ONCE = 250
# A rating of this and above, of 1 to 5, says that it helped.
SATISFIED = 4


@dataclass(frozen=True)
class Outcome:
    """How one conversation that the bot answered ended; `None`: the window is not over."""

    conversation: ConversationId
    customer: CustomerId
    answered_at: datetime
    handed_over: bool
    confirmed: bool
    assumed: bool | None
    verified: bool | None
    durable: bool | None


@dataclass(frozen=True)
class Count:
    """One definition: how many of those whose window is over count as resolved, and how many windows are open."""

    kind: Kind
    resolved: int
    of: int
    open: int


def outcome(entries: Sequence[Entry], conversation: ConversationId, now: datetime) -> Outcome | None:
    """Return how a conversation ended, from everything that happened to its customer on any channel.

    `None` when the bot never answered there. Counted from its last answer.
    """
    here = [entry for entry in entries if entry.conversation == conversation]
    said = [one for one in here if _is_answer(one)]
    if not said:
        return None
    last = said[-1]
    after = [entry for entry in entries if entry.at > last.at or (entry.at == last.at and entry.seq > last.seq)]
    asked = [one for one in after if _asks(one)]
    person = any(_is_person(one) for one in here)
    fine = _borne_out(said) and not any(isinstance(one.payload, BotJudged) and not one.payload.right for one in here)
    age = now - last.at

    def quiet(kind: Kind, anywhere: bool = False) -> bool | None:
        window = WINDOWS[kind]
        contacts = [one for one in asked if anywhere or one.conversation == conversation]
        if person or any(one.at - last.at <= window for one in contacts):
            return False
        return True if age > window else None

    verified = quiet("verified") if fine else False
    durable = quiet("durable", anywhere=True) if verified is not False else False
    return Outcome(
        conversation,
        last.customer,
        last.at,
        person,
        confirmed=not person and any(_confirms(one) for one in after if one.conversation == conversation),
        assumed=quiet("assumed"),
        verified=verified,
        durable=durable,
    )


def _is_answer(entry: Entry) -> bool:
    made = entry.payload
    return isinstance(made, BotDecided) and made.action == "answer" and made.sent is not None


def _borne_out(said: Sequence[Entry]) -> bool:
    return all(isinstance(one.payload, BotDecided) and one.payload.supported for one in said)


def _asks(entry: Entry) -> bool:
    """Tell whether an entry is a customer's contact: any message but mere thanks."""
    return isinstance(entry.payload, MessageReceived) and not is_thanks(entry.payload.text)


def _confirms(entry: Entry) -> bool:
    payload = entry.payload
    if isinstance(payload, SurveyAnswered):
        return payload.survey == "csat" and payload.score >= SATISFIED
    return isinstance(payload, MessageReceived) and is_thanks(payload.text)


def _is_person(entry: Entry) -> bool:
    payload = entry.payload
    if isinstance(payload, MessageSent):
        return payload.author != "bot"
    if isinstance(payload, BotDecided):
        return payload.action == "hand_off" and payload.sent is not None
    return isinstance(payload, ConversationAssigned) and payload.owner is not None


def counts(outcomes: Iterable[Outcome], now: datetime) -> list[Count]:
    """Return the four definitions side by side, over the same conversations."""
    known = list(outcomes)
    told: list[Count] = []
    for kind, window in WINDOWS.items():
        over = [one for one in known if getattr(one, kind) is not None and now - one.answered_at > window]
        resolved = sum(bool(getattr(one, kind)) for one in over)
        told.append(Count(kind, resolved, len(over), len(known) - len(over)))
    return told


def read_outcomes(session: Session, scope: Scope, now: datetime, limit: int = 2_000) -> list[Outcome]:
    """Return the outcomes of the latest conversations that the bot decided on, over all channels of each customer."""
    query = (
        select(EntryRow.conversation, EntryRow.customer)
        .where(of_kinds(scope, "bot_decided"), EntryRow.conversation.is_not(None))
        .group_by(EntryRow.conversation, EntryRow.customer)
        .order_by(func.max(EntryRow.seq).desc())
        .limit(limit)
    )
    rows = [(ConversationId(str(one)), CustomerId(customer)) for one, customer in session.execute(query)]
    found: list[Outcome] = []
    for start in range(0, len(rows), AT_ONCE):
        batch = rows[start : start + AT_ONCE]
        person = persons.with_fellows(session, scope, {customer for _, customer in batch})
        entries: defaultdict[CustomerId, list[Entry]] = defaultdict(list)
        for one in remaining.of_kinds(session, scope, list(person), COUNTED):
            entries[person[one.customer]].append(one)
        told = [outcome(entries[person[customer]], conversation, now) for conversation, customer in batch]
        found += [one for one in told if one is not None]
    return found


def why(decisions: Iterable[BotDecided]) -> Counter[str]:
    """Return how often each thing was decided, "hand_off: anger" and the like."""
    return Counter(f"{one.action}: {one.reason}" if one.reason else one.action for one in decisions)
