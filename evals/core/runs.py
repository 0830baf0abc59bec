"""A run: every case's result with all that is needed to believe and repeat it, as one JSON file."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from evals.core.cases import Case, Failure, Metric, Result, Score
from knowledge.failures import NotFound, Rejected

FORMAT = 1


@dataclass(frozen=True)
class Run:
    """The results of a task in the order of its cases; `groups` and `slices` are those of the cases by id."""

    task: str
    metrics: tuple[Metric, ...]
    results: tuple[Result, ...]
    groups: Mapping[str, str]
    slices: Mapping[str, Mapping[str, str]]
    data: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)
    judge: str = ""
    commit: str = ""
    machine: str = ""
    load: float = 0.0
    at: str = ""
    seconds: float = 0.0

    @property
    def scores(self) -> dict[str, Score]:
        """The cases that were measured, by id."""
        return {one.case: one for one in self.results if isinstance(one, Score)}

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The cases that could not be measured."""
        return tuple(one for one in self.results if isinstance(one, Failure))

    @property
    def cost(self) -> float:
        """What the answers cost together."""
        return sum(one.cost for one in self.scores.values())

    @property
    def tokens(self) -> int:
        """What the models read and wrote together."""
        return sum(one.tokens for one in self.scores.values())


def groups_of(cases: Iterable[Case]) -> dict[str, str]:
    """What each case is not independent of."""
    return {case.id: case.cluster for case in cases}


def save(run: Run, path: Path, *, private: bool = False) -> None:
    """Write the run to a file, whole or not at all; `private` is for its owner's eyes from the first byte on."""
    kinds = {id(one): "score" if isinstance(one, Score) else "failure" for one in run.results}
    row = asdict(run) | {"format": FORMAT}
    row["results"] = [{"kind": kinds[id(one)]} | asdict(one) for one in run.results]
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    if private:
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(row, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    fresh.replace(path)


def load(path: Path) -> Run:
    """Read a run.

    Raises:
        NotFound: there is no such file.
        Rejected: it holds no run, or one of another version.
    """
    if not path.is_file():
        raise NotFound(f"There is no run {path}.", "`threadline evals run TASK --out FILE` makes one.")
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
        if row.pop("format") != FORMAT:
            raise Rejected(f"{path} was written by another version.", "Run the task again.")
        return _checked(_reader().validate_python(row))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Rejected(f"{path} holds no run.", "`threadline evals run TASK --out FILE` makes one.") from error


@cache
def _reader() -> TypeAdapter[Run]:
    return TypeAdapter(Run)


def _checked(run: Run) -> Run:
    """What types cannot tell: values are numbers, every case stands once and in a group.

    Raises:
        ValueError: it is not so.
    """
    values = [value for score in run.scores.values() for value in score.values.values()]
    cases = {one.case for one in run.results}
    if not all(map(isfinite, values)) or len(cases) < len(run.results) or cases - run.groups.keys():
        raise ValueError("no run")
    return run
