"""Resuming: a chat goes on elsewhere by a link or a code that works once, for a while, for one customer."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Index, String, delete, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from knowledge.customers import timeline
from knowledge.database import Base, Utc
from knowledge.erasing import Eraser, Person, delete_rows
from knowledge.ids import CustomerId, EntryId, new_id
from knowledge.scope import Scope, Scoped, within

LASTS = timedelta(minutes=10)
# A mail is not read at once.
MAILED_LASTS = timedelta(days=3)


class ResumeRow(Scoped, Base):
    """An offer to go on elsewhere. `code` is a keyed hash; `ended_at`: used, withdrawn or replaced."""

    __tablename__ = "resumes"
    __table_args__ = (Index("ix_resumes_customer", "customer"), Index("ix_resumes_code", "code"))

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    customer: Mapped[str] = mapped_column(String(32))
    code: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(Utc)
    expires_at: Mapped[datetime] = mapped_column(Utc)
    ended_at: Mapped[datetime | None] = mapped_column(Utc)


def offer(session: Session, scope: Scope, customer: CustomerId, code: str, now: datetime) -> tuple[str, datetime]:
    """Store an offer and return its id and its end; the customer's earlier ones end, old ones of anybody go."""
    timeline.hold(session, scope)
    withdraw(session, scope, customer, now)
    session.execute(delete(ResumeRow).where(within(scope, ResumeRow), ResumeRow.expires_at < now - LASTS))
    row = _row(scope, new_id(), customer, code, now, LASTS)
    session.add(row)
    session.flush()
    return row.id, row.expires_at


def mailed(
    session: Session, scope: Scope, customer: CustomerId, message: EntryId, code: str, now: datetime
) -> datetime:
    """Store the offer of a mail, under the mail's own id, and return its end; others of theirs stand.

    Sent again it is the same offer; one that was used stays so, one that ran out lasts anew.
    """
    row = session.get(ResumeRow, message)
    if row is None:
        row = _row(scope, message, customer, code, now, MAILED_LASTS)
        session.add(row)
    elif row.expires_at <= now:
        row.expires_at = now + MAILED_LASTS
    session.flush()
    return row.expires_at


def _row(scope: Scope, key: str, customer: CustomerId, code: str, now: datetime, lasts: timedelta) -> ResumeRow:
    return ResumeRow(
        id=key,
        team=scope.team,
        brand=scope.brand,
        customer=customer,
        code=code,
        made_at=now,
        expires_at=now + lasts,
        ended_at=None,
    )


def take(session: Session, scope: Scope, now: datetime, *, key: str = "", code: str = "") -> CustomerId | None:
    """Use an offer up, by its id or its code's hash, and return whose it is; `None`: there is none that still holds."""
    wanted = ResumeRow.id == key if key else ResumeRow.code == code
    open_one = (within(scope, ResumeRow), wanted, ResumeRow.ended_at.is_(None), ResumeRow.expires_at > now)
    # One statement: of two devices that try at the same moment one gets it.
    found = session.scalar(update(ResumeRow).where(*open_one).values(ended_at=now).returning(ResumeRow.customer))
    return cast(CustomerId, found) if found else None


def withdraw(session: Session, scope: Scope, customer: CustomerId, now: datetime) -> None:
    """End what is still open of a customer's offers."""
    open_ones = (within(scope, ResumeRow), ResumeRow.customer == customer, ResumeRow.ended_at.is_(None))
    session.execute(update(ResumeRow).where(*open_ones).values(ended_at=now))


def forget(session: Session, scope: Scope, person: Person) -> Mapping[str, int]:
    """Delete a person's offers."""
    mine = within(scope, ResumeRow) & ResumeRow.customer.in_(list(person.records))
    return {"offers to go on elsewhere": delete_rows(session, ResumeRow, mine)}


ERASER = Eraser("knowledge.resumes", frozenset({ResumeRow.__tablename__}), forget)
