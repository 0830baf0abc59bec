"""The tables of privacy: hashes of whom not to import again, and who looked at whose record."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base, BigId, Utc
from knowledge.scope import Scoped


class SuppressionKeyRow(Scoped, Base):
    """The random key of a scope's hashes, made with the first of them."""

    __tablename__ = "suppression_keys"

    team: Mapped[str] = mapped_column(String(64), primary_key=True)
    brand: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(32))


class SuppressionRow(Scoped, Base):
    """The keyed hash of an address or outside id of somebody who was erased."""

    __tablename__ = "suppressions"

    team: Mapped[str] = mapped_column(String(64), primary_key=True)
    brand: Mapped[str] = mapped_column(String(64), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    since: Mapped[datetime] = mapped_column(Utc)


class AccessRow(Scoped, Base):
    """A colleague looked at a customer's record. Both are random keys; only `why` holds words."""

    __tablename__ = "access_log"
    __table_args__ = (
        Index("ix_access_log_customer", "customer", "at"),
        Index("ix_access_log_at", "at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(Utc)
    staff: Mapped[str] = mapped_column(String(32))
    customer: Mapped[str] = mapped_column(String(32))
    what: Mapped[str] = mapped_column(String(100))
    why: Mapped[str] = mapped_column(String(200), default="")
