"""Readers of routing data: incidents with their groups and resolvers, STAR's assignments, NYC 311's channels."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from evals.figures import digest
from handoff.learning.evidence import Example
from knowledge.failures import NotFound

# What is known when an incident is opened; nothing else of its row may become a feature.
OPENING = (
    "contact_type",
    "caller_id",
    "opened_by",
    "location",
    "category",
    "subcategory",
    "symptom",
    "ci",
    "impact",
    "urgency",
    "priority_first",
)
NEVER_CLOSED = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Cases:
    """Cases of one data set with the label that is asked for, in the order of time, and the data's digest."""

    name: str
    cases: tuple[Example, ...]
    digest: str

    def split(self, share: float) -> tuple[tuple[Example, ...], tuple[Example, ...]]:
        """Return the first `share` of the cases and the rest."""
        cut = int(len(self.cases) * share)
        return self.cases[:cut], self.cases[cut:]


def read_incidents(data: Path, target: str) -> Cases:
    """Read incidents labelled by their `target` column; an incident's label is known once it is closed.

    Raises:
        NotFound: the data is not there.
    """
    path = _file(data, "it_incidents", "incidents.csv")
    return _cases("it_incidents", path, (_incident(row, target) for row in _rows(path)))


def _incident(row: Mapping[str, str], target: str) -> Example:
    at, closed = _european(row["opened_at"]), row["closed_at"]
    features = {name: row[name] for name in OPENING}
    features |= {"hours": str(at.hour // 3), "weekday": str(at.weekday())}
    return Example(at, features, row[target], _european(closed) if closed else NEVER_CLOSED)


def read_star(data: Path) -> Cases:
    """Read STAR's assignments on happy paths; the label is whether the customer says that the goal was achieved.

    Rows without an answer have an empty label. On unhappy paths "no" is the right outcome: they are left out.

    Raises:
        NotFound: the data is not there.
    """
    path = _file(data, "star", "assignments.csv")
    happy = (row for row in _rows(path) if row["happy_path"] == "True")
    return _cases("star", path, (_assignment(row) for row in happy))


def _assignment(row: Mapping[str, str]) -> Example:
    at = datetime.fromtimestamp(int(row["start"]), UTC)
    features = {"agent": row["agent_id"], "customer": row["user_id"], "task": row["tasks"], "domain": row["domains"]}
    return Example(at, features | {"hours": str(at.hour // 4)}, row["goal_achieved"])


def star_seconds(data: Path) -> dict[tuple[datetime, str], float]:
    """Return how long each dialogue took, by its start and agent."""
    rows = _rows(_file(data, "star", "assignments.csv"))
    return {(_assignment(row).at, row["agent_id"]): float(row["duration_s"]) for row in rows}


def read_nyc311(data: Path) -> Cases:
    """Read NYC 311's requests whose channel is known; the label is the channel that was used.

    Raises:
        NotFound: the data is not there.
    """
    path = _file(data, "nyc311", "requests.csv")
    known = (row for row in _rows(path) if row["open_data_channel_type"] not in {"", "UNKNOWN"})
    return _cases("nyc311", path, (_request(row) for row in known))


def _request(row: Mapping[str, str]) -> Example:
    at = datetime.strptime(row["created_date"], "%m/%d/%Y %I:%M:%S %p").replace(tzinfo=UTC)
    part = "weekend" if at.weekday() > 4 else "week"
    features = {"topic": row["complaint_type"], "owner": row["agency"], "detail": row["descriptor"]}
    return Example(at, features | {"part": f"{part} {at.hour // 6}"}, row["open_data_channel_type"])


def _european(text: str) -> datetime:
    return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=UTC)


def _file(data: Path, *place: str) -> Path:
    path = data.joinpath(*place)
    if not path.is_file():
        raise NotFound(f"{path} is not there.")
    return path


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def _cases(name: str, path: Path, cases: Iterator[Example]) -> Cases:
    return Cases(name, tuple(sorted(cases, key=lambda case: case.at)), digest([path]))
