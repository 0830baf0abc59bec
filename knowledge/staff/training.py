"""What colleagues reached in training exercises, so that a manager sees who is ready and what is still missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.failures import Rejected
from knowledge.scope import Scope, within
from knowledge.staff.people import find_staff
from knowledge.staff.tables import StaffRow, TrainingRow

# METRICS: a training score passes from 80 %, from 50 to 79 it wants attention.
PASSES, ATTENTION = 80.0, 50.0
Standing = Literal["passed", "attention", "failed"]


@dataclass(frozen=True)
class Training:
    """One exercise: `rubric` maps each line to how often it was met and of how many."""

    email: str
    at: datetime
    customers: int
    seed: int
    rubric: Mapping[str, tuple[int, int]]

    @property
    def percent(self) -> float:
        """The share of the rubric that was met, 0 to 100; nothing asked is nothing met."""
        asked = sum(of for _, of in self.rubric.values())
        return 100 * sum(met for met, _ in self.rubric.values()) / asked if asked else 0.0

    @property
    def standing(self) -> Standing:
        """Passed, in want of attention, or failed."""
        return "passed" if self.percent >= PASSES else "attention" if self.percent >= ATTENTION else "failed"

    @property
    def weakest(self) -> str:
        """The line that was met least, "" where all were met."""
        missed = {name: met / of for name, (met, of) in self.rubric.items() if met < of}
        return min(missed, key=lambda name: missed[name]) if missed else ""


def keep_training(session: Session, scope: Scope, training: Training) -> None:
    """Write an exercise down.

    Raises:
        NotFound: nobody here has that address.
        Rejected: a line was met more often than it was asked.
    """
    staff = find_staff(session, scope, training.email)
    if any(not 0 <= met <= of for met, of in training.rubric.values()):
        raise Rejected("A line of a rubric cannot be met more often than it was asked.")
    session.add(
        TrainingRow(
            team=scope.team,
            brand=scope.brand,
            staff=staff.id,
            at=training.at,
            customers=training.customers,
            seed=training.seed,
            percent=training.percent,
            rubric={name: list(counts) for name, counts in training.rubric.items()},
        )
    )
    session.flush()


def list_trainings(session: Session, scope: Scope, email: str = "") -> list[Training]:
    """Return the exercises of everyone, or of one colleague, the earliest first."""
    query = (
        select(TrainingRow, StaffRow.email)
        .join(StaffRow, StaffRow.id == TrainingRow.staff)
        .where(within(scope, TrainingRow))
        .order_by(TrainingRow.at, TrainingRow.id)
    )
    if email:
        query = query.where(StaffRow.email == find_staff(session, scope, email).email)
    return [_training(row, address) for row, address in session.execute(query)]


def _training(row: TrainingRow, email: str) -> Training:
    rubric = {name: (int(counts[0]), int(counts[1])) for name, counts in row.rubric.items()}
    return Training(email, row.at, row.customers, row.seed, rubric)
