"""Two systems asked the same queries in turn, so that the machine's load falls on both."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Protocol

from evals.datasets.collections import Query
from evals.ranking import best_of_each

WARM_UP = 5


class System(Protocol):
    """Answers requests: `benchmarks.lines.Child`, or a table in a test."""

    def call(self, op: str, **arguments: Any) -> dict[str, Any]:
        """Answer one request."""
        ...


@dataclass(frozen=True)
class Timed:
    """Per query, in the order asked: rankings of documents and the median seconds of all rounds."""

    rankings: dict[str, list[str]]
    seconds: list[float]


@dataclass(frozen=True)
class Pair:
    """The same queries on both systems; `ratios` are ours / theirs, query by query."""

    ours: Timed
    theirs: Timed

    @property
    def ratios(self) -> list[float]:
        """Our time over theirs for each query."""
        return [ours / theirs for ours, theirs in zip(self.ours.seconds, self.theirs.seconds, strict=True)]


def ask_in_turn(
    ours: System, theirs: System, queries: Sequence[Query], rounds: int, progress: Callable[[int, int], None]
) -> Pair:
    """Ask each query of both, one right after the other; who comes first changes with every pair."""
    for query in queries[:WARM_UP]:
        for system in (ours, theirs):
            system.call("query", text=query.text)
    answers: dict[tuple[int, str], list[float]] = {}
    rankings: tuple[dict[str, list[str]], dict[str, list[str]]] = ({}, {})
    for turn in range(rounds * len(queries)):
        query = queries[turn % len(queries)]
        flip = (turn % len(queries) + turn // len(queries)) % 2
        for side in (flip, 1 - flip):
            reply = (ours, theirs)[side].call("query", text=query.text)
            rankings[side][query.id] = best_of_each(reply["ids"])
            answers.setdefault((side, query.id), []).append(reply["seconds"])
        progress(turn + 1, rounds * len(queries))
    first, second = (Timed(rankings[side], [median(answers[side, query.id]) for query in queries]) for side in (0, 1))
    return Pair(first, second)


def remember_vectors(system: System, queries: Sequence[Query]) -> None:
    """Let a system make the vectors of the queries now, so that asking them needs no embedding."""
    system.call("embed", texts=[query.text for query in queries])
