"""How colleagues like their work: one answer a month, kept apart from who gave it."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.failures import Conflict, Rejected
from knowledge.scope import Scope, within
from knowledge.staff.people import Staff, find_staff
from knowledge.staff.tables import PulseGivenRow, PulseRow

LEAST, MOST = 1, 5


def answer_pulse(session: Session, scope: Scope, email: str, score: int, now: datetime) -> None:
    """Take a colleague's answer of this month, 1 (not at all content) to 5 (very).

    That they answered is kept in one table and the answer in another, with nothing that joins them: no time, and ids
    without an order.

    Raises:
        NotFound: nobody here has that address.
        Conflict: they answered this month already.
        Rejected: the score is not on the scale.
    """
    if not LEAST <= score <= MOST:
        raise Rejected(f"The answer is a number from {LEAST} to {MOST}.", "Choose one of them.")
    staff, month = find_staff(session, scope, email), month_of(now)
    if _has_answered(session, scope, staff, now):
        raise Conflict("You have answered this month.", "The next question comes with the next month.")
    here = {"team": scope.team, "brand": scope.brand, "month": month}
    session.add(PulseGivenRow(staff=staff.id, **here))
    session.add(PulseRow(id=uuid4().hex, score=score, **here))
    session.flush()


def has_answered(session: Session, scope: Scope, email: str, now: datetime) -> bool:
    """Tell whether a colleague has answered this month."""
    return _has_answered(session, scope, find_staff(session, scope, email), now)


def _has_answered(session: Session, scope: Scope, staff: Staff, now: datetime) -> bool:
    mine = PulseGivenRow.staff == staff.id, PulseGivenRow.month == month_of(now)
    return session.scalar(select(PulseGivenRow.staff).where(within(scope, PulseGivenRow), *mine)) is not None


def pulses(session: Session, scope: Scope) -> dict[str, list[int]]:
    """Return the answers of each month (`2026-11`), from the lowest to the highest."""
    query = select(PulseRow.month, PulseRow.score).where(within(scope, PulseRow))
    found: dict[str, list[int]] = {}
    for month, score in session.execute(query.order_by(PulseRow.month, PulseRow.score)):
        found.setdefault(month, []).append(score)
    return found


def month_of(now: datetime) -> str:
    """Return the month of a moment, as `2026-11`."""
    return f"{now:%Y-%m}"
