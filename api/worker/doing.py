"""Doing: the two workflows, and what becomes of an attempt: done, tried again later, or buried."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic, sleep
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.parts import Parts
from api.worker.starting import JOBS, QUEUE, REACT, RUN, Starter
from api.worker.work import Job, Reaction, Retries, Works
from knowledge.customers import timeline
from knowledge.customers.entries import Entry
from knowledge.customers.tables import EntryRow
from knowledge.failures import Failure, Unavailable
from knowledge.ids import EntryId
from knowledge.work import letters, marks
from knowledge.work.letters import Failed

log = logging.getLogger(__name__)
Outcome = Literal["done", "again", "buried"]
# A reaction that this worker does not know may be known to a newer one: it waits for it.
UNKNOWN = timedelta(minutes=1)


class Doing:
    """Does work in workflows of DBOS. An attempt is one step: killed in it, it is made again from its beginning."""

    def __init__(self, parts: Parts, works: Works, poll: float, threads: int) -> None:
        self._parts, self._works, self._poll, self._threads = parts, works, poll, threads
        self._starter: Starter | None = None
        self._busy, self._lock = 0, threading.Lock()

    def declare(self, dbos: Any) -> None:
        """Register the workflows; their names and arguments are kept in the database."""

        def react(name: str, subject: str, replay: int, attempt: int) -> str:
            outcome: Outcome = dbos.run_step({"name": name}, self._react, name, subject, attempt)
            if outcome == "again":
                wait = self._retries(self._works.reactions.get(name)).wait(attempt)
                self._ready().reaction(name, subject, replay, attempt + 1, wait)
            return outcome

        def run_job(name: str, number: int, replay: int, attempt: int) -> str:
            outcome: Outcome = dbos.run_step({"name": name}, self._run, name, number, attempt)
            if outcome == "again":
                wait = self._retries(self._works.jobs.get(name)).wait(attempt)
                self._ready().job(name, number, replay, attempt + 1, wait)
            return outcome

        dbos.workflow(name=REACT)(react)
        dbos.workflow(name=RUN)(run_job)

    def queues(self, dbos: Any) -> None:
        """Open the queues. Jobs have one of their own, so that a long one does not hold up reactions."""
        for queue, threads in ((QUEUE, self._threads), (JOBS, 2)):
            dbos.register_queue(queue, worker_concurrency=threads, polling_interval_sec=self._poll)

    def begin_with(self, starter: Starter) -> None:
        """Take who puts further attempts into the queue."""
        self._starter = starter

    def finish(self, seconds: float) -> None:
        """Wait for what is being done, for a while."""
        deadline = monotonic() + seconds
        while self._busy and monotonic() < deadline:
            sleep(0.05)

    def _ready(self) -> Starter:
        assert self._starter is not None
        return self._starter

    def _retries(self, work: Reaction | Job | None) -> Retries:
        return work.retries if work is not None else Retries(first=UNKNOWN, factor=1)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._lock:
            self._busy += 1
        try:
            yield
        finally:
            with self._lock:
                self._busy -= 1

    def _react(self, name: str, subject: str, attempt: int) -> Outcome:
        with self._counted():
            reaction, problem = self._works.reactions.get(name), None
            try:
                if reaction is None:
                    raise Unavailable(f"This worker knows no work named {name}.", "Start a newer one.")
                entry = self._entry(reaction, EntryId(subject))
                if entry is not None:
                    reaction.run(self._parts, entry)
            except Exception as error:  # noqa: BLE001 - a worker loop: what goes wrong with one entry concerns it alone
                problem = error
            outcome = self._judge(self._retries(reaction), Failed(name, subject, _words(problem), attempt), problem)
            if outcome == "buried" and reaction is not None and reaction.gave_up is not None:
                self._tell(reaction.gave_up, EntryId(subject), _words(problem))
            return outcome

    def _tell(self, gave_up: Callable[[Parts, Entry, str], None], subject: EntryId, reason: str) -> None:
        with self._parts.database.read() as session:
            entry = timeline.get_entry(session, self._parts.scope, subject)
        gave_up(self._parts, entry, reason)

    def _entry(self, reaction: Reaction, subject: EntryId) -> Entry | None:
        """The entry to react to; `None` when a later one of its conversation speaks for the burst."""
        with self._parts.database.read() as session:
            entry = timeline.get_entry(session, self._parts.scope, subject)
            superseded = reaction.quiet > timedelta(0) and _has_later(session, entry, reaction.kinds)
            return None if superseded else entry

    def _run(self, name: str, number: int, attempt: int) -> Outcome:
        with self._counted():
            job, problem, told = self._works.jobs.get(name), None, None
            try:
                if job is None:
                    raise Unavailable(f"This worker knows no work named {name}.", "Start a newer one.")
                told = job.run(self._parts, self._parts.clock())
            except Exception as error:  # noqa: BLE001 - a worker loop: a job that fails must not end the others
                problem = error
            words = _words(problem)
            outcome = self._judge(self._retries(job), Failed(name, str(number), words, attempt), problem)
            if outcome != "again":
                with self._parts.database.write() as session:
                    said = words or told or "done"
                    marks.ended(session, self._parts.scope, name, number, said, self._parts.clock())
            return outcome

    def _judge(self, retries: Retries, attempted: Failed, problem: Exception | None) -> Outcome:
        """Say what becomes of an attempt, and write down what failed for good or is done after all."""
        scope, now = self._parts.scope, self._parts.clock()
        if problem is not None and _may_pass(problem) and attempted.attempts < retries.attempts:
            # Not the reason: a provider's words may quote an address. It stands in the letter, once it fails for good.
            log.warning("%s of %s will be tried again: %s", attempted.work, attempted.subject, type(problem).__name__)
            return "again"
        with self._parts.database.write() as session:
            if problem is None:
                letters.settle(session, scope, attempted.work, attempted.subject, now)
                return "done"
            letters.bury(session, scope, attempted, now)
        log.error("%s has failed for good", attempted.work, exc_info=None if _is_safe(problem) else problem)
        return "buried"


def _has_later(session: Session, entry: Entry, kinds: frozenset[str]) -> bool:
    later = select(EntryRow.seq).where(
        EntryRow.conversation == entry.conversation, EntryRow.kind.in_(kinds), EntryRow.seq > entry.seq
    )
    return entry.conversation is not None and session.scalar(later.limit(1)) is not None


def _may_pass(problem: Exception) -> bool:
    return isinstance(problem, Unavailable) or not isinstance(problem, Failure)


def _is_safe(problem: Exception) -> bool:
    return isinstance(problem, Failure)


def _words(problem: Exception | None) -> str:
    """What to write down about a problem. A failure's words are meant to be shown; another's may name a person."""
    if problem is None:
        return ""
    return str(problem) if _is_safe(problem) else f"{type(problem).__name__}; the log of the worker has the details."
