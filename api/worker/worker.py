"""The worker: begins what is due, takes over from dead workers, and does the work in durable workflows."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

from api.parts import Parts
from api.worker import engine
from api.worker.doing import Doing
from api.worker.reaping import Reaper
from api.worker.starting import Starter
from api.worker.work import Works
from knowledge.database import Database
from knowledge.ear import Ear
from knowledge.work import marks

SWEEP_SECONDS = 3600.0
KEPT = timedelta(days=7)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pace:
    """How often a worker looks, in seconds, and how many pieces of work it does at once.

    A worker without a sign of life for `dead_after` is taken for dead; `grace` is what begun work gets at the end.
    """

    look: float = 0.25
    poll: float = 0.25
    beat: float = 5.0
    dead_after: float = 20.0
    grace: float = 10.0
    threads: int = 4


class Worker:
    """One worker of this process. `name` is never one that was there before."""

    def __init__(self, parts: Parts, works: Works, pace: Pace, dbos: Any, doing: Doing, name: str) -> None:
        self.name = name
        self._database: Database = parts.database
        self._pace, self._clock, self._doing = pace, parts.clock, doing
        self._starter = Starter(parts, works, dbos)
        self._reaper = Reaper(parts, dbos, name, timedelta(seconds=pace.dead_after))
        self._dbos, self._swept = dbos, 0.0
        self._stop = threading.Event()
        self._looks = threading.Thread(target=self._look, name="work-starter", daemon=True)
        self._beats = threading.Thread(target=self._beat, name="work-heart", daemon=True)

    def start(self) -> None:
        """Begin to look and to give signs of life."""
        self._doing.begin_with(self._starter)
        with self._database.write() as session:
            marks.beat(session, self.name, self._clock())
        self._looks.start()
        self._beats.start()

    def stop(self) -> None:
        """Begin nothing more, let begun work finish for a while, and say that what is left may be taken over."""
        self._stop.set()
        self._looks.join()
        self._beats.join()
        self._doing.finish(self._pace.grace)

    def _look(self) -> None:
        ear = Ear(self._database)
        while not self._stop.is_set():
            try:
                self._starter.begin()
            except Exception:  # a worker loop: what fails now is looked at again
                log.exception("the worker cannot begin what is due")
                self._stop.wait(self._pace.look * 4)
            ear.wait(self._pace.look, self._stop)
        ear.close()

    def _beat(self) -> None:
        while not self._stop.is_set():
            try:
                with self._database.write() as session:
                    marks.beat(session, self.name, self._clock())
                self._reaper.look()
                self._sweep()
            except Exception:  # a worker loop: the next beat looks again
                log.exception("the worker cannot give a sign of life")
            self._stop.wait(self._pace.beat)

    def _sweep(self) -> None:
        if monotonic() >= self._swept + SWEEP_SECONDS:
            engine.sweep(self._dbos, datetime.now(UTC) - KEPT)
            self._swept = monotonic()


@contextmanager
def open_worker(parts: Parts, works: Works, pace: Pace | None = None) -> Iterator[Worker]:
    """Run a worker over these parts until the end; one a process.

    Raises:
        Unavailable: the database of the work does not answer.
    """
    pace = pace or Pace()
    name = engine.worker_name()
    doing = Doing(parts, works, pace.poll, pace.threads)
    try:
        with engine.launched(parts.settings, name, doing.declare, pace.threads) as dbos:
            doing.queues(dbos)
            worker = Worker(parts, works, pace, dbos, doing, name)
            worker.start()
            try:
                yield worker
            finally:
                worker.stop()
    finally:
        with parts.database.write() as session:
            marks.leave(session, name)
