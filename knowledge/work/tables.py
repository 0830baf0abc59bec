"""The tables of background work: cursors, runs of jobs, workers, revivals, dead letters."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base, BigId, Utc
from knowledge.scope import Scoped


class CursorRow(Scoped, Base):
    """Up to which entry a reaction has begun its work."""

    __tablename__ = "work_cursors"

    team: Mapped[str] = mapped_column(String(64), primary_key=True)
    brand: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    seq: Mapped[int] = mapped_column(BigId)


class RunRow(Scoped, Base):
    """The latest run of a job: its number, when it began, when and how it ended."""

    __tablename__ = "work_runs"

    team: Mapped[str] = mapped_column(String(64), primary_key=True)
    brand: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int] = mapped_column(BigId)
    begun_at: Mapped[datetime] = mapped_column(Utc)
    ended_at: Mapped[datetime | None] = mapped_column(Utc)
    outcome: Mapped[str] = mapped_column(String(500), default="")


class WorkerRow(Base):
    """A worker that is alive while `beats` grows; `GONE` stands there once it has ended in good order."""

    __tablename__ = "work_workers"

    id: Mapped[str] = mapped_column(String(120), primary_key=True)
    beats: Mapped[int]
    began_at: Mapped[datetime] = mapped_column(Utc)
    beat_at: Mapped[datetime] = mapped_column(Utc)


class RevivalRow(Base):
    """How often a piece of work was taken over from a worker that died at it."""

    __tablename__ = "work_revivals"

    workflow: Mapped[str] = mapped_column(String(200), primary_key=True)
    times: Mapped[int]


class LetterRow(Scoped, Base):
    """A dead letter: work that failed for good. `subject` is the entry it was about, or the number of a job's run.

    `replays` counts how often somebody asked for it again, `wanted` that it was and has not begun.
    """

    __tablename__ = "work_letters"
    __table_args__ = (
        Index("uq_work_letters_subject", "team", "brand", "work", "subject", unique=True),
        Index("ix_work_letters_customer", "customer"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    work: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(64))
    customer: Mapped[str | None] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(String(500))
    attempts: Mapped[int]
    buried_at: Mapped[datetime] = mapped_column(Utc)
    replays: Mapped[int] = mapped_column(default=0)
    wanted: Mapped[bool] = mapped_column(default=False)
    settled_at: Mapped[datetime | None] = mapped_column(Utc)
