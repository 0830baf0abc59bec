"""Reaping: what a dead worker has begun is put back into the queue; what kills workers is buried."""

from datetime import timedelta
from time import monotonic
from typing import Any

from sqlalchemy.orm import Session

from api.parts import Parts
from knowledge.work import letters, marks
from knowledge.work.letters import Failed
from knowledge.work.marks import GONE, Beat

# Work during which so many workers died is not given to another.
MOST_REVIVALS = 5


class Reaper:
    """Watches the other workers. Who has not counted on for `dead_after` of our own time is dead: clocks may jump."""

    def __init__(self, parts: Parts, dbos: Any, name: str, dead_after: timedelta) -> None:
        self._parts, self._dbos, self._name = parts, dbos, name
        self._dead_after = dead_after.total_seconds()
        self._seen: dict[str, tuple[int, float]] = {}

    def look(self) -> None:
        """Take over from every worker that is dead or has ended."""
        with self._parts.database.read() as session:
            others = [beat for beat in marks.list_beats(session) if beat.worker != self._name]
        for dead in [beat for beat in others if self._is_dead(beat)]:
            with self._parts.database.write() as session:
                if marks.claim(session, dead):
                    self._take_over(session, dead.worker)
            self._seen.pop(dead.worker, None)

    def _is_dead(self, beat: Beat) -> bool:
        if beat.beats == GONE:
            return True
        beats, since = self._seen.get(beat.worker, (None, 0.0))
        if beats != beat.beats:
            self._seen[beat.worker] = beat.beats, monotonic()
            return False
        return monotonic() - since >= self._dead_after

    def _take_over(self, session: Session, worker: str) -> None:
        # The row of the dead worker stays locked until its work is in the queue again: killed here, another does it.
        left = self._dbos.list_workflows(executor_id=worker, status="PENDING", load_output=False)
        for workflow in left:
            if marks.revive(session, workflow.workflow_id) <= MOST_REVIVALS:
                self._dbos.resume_workflows([workflow.workflow_id])
            else:
                self._dbos.cancel_workflows([workflow.workflow_id])
                work, subject, _, attempt = workflow.input["args"]
                reason = f"{MOST_REVIVALS + 1} workers died while they did this."
                failed = Failed(work, str(subject), reason, attempt)
                letters.bury(session, self._parts.scope, failed, self._parts.clock())
