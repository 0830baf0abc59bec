"""Routes about background work: who works, what ran, what failed for good, and having it done again."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from api.access import PartsHere
from api.failures import responses
from api.schemas import Output
from knowledge.work import letters, marks
from knowledge.work.marks import Beat

router = APIRouter(prefix="/api/work", tags=["work"])
LetterPath = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]


class WorkerOut(BaseModel):
    """A worker and its last sign of life."""

    name: str
    began_at: datetime
    beat_at: datetime

    @classmethod
    def of(cls, beat: Beat) -> Self:
        """Return the worker as it goes out."""
        return cls(name=beat.worker, began_at=beat.began_at, beat_at=beat.beat_at)


class RunOut(Output):
    """The latest run of a job; `outcome` is empty while it runs."""

    name: str
    begun_at: datetime
    ended_at: datetime | None
    outcome: str


class LetterOut(Output):
    """A dead letter. `subject` is the entry the work was about, or the number of a job's run."""

    id: str
    work: str
    subject: str
    reason: str
    attempts: int
    buried_at: datetime
    replays: int
    wanted: bool
    settled_at: datetime | None


class WorkOut(BaseModel):
    """Workers, jobs and dead letters as they stand."""

    workers: list[WorkerOut]
    runs: list[RunOut]
    letters: list[LetterOut]


@router.get("", responses=responses(401, 403, 422))
def show(parts: PartsHere, settled: bool = False, limit: Annotated[int, Query(ge=1, le=1_000)] = 100) -> WorkOut:
    """Return who works, what ran last, and what failed for good; `settled` shows also what was done since."""
    with parts.database.read() as session:
        beats = marks.list_beats(session)
        runs = marks.list_runs(session, parts.scope)
        dead = letters.list_letters(session, parts.scope, settled=settled, limit=limit)
    alive = [beat for beat in beats if beat.beats != marks.GONE]
    return WorkOut(
        workers=[WorkerOut.of(beat) for beat in alive],
        runs=[RunOut.of(run) for run in runs],
        letters=[LetterOut.of(letter) for letter in dead],
    )


@router.post("/letters/{letter}/replay", responses=responses(401, 403, 404, 409, 422))
def replay(parts: PartsHere, letter: LetterPath) -> LetterOut:
    """Have the work of a dead letter done again; asking twice is asking once."""
    with parts.database.write() as session:
        return LetterOut.of(letters.replay(session, parts.scope, letter))
