"""The tables of the staff: people, their logins, when they are there, exercises, answers, and mail to them."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base, BigId, Utc
from knowledge.scope import Scoped


class StaffRow(Scoped, Base):
    """A colleague. Without a password hash they are known but cannot log in."""

    __tablename__ = "staff"
    __table_args__ = (Index("uq_staff_email", "email", unique=True),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    email: Mapped[str] = mapped_column(String(320))
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(16))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    profile: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(Utc)
    left_at: Mapped[datetime | None] = mapped_column(Utc)
    state: Mapped[str] = mapped_column(String(16), default="", server_default="")


class LoginRow(Base):
    """A live login: the SHA-256 of its token, never the token."""

    __tablename__ = "logins"
    __table_args__ = (Index("ix_logins_staff", "staff"),)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    label: Mapped[str] = mapped_column(String(100), default="")
    created_at: Mapped[datetime] = mapped_column(Utc)
    expires_at: Mapped[datetime] = mapped_column(Utc)


class TrainingRow(Scoped, Base):
    """One exercise of a colleague: the share of its rubric that was met, in %, and each line of it, met of asked."""

    __tablename__ = "trainings"
    __table_args__ = (Index("ix_trainings_staff", "staff", "at"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    staff: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(Utc)
    customers: Mapped[int]
    seed: Mapped[int]
    percent: Mapped[float]
    rubric: Mapped[dict[str, list[int]]] = mapped_column(JSON)


class MailingRow(Scoped, Base):
    """A mail to a colleague about something that comes round, such as a month's report; it leaves once.

    `sending_since` stands while sending was begun whose outcome is not known.
    """

    __tablename__ = "mailings"
    __table_args__ = (Index("uq_mailings_about", "team", "brand", "about", "address", unique=True),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    about: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(320))
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(500), default="")
    queued_at: Mapped[datetime] = mapped_column(Utc)
    sending_since: Mapped[datetime | None] = mapped_column(Utc)


class StateRow(Scoped, Base):
    """A colleague was available or away for a while; `until` is empty while it lasts."""

    __tablename__ = "staff_states"
    __table_args__ = (Index("ix_staff_states_since", "team", "brand", "since"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    staff: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    state: Mapped[str] = mapped_column(String(16))
    since: Mapped[datetime] = mapped_column(Utc)
    until: Mapped[datetime | None] = mapped_column(Utc)


class PulseRow(Scoped, Base):
    """Somebody's answer of a month to how content they are with their work; not whose. Stored by its random id."""

    __tablename__ = "pulses"
    __table_args__ = ({"sqlite_with_rowid": False},)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    month: Mapped[str] = mapped_column(String(7))
    score: Mapped[int]


class PulseGivenRow(Scoped, Base):
    """A colleague has answered for a month; not what."""

    __tablename__ = "pulses_given"

    staff: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
