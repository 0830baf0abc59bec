"""When colleagues are there: available, away (a break, a meeting, a training) or off, as they say it themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast, get_args

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from knowledge.failures import NotFound, Rejected
from knowledge.scope import Scope, within
from knowledge.staff.tables import StaffRow, StateRow

State = Literal["available", "away", "off"]
STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True)
class Span:
    """A colleague was available or away from a moment to another; `until` is `None` while it lasts."""

    email: str
    state: State
    since: datetime
    until: datetime | None


def say_state(session: Session, scope: Scope, email: str, state: State, now: datetime) -> None:
    """Note that a colleague is available, away or off from now on; the same again changes nothing.

    Raises:
        NotFound: nobody active here has that address.
        Rejected: there is no such state.
    """
    if state not in STATES:
        raise Rejected(f"{state} is no state.", f"States are {', '.join(STATES)}.")
    query = select(StaffRow).where(within(scope, StaffRow), StaffRow.email == email, StaffRow.active)
    row = session.scalar(query.with_for_update())
    if row is None:
        raise NotFound(f"Nobody here has the address {email}.", "`threadline users list` shows all.")
    if row.state == state:
        return
    open_now = within(scope, StateRow), StateRow.staff == row.id, StateRow.until.is_(None)
    session.execute(update(StateRow).where(*open_now).values(until=now))
    if state != "off":
        session.add(StateRow(team=scope.team, brand=scope.brand, staff=row.id, state=state, since=now))
    row.state = state
    session.flush()


def list_spans(session: Session, scope: Scope, since: datetime, until: datetime) -> Sequence[Span]:
    """Return the spans that reach into a period, the earliest first."""
    query = (
        select(StateRow, StaffRow.email)
        .join(StaffRow, StaffRow.id == StateRow.staff)
        .where(within(scope, StateRow), StateRow.since < until, or_(StateRow.until.is_(None), StateRow.until > since))
        .order_by(StateRow.since, StateRow.id)
    )
    return [Span(email, cast("State", row.state), row.since, row.until) for row, email in session.execute(query)]
