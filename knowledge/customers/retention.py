"""Retention: what is kept for how many days; what is older loses its words, holds excepted."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, get_args

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from knowledge.customers import access, entries, holds, timeline
from knowledge.customers.erasure import drop_payloads
from knowledge.customers.tables import EntryRow, PayloadRow
from knowledge.database import Database
from knowledge.failures import Rejected
from knowledge.scope import Scope, within

ACCESS_LOG = "access_log"
# Without these nobody could show what was done and why.
KEPT = frozenset({"erased", "hold_set"})
BATCH = 2_000
MOST_DAYS = 36_500


def kinds() -> frozenset[str]:
    """Return what a schedule may name: every kind of entry that may lose its words, and the access log."""
    payloads = get_args(get_args(entries.Payload)[0])
    return frozenset({payload.kind for payload in payloads} - KEPT | {ACCESS_LOG})


@dataclass(frozen=True)
class Schedule:
    """How many days each kind is kept; what is not named is kept for good."""

    days: Mapping[str, int]


def parse_schedule(text: str) -> Schedule:
    """Read a schedule such as `page_viewed=90, survey_answered=730`.

    Raises:
        Rejected: a part is no `kind=days`, or the kind is none that may be shortened.
    """
    days: dict[str, int] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        kind, _, count = (piece.strip() for piece in part.partition("="))
        if kind not in kinds():
            named = ", ".join(sorted(kinds()))
            raise Rejected(f"{kind} is nothing that a retention schedule can name.", f"One of {named}.")
        if not count.isdecimal() or not 1 <= int(count) <= MOST_DAYS:
            raise Rejected(f"{kind}: {count!r} is no number of days from 1 to {MOST_DAYS}.", "Write page_viewed=90.")
        days[kind] = int(count)
    return Schedule(days)


def count_expired(session: Session, scope: Scope, schedule: Schedule, now: datetime) -> Counter[str]:
    """Return how many of each kind are older than the schedule keeps them; changes nothing."""
    held = holds.held_records(session, scope)
    counts: Counter[str] = Counter()
    for kind, end in _ends(schedule, now):
        if kind == ACCESS_LOG:
            counts[kind] = access.count_before(session, scope, end)
        else:
            old = _old(scope, kind, end, held).subquery()
            counts[kind] = session.scalar(select(func.count()).select_from(old)) or 0
    return counts


def retain(database: Database, scope: Scope, schedule: Schedule, now: datetime) -> Counter[str]:
    """Take the words from what is too old, in transactions of some thousand entries; returns how many of each kind.

    Envelopes stay. A conversation whose messages are gone counts those that are left; one whose beginning is gone,
    goes. Running it again, or after a kill, goes on where it stopped.
    """
    counts: Counter[str] = Counter()
    for kind, end in _ends(schedule, now):
        if kind == ACCESS_LOG:
            with database.write() as session:
                counts[kind] = access.count_before(session, scope, end)
                access.delete_before(session, scope, end)
            continue
        counts[kind] = 0
        while dropped := _drop_some(database, scope, kind, end):
            counts[kind] += dropped
    return counts


def _drop_some(database: Database, scope: Scope, kind: str, end: datetime) -> int:
    with database.write() as session:
        timeline.hold(session, scope)
        held = holds.held_records(session, scope)
        some = session.scalars(_old(scope, kind, end, held).limit(BATCH)).all()
        return drop_payloads(session, scope, some).dropped if some else 0


def _ends(schedule: Schedule, now: datetime) -> list[tuple[str, datetime]]:
    return [(kind, now - timedelta(days=days)) for kind, days in sorted(schedule.days.items())]


def _old(scope: Scope, kind: str, end: datetime, held: set[Any]) -> Select[str]:
    return (
        select(EntryRow.id)
        .join(PayloadRow, PayloadRow.entry == EntryRow.id)
        .where(within(scope, EntryRow), EntryRow.kind == kind, EntryRow.at < end, EntryRow.customer.not_in(held))
    )
