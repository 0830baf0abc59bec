"""One-time codes: sent to a known address, a code proves that it is the customer's; hashed, few tries, soon over."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Index, LargeBinary, String, delete, func, or_, select, tuple_
from sqlalchemy.orm import Mapped, Session, mapped_column

from knowledge.customers import timeline
from knowledge.customers.entries import Handle
from knowledge.customers.tables import HandleRow
from knowledge.database import Base, Utc
from knowledge.erasing import Eraser, Person, delete_rows
from knowledge.failures import Rejected
from knowledge.ids import CustomerId, new_id
from knowledge.scope import Scope, Scoped, within

DIGITS = 6
LASTS = timedelta(minutes=10)
MOST_TRIES = 5
MOST_AN_HOUR = 5
HOUR = timedelta(hours=1)


class CodeRow(Scoped, Base):
    """A code that was asked for in one session (`asked_by`, its record) to prove an address; `digest` is salted."""

    __tablename__ = "codes"
    __table_args__ = (
        Index("ix_codes_asked_by", "asked_by"),
        Index("ix_codes_address", "team", "brand", "address_value"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    asked_by: Mapped[str] = mapped_column(String(32))
    address_kind: Mapped[str] = mapped_column(String(32))
    address_value: Mapped[str] = mapped_column(String(320))
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    digest: Mapped[str] = mapped_column(String(64))
    tries: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime] = mapped_column(Utc)
    ended_at: Mapped[datetime | None] = mapped_column(Utc)


def issue(session: Session, scope: Scope, asked_by: CustomerId, address: Handle, now: datetime) -> str:
    """Make a code for one session and address and return it, to be sent to the address and told to nobody else.

    An earlier one of the session ends. The code works in that session alone.

    Raises:
        Rejected: too many were asked for within an hour, by this session or for this address.
    """
    timeline.hold(session, scope)
    session.execute(delete(CodeRow).where(within(scope, CodeRow), CodeRow.made_at < now - HOUR))
    same = or_(
        CodeRow.asked_by == asked_by, (CodeRow.address_kind == address.kind) & (CodeRow.address_value == address.value)
    )
    if (session.scalar(select(func.count()).where(within(scope, CodeRow), same)) or 0) >= MOST_AN_HOUR:
        raise Rejected("Too many codes were asked for.", "Wait an hour.")
    for row in session.scalars(select(CodeRow).where(within(scope, CodeRow), CodeRow.asked_by == asked_by)):
        row.ended_at = row.ended_at or now
    code, salt = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}", secrets.token_bytes(16)
    session.add(
        CodeRow(
            id=new_id(),
            team=scope.team,
            brand=scope.brand,
            asked_by=asked_by,
            address_kind=address.kind,
            address_value=address.value,
            salt=salt,
            digest=_digest(salt, code),
            tries=0,
            made_at=now,
        )
    )
    session.flush()
    return code


def prove(session: Session, scope: Scope, asked_by: CustomerId, code: str, now: datetime) -> Handle | None:
    """Return the address that a code proves and use it up; `None` for a wrong, used, old or too often tried one.

    The caller commits in any case: a wrong try counts.
    """
    timeline.hold(session, scope)
    query = select(CodeRow).where(within(scope, CodeRow), CodeRow.asked_by == asked_by, CodeRow.ended_at.is_(None))
    row = session.scalars(query.order_by(CodeRow.made_at.desc()).limit(1)).first()
    if row is None or now - row.made_at >= LASTS:
        return None
    row.tries += 1
    right = hmac.compare_digest(row.digest, _digest(row.salt, code.strip()[: DIGITS * 2]))
    if right or row.tries >= MOST_TRIES:
        row.ended_at = now
    session.flush()
    return Handle(row.address_kind, row.address_value) if right else None


def _digest(salt: bytes, code: str) -> str:
    return hashlib.scrypt(code.encode(), salt=salt, n=2**12, r=8, p=1, dklen=32).hex()


def forget(session: Session, scope: Scope, person: Person) -> Mapping[str, int]:
    """Delete the codes a person asked for, and those that were sent to an address of theirs, whoever asked."""
    records = list(person.records)
    theirs = select(HandleRow.kind, HandleRow.value).where(within(scope, HandleRow), HandleRow.customer.in_(records))
    address = tuple_(CodeRow.address_kind, CodeRow.address_value)
    mine = within(scope, CodeRow) & or_(CodeRow.asked_by.in_(records), address.in_(theirs))
    return {"one-time codes": delete_rows(session, CodeRow, mine)}


ERASER = Eraser("knowledge.codes", frozenset({CodeRow.__tablename__}), forget)
