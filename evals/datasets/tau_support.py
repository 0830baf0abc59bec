"""τ-bench's shops: policy, customers, what they bought or booked, and tasks with the actions that solve them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field

from evals.datasets.collections import folder, read_lines
from evals.datasets.rows import Row, read_rows
from evals.figures import digest
from knowledge.failures import NotFound


class _Action(Row):
    name: str
    arguments: dict[str, Any] = Field(default_factory=dict)


class _Criteria(Row):
    actions: list[_Action] | None = None


class _Task(Row):
    id: str | int
    user_scenario: dict[str, Any] = Field(default_factory=dict)
    evaluation_criteria: _Criteria | None = None


@dataclass(frozen=True)
class Solved:
    """A task: what the simulated customer is told, and the actions (name, arguments) that solve it."""

    id: str
    scenario: Mapping[str, Any]
    actions: tuple[tuple[str, Mapping[str, Any]], ...]


@dataclass(frozen=True)
class Desk:
    """One company: its policy, its records by file (users, orders, …) as they stand, its tasks."""

    name: str
    policy: str
    records: Mapping[str, tuple[Mapping[str, Any], ...]]
    tasks: tuple[Solved, ...]
    digest: str


def read(data: Path, name: str) -> Desk:
    """Read one company: `retail`, `airline` or `telecom` (whose records are no rows and are left out).

    Raises:
        NotFound: the data set, the company or its policy is not there.
        Rejected: a task is none.
    """
    root = folder(data, "tau_support") / name
    policies = sorted(root.glob("*policy.md"))
    if not policies:
        raise NotFound(f"There is no company {name} in {root.parent}.", "It has retail, airline and telecom.")
    files = sorted(path for path in root.iterdir() if path.suffix in {".md", ".jsonl"})
    rows = [path for path in files if path.suffix == ".jsonl" and path.stem != "tasks"]
    return Desk(
        name=name,
        policy="\n\n".join(path.read_text(encoding="utf-8") for path in policies),
        records={path.stem: tuple(read_lines(path)) for path in rows},
        tasks=tuple(_solved(row) for row in read_rows(root / "tasks.jsonl", _Task)),
        digest=digest(files),
    )


def _solved(row: _Task) -> Solved:
    actions = row.evaluation_criteria.actions if row.evaluation_criteria else None
    return Solved(str(row.id), row.user_scenario, tuple((one.name, one.arguments) for one in actions or ()))
