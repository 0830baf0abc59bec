"""Where a customer stands: accounts as they are now, the channels they use, mood, satisfaction, health."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from knowledge.customers import feeling, health, persons, remaining
from knowledge.customers.entries import Entry
from knowledge.customers.feeling import MoodTrend, Satisfaction
from knowledge.customers.health import Health
from knowledge.customers.record_entries import AccountRecorded
from knowledge.customers.tables import ConversationRow
from knowledge.customers.weighing import AS_SHIPPED, Weighing
from knowledge.ids import CustomerId
from knowledge.scope import Scope, within


@dataclass(frozen=True)
class ChannelUse:
    """How a customer used a channel: conversations they wrote in, when they last did."""

    channel: str
    conversations: int
    last_received_at: datetime


@dataclass(frozen=True)
class Standing:
    """Everything about a customer that is worked out of their entries and changes with time."""

    accounts: tuple[AccountRecorded, ...]
    channels: tuple[ChannelUse, ...]
    mood: MoodTrend | None
    satisfaction: tuple[Satisfaction, ...]
    health: Health | None


def standing_of(
    session: Session, scope: Scope, customer: CustomerId, now: datetime, weighing: Weighing = AS_SHIPPED
) -> Standing:
    """Return where the person stands that a record belongs to; `weighing` is how health is reckoned."""
    records = persons.records_of(session, scope, customer)
    entries = remaining.of_kinds(session, scope, records, feeling.KINDS | {"account_recorded"})
    return Standing(
        accounts=fold_accounts(entries),
        channels=channels_of(session, scope, records),
        mood=feeling.fold_mood(entries),
        satisfaction=tuple(feeling.fold_surveys(entries).values()),
        health=health.health_of(session, scope, customer, now, weighing),
    )


def fold_accounts(entries: Iterable[Entry]) -> tuple[AccountRecorded, ...]:
    """Return each account as it was told last, in the order of their names."""
    latest: dict[str, tuple[datetime, int, AccountRecorded]] = {}
    for entry in entries:
        said = entry.payload
        if isinstance(said, AccountRecorded):
            found = (entry.at, entry.seq, said)
            latest[said.account] = max(latest.get(said.account, found), found, key=lambda one: one[:2])
    return tuple(said for _, (_, _, said) in sorted(latest.items()))


def channels_of(session: Session, scope: Scope, records: Sequence[CustomerId]) -> tuple[ChannelUse, ...]:
    """Return the channels these records wrote on, the one used last first."""
    last = func.max(ConversationRow.last_received_at)
    query = (
        select(ConversationRow.channel, func.count(), last)
        .where(
            within(scope, ConversationRow),
            ConversationRow.customer.in_(records),
            ConversationRow.last_received_at.is_not(None),
        )
        .group_by(ConversationRow.channel)
        .order_by(last.desc(), ConversationRow.channel)
    )
    return tuple(ChannelUse(channel, count, at) for channel, count, at in session.execute(query) if at is not None)
