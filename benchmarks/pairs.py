"""Two systems asked the same queries in turn, so that the machine's load falls on both."""

from collections.abc import Callable, Mapping, Sequence
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
    timed = ask_each({"ours": ours, "theirs": theirs}, queries, rounds, progress)
    return Pair(timed["ours"], timed["theirs"])


def ask_each(
    systems: Mapping[str, System], queries: Sequence[Query], rounds: int, progress: Callable[[int, int], None]
) -> dict[str, Timed]:
    """Ask each query of every system, one right after the other; who comes first goes round."""
    for query in queries[:WARM_UP]:
        for system in systems.values():
            system.call("query", text=query.text)
    names = list(systems)
    seconds: dict[str, dict[str, list[float]]] = {name: {query.id: [] for query in queries} for name in names}
    rankings: dict[str, dict[str, list[str]]] = {name: {} for name in names}
    for turn in range(rounds * len(queries)):
        query = queries[turn % len(queries)]
        first = (turn % len(queries) + turn // len(queries)) % len(names)
        for name in names[first:] + names[:first]:
            reply = systems[name].call("query", text=query.text)
            rankings[name][query.id] = best_of_each(reply["ids"])
            seconds[name][query.id].append(reply["seconds"])
        progress(turn + 1, rounds * len(queries))
    return {name: Timed(rankings[name], [median(taken) for taken in seconds[name].values()]) for name in names}


def remember_vectors(system: System, queries: Sequence[Query]) -> None:
    """Let a system make the vectors of the queries now, so that asking them needs no embedding."""
    system.call("embed", texts=[query.text for query in queries])
