"""Marks: how far a reaction has read, which run of a job is due, who is alive."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.customers import timeline
from knowledge.scope import Scope, within
from knowledge.work.tables import CursorRow, RevivalRow, RunRow, WorkerRow

GONE = -1
# After so long without an end a run is given up.
HANGS = timedelta(days=1)
OUTCOME_CHARS = 500


def cursor(
    session: Session, scope: Scope, name: str, begin: Callable[[Session, Scope], int | None] | None = None
) -> int:
    """Return up to which entry a reaction has begun its work; a new one begins where `begin` says, else from now on.

    The row is locked until the transaction ends: two workers do not read the same stretch at once.
    """
    row = session.get(CursorRow, (scope.team, scope.brand, name), with_for_update=True)
    if row is None:
        start = begin(session, scope) if begin is not None else None
        start = timeline.last_seq(session, scope) if start is None else start
        row = CursorRow(team=scope.team, brand=scope.brand, name=name, seq=start)
        session.add(row)
        session.flush()
    return row.seq


def advance(session: Session, scope: Scope, name: str, seq: int) -> None:
    """Move a reaction's cursor."""
    session.get_one(CursorRow, (scope.team, scope.brand, name)).seq = seq


def begin_run(session: Session, scope: Scope, name: str, every: timedelta, now: datetime) -> int | None:
    """Return the number of the run that a job is due for and mark it begun; `None` while it is not due.

    Numbers grow, and no two runs share one even when the record comes from a backup or the clock is set back.
    """
    row = session.get(RunRow, (scope.team, scope.brand, name), with_for_update=True)
    if row is None:
        row = RunRow(team=scope.team, brand=scope.brand, name=name, number=0, begun_at=now)
        session.add(row)
    elif not is_due(_run(row), every, now):
        return None
    row.number, row.begun_at = max(row.number + 1, int(now.timestamp())), now
    row.ended_at, row.outcome = None, ""
    session.flush()
    return row.number


def is_due(last: "Run", every: timedelta, now: datetime) -> bool:
    """Tell whether a job that last ran like this is due.

    A clock that was set back makes it due at once, one that leapt ahead makes it due once. A run that has not ended
    holds the next one up, but not for good.
    """
    if last.ended_at is None and abs(now - last.begun_at) < max(every * 10, HANGS):
        return False
    return not last.begun_at <= now < last.begun_at + every


def ended(session: Session, scope: Scope, name: str, number: int, outcome: str, now: datetime) -> None:
    """Write down how a run of a job ended, unless a later one has begun."""
    row = session.get(RunRow, (scope.team, scope.brand, name))
    if row is not None and row.number == number:
        row.ended_at, row.outcome = now, outcome[:OUTCOME_CHARS]


@dataclass(frozen=True)
class Run:
    """The latest run of a job."""

    name: str
    number: int
    begun_at: datetime
    ended_at: datetime | None
    outcome: str


def list_runs(session: Session, scope: Scope) -> list[Run]:
    """Return the latest run of every job, by name."""
    rows = session.scalars(select(RunRow).where(within(scope, RunRow)).order_by(RunRow.name))
    return [_run(row) for row in rows]


def _run(row: RunRow) -> Run:
    return Run(row.name, row.number, row.begun_at, row.ended_at, row.outcome)


@dataclass(frozen=True)
class Beat:
    """A worker's sign of life; `beats` is `GONE` when it ended in good order."""

    worker: str
    beats: int
    began_at: datetime
    beat_at: datetime


def beat(session: Session, worker: str, now: datetime) -> None:
    """Give a sign of life. The count says it, not the time: clocks jump."""
    row = session.get(WorkerRow, worker)
    if row is None:
        session.add(WorkerRow(id=worker, beats=1, began_at=now, beat_at=now))
    else:
        row.beats, row.beat_at = max(row.beats, 0) + 1, now


def leave(session: Session, worker: str) -> None:
    """Say that a worker ends: what it leaves undone may be taken over at once."""
    row = session.get(WorkerRow, worker)
    if row is not None:
        row.beats = GONE


def list_beats(session: Session) -> list[Beat]:
    """Return every worker that is known, the oldest first."""
    rows = session.scalars(select(WorkerRow).order_by(WorkerRow.began_at, WorkerRow.id))
    return [Beat(row.id, row.beats, row.began_at, row.beat_at) for row in rows]


def claim(session: Session, dead: Beat) -> bool:
    """Take over from a worker within this transaction; `False` when another did, or when it lives after all."""
    row = session.scalar(select(WorkerRow).where(WorkerRow.id == dead.worker).with_for_update(skip_locked=True))
    if row is None or row.beats != dead.beats:
        return False
    session.delete(row)
    return True


def revive(session: Session, workflow: str) -> int:
    """Count that a piece of work is taken over from a dead worker; returns how often it was."""
    row = session.get(RevivalRow, workflow)
    if row is None:
        row = RevivalRow(workflow=workflow, times=0)
        session.add(row)
    row.times += 1
    return row.times
