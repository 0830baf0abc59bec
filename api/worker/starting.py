"""Starting: which work is due now, begun under names that make beginning it twice the same as once."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from api.parts import Parts
from api.worker.work import Reaction, Works
from knowledge.customers import timeline
from knowledge.customers.entries import Entry
from knowledge.scope import within
from knowledge.work import letters, marks
from knowledge.work.letters import Letter
from knowledge.work.tables import CursorRow, LetterRow

QUEUE, JOBS = "work", "jobs"
REACT, RUN = "react", "run_job"
BATCH = 500


class Starter:
    """Puts work into the queues: each entry's reactions, jobs that are due, letters that are wanted again.

    The name of a workflow follows from what it is about, and the mark that it was begun is committed after it is in
    the queue: killed in between, it is put there again under the same name, which changes nothing.
    """

    def __init__(self, parts: Parts, works: Works, dbos: Any) -> None:
        self._parts, self._works, self._dbos = parts, works, dbos

    def begin(self) -> None:
        """Begin everything that is due."""
        while self._react():
            pass
        self._run_jobs()
        self._replay()

    def reaction(self, name: str, subject: str, replay: int, attempt: int, wait: timedelta) -> None:
        """Put one attempt of a reaction into the queue, to begin after a while."""
        self._put(QUEUE, REACT, f"{name}:{subject}:{replay}:{attempt}", wait, (name, subject, replay, attempt))

    def job(self, name: str, number: int, replay: int, attempt: int, wait: timedelta) -> None:
        """Put one attempt of a job's run into the queue, to begin after a while."""
        self._put(JOBS, RUN, f"{name}:{number}:{replay}:{attempt}", wait, (name, number, replay, attempt))

    def _put(self, queue: str, workflow: str, name: str, wait: timedelta, given: tuple[Any, ...]) -> None:
        options: dict[str, Any] = {"queue_name": queue, "workflow_name": workflow, "workflow_id": name}
        if wait > timedelta(0):
            options["delay_seconds"] = wait.total_seconds()
        self._dbos.enqueue_workflow_with_options(options, *given)

    def _react(self) -> bool:
        """Read a batch of new entries for every reaction; returns whether more are there."""
        if not self._works.reactions or not self._anything_new():
            return False
        more, scope = False, self._parts.scope
        with self._parts.database.write() as session:
            for reaction in self._works.reactions.values():
                seq = marks.cursor(session, scope, reaction.name, reaction.begin)
                entries = timeline.after(session, scope, seq, limit=BATCH)
                for entry in entries:
                    if _concerns(reaction, entry):
                        self.reaction(reaction.name, entry.id, 0, 1, reaction.quiet)
                if entries:
                    marks.advance(session, scope, reaction.name, entries[-1].seq)
                more = more or len(entries) == BATCH
        return more

    def _anything_new(self) -> bool:
        scope = self._parts.scope
        with self._parts.database.read() as session:
            rows = session.execute(select(CursorRow.name, CursorRow.seq).where(within(scope, CursorRow)))
            cursors = {row.name: row.seq for row in rows}
            last = timeline.last_seq(session, scope)
        return any(cursors.get(name, -1) < last for name in self._works.reactions)

    def _run_jobs(self) -> None:
        now, scope = self._parts.clock(), self._parts.scope
        with self._parts.database.read() as session:
            runs = {run.name: run for run in marks.list_runs(session, scope)}
        for job in self._works.jobs.values():
            if job.name in runs and not marks.is_due(runs[job.name], job.every, now):
                continue
            with self._parts.database.write() as session:
                number = marks.begin_run(session, scope, job.name, job.every, now)
                if number is not None:
                    self.job(job.name, number, 0, 1, timedelta(0))

    def _replay(self) -> None:
        scope = self._parts.scope
        with self._parts.database.read() as session:
            if not session.scalar(select(LetterRow.id).where(within(scope, LetterRow), LetterRow.wanted).limit(1)):
                return
        with self._parts.database.write() as session:
            for letter in letters.wanted(session, scope):
                self._begin_again(letter)
                letters.begun(session, letter)

    def _begin_again(self, letter: Letter) -> None:
        if letter.work in self._works.jobs:
            self.job(letter.work, int(letter.subject), letter.replays, 1, timedelta(0))
        else:
            self.reaction(letter.work, letter.subject, letter.replays, 1, timedelta(0))


def _concerns(reaction: Reaction, entry: Entry) -> bool:
    if entry.kind not in reaction.kinds:
        return False
    return reaction.within is None or entry.recorded_at - entry.at <= reaction.within
