"""The outbox to colleagues: what is mailed to whom when it comes round, and that each mail leaves once.

As with the outbox to customers, sending is marked before the mail server is asked: whoever finds the mark knows that
the mail may have left, and looks before it leaves again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.ids import new_id
from knowledge.scope import Scope, within
from knowledge.staff.tables import MailingRow

State = Literal["queued", "sent", "failed"]
REASON_CHARS = 500


@dataclass(frozen=True)
class Mailing:
    """One mail: `about` names the occasion, `id` the mail itself. `since`: sending was begun, its outcome unknown."""

    id: str
    about: str
    address: str
    state: State
    reason: str
    queued_at: datetime
    since: datetime | None


def queue(session: Session, scope: Scope, about: str, addresses: Iterable[str], now: datetime) -> int:
    """Put a mail about something into the outbox for each address that has none; return how many were put in."""
    known = {one.address for one in list_mailings(session, scope, about)}
    fresh = sorted({one.lower() for one in addresses} - known)
    for address in fresh:
        row = MailingRow(id=new_id(), about=about, address=address, state="queued", queued_at=now)
        row.team, row.brand, row.reason = scope.team, scope.brand, ""
        session.add(row)
    session.flush()
    return len(fresh)


def list_mailings(session: Session, scope: Scope, about: str = "", state: State | None = None) -> list[Mailing]:
    """Return the mails about something, or all, the latest occasion first."""
    query = select(MailingRow).where(within(scope, MailingRow))
    query = query.where(MailingRow.about == about) if about else query
    query = query.where(MailingRow.state == state) if state else query
    rows = session.scalars(query.order_by(MailingRow.about.desc(), MailingRow.address))
    return [_mailing(row) for row in rows]


def begin(session: Session, mailing: Mailing, now: datetime) -> None:
    """Mark that it is being sent."""
    _row(session, mailing).sending_since = now


def put_back(session: Session, mailing: Mailing, reason: str) -> None:
    """Say that it did not leave; it waits for the next try."""
    row = _row(session, mailing)
    row.sending_since, row.reason = None, reason[:REASON_CHARS]


def settle(session: Session, mailing: Mailing, state: State, reason: str = "") -> None:
    """Say that it left, or that it never will."""
    row = _row(session, mailing)
    row.sending_since, row.state, row.reason = None, state, reason[:REASON_CHARS]


def _row(session: Session, mailing: Mailing) -> MailingRow:
    return session.get_one(MailingRow, mailing.id)


def _mailing(row: MailingRow) -> Mailing:
    state = cast("State", row.state)
    return Mailing(row.id, row.about, row.address, state, row.reason, row.queued_at, row.sending_since)
