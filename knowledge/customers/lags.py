"""Sync lag: how long after they were written entries reached those who follow, counted by day in narrow classes."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from math import ceil, log

from sqlalchemy import Date, String, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, Session, mapped_column

from knowledge.customers.entries import Entry
from knowledge.database import Base, Database, insert_into
from knowledge.scope import Scope, Scoped, within

# A class ends a tenth above the one below it; the lowest is everything up to a millisecond, the highest is over a day.
WIDTH, LEAST, MOST = 1.1, 0.001, 192
# What was told to us later than this, such as an import or a mail that lay somewhere, says nothing about our readers.
AS_IT_HAPPENED = timedelta(minutes=1)
_KEY = ("team", "brand", "day", "step")
Counts = Mapping[date, Mapping[int, int]]


class LagRow(Scoped, Base):
    """How many entries of a day fell into a class; no word and no person."""

    __tablename__ = "sync_lags"

    team: Mapped[str] = mapped_column(String(64), primary_key=True)
    brand: Mapped[str] = mapped_column(String(64), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    step: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entries: Mapped[int] = mapped_column(default=0)


def step_of(seconds: float) -> int:
    """Return the class of a lag."""
    return 0 if seconds <= LEAST else min(MOST, ceil(log(seconds / LEAST, WIDTH)))


def seconds_of(step: int) -> float:
    """Return the longest lag of a class, in seconds."""
    return float(LEAST * WIDTH**step)


class Lags:
    """What this process saw since it last kept it; safe to use from several threads."""

    def __init__(self, database: Database, scope: Scope, clock: Callable[[], datetime]) -> None:
        self._database, self._scope, self.clock = database, scope, clock
        self._lock, self._seen = threading.Lock(), Counter[tuple[date, int]]()

    def note(self, entries: Iterable[Entry]) -> None:
        """Count entries that became readable now."""
        now = self.clock()
        fresh = [one for one in entries if one.recorded_at - one.at <= AS_IT_HAPPENED]
        with self._lock:
            self._seen.update((now.date(), step_of((now - one.recorded_at).total_seconds())) for one in fresh)

    def keep(self) -> None:
        """Add what was seen to what is kept; what cannot be written stays for the next time."""
        with self._lock:
            seen, self._seen = self._seen, Counter()
        if not seen:
            return
        try:
            with self._database.write() as session:
                self._add(session, seen)
        except OperationalError:  # a busy or restarting server
            with self._lock:
                self._seen.update(seen)

    def _add(self, session: Session, seen: Mapping[tuple[date, int], int]) -> None:
        mine = {"team": self._scope.team, "brand": self._scope.brand}
        rows = [{**mine, "day": day, "step": step, "entries": count} for (day, step), count in sorted(seen.items())]
        new = insert_into(session, LagRow)
        more = {"entries": LagRow.entries + new.excluded.entries}
        session.execute(new.on_conflict_do_update(index_elements=_KEY, set_=more), rows)


def lags_of(session: Session, scope: Scope) -> Counts:
    """Return what was kept, by day and class."""
    found: dict[date, dict[int, int]] = {}
    for row in session.scalars(select(LagRow).where(within(scope, LagRow)).order_by(LagRow.day, LagRow.step)):
        found.setdefault(row.day, {})[row.step] = row.entries
    return found
