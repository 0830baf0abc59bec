"""Training scores as a manager reads them: for each colleague the first exercise, the latest and what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass

from evals.simulation.exercise import RUBRIC
from knowledge.staff.training import Standing, Training


@dataclass(frozen=True)
class Trained:
    """One colleague: how many exercises, the first and latest score in %, the line of the rubric missed most."""

    email: str
    exercises: int
    first: int
    latest: int
    standing: Standing
    missed: str


def standings(trainings: Sequence[Training]) -> list[Trained]:
    """Return where each colleague stands, by address; `trainings` are the earliest first."""
    by_person: dict[str, list[Training]] = {}
    for one in trainings:
        by_person.setdefault(one.email, []).append(one)
    return [_standing(email, own) for email, own in sorted(by_person.items())]


def _standing(email: str, own: Sequence[Training]) -> Trained:
    latest = own[-1]
    missed = f"has not {RUBRIC.get(latest.weakest, latest.weakest)}" if latest.weakest else ""
    return Trained(email, len(own), round(own[0].percent), round(latest.percent), latest.standing, missed)
