"""The access log: which colleague looked at whose record, when, where and why."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from knowledge.customers.privacy_tables import AccessRow
from knowledge.ids import CustomerId, StaffId
from knowledge.scope import Scope, within

# The parts of a page are fetched again and again: the same look within an hour is one line.
ONE_LOOK = timedelta(hours=1)


@dataclass(frozen=True)
class Look:
    """A colleague looked at a record: `what` names the door they used, `why` is in their words and may be empty."""

    staff: StaffId
    customer: CustomerId
    what: str
    why: str = ""
    at: datetime | None = None


def is_new(session: Session, scope: Scope, look: Look, now: datetime) -> bool:
    """Return whether this look is not in the log already, within the last hour."""
    known = select(AccessRow.id).where(
        within(scope, AccessRow),
        AccessRow.customer == look.customer,
        AccessRow.at > now - ONE_LOOK,
        AccessRow.staff == look.staff,
        AccessRow.what == look.what,
        AccessRow.why == look.why,
    )
    return session.scalar(known.limit(1)) is None


def note(session: Session, scope: Scope, look: Look, now: datetime) -> None:
    """Write a look into the log."""
    session.add(
        AccessRow(
            team=scope.team,
            brand=scope.brand,
            at=now,
            staff=look.staff,
            customer=look.customer,
            what=look.what[:100],
            why=look.why[:200],
        )
    )
    session.flush()


def looks_at(session: Session, scope: Scope, records: Collection[CustomerId], limit: int = 1_000) -> list[Look]:
    """Return who looked at these records, the latest first."""
    rows = session.scalars(
        select(AccessRow)
        .where(within(scope, AccessRow), AccessRow.customer.in_(records))
        .order_by(AccessRow.at.desc(), AccessRow.id.desc())
        .limit(limit)
    )
    return [Look(cast(StaffId, row.staff), cast(CustomerId, row.customer), row.what, row.why, row.at) for row in rows]


def forget_words(session: Session, scope: Scope, records: Collection[CustomerId]) -> int:
    """Delete what colleagues wrote about these records' looks; returns of how many. The random keys stay."""
    wordy = within(scope, AccessRow) & AccessRow.customer.in_(records) & (AccessRow.why != "")
    count = session.scalar(select(func.count()).select_from(AccessRow).where(wordy)) or 0
    session.execute(update(AccessRow).where(wordy).values(why=""))
    return count


def count_before(session: Session, scope: Scope, end: datetime) -> int:
    """Return how many looks lie before a moment."""
    return session.scalar(select(func.count()).where(within(scope, AccessRow), AccessRow.at < end)) or 0


def delete_before(session: Session, scope: Scope, end: datetime) -> None:
    """Delete the looks that lie before a moment."""
    session.execute(delete(AccessRow).where(within(scope, AccessRow), AccessRow.at < end))
