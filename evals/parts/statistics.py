"""The statistics themselves, on made data whose truth is known."""

from collections.abc import Iterable, Iterator

from evals.figures import Figure
from evals.registry import Asked, part
from evals.statistics.simulated import TRIES, gate_figures, interval_figures


@part("intervals", seconds=10, own=True)
def intervals(asked: Asked) -> Iterable[Figure]:
    """How often 95 % intervals hold the truth."""
    return interval_figures(TRIES // 10 if asked.quick else 5 * TRIES)


@part("gate", seconds=25, own=True)
def gate(asked: Asked) -> Iterator[Figure]:
    """How often the gate cries wolf, and what it sees."""
    yield from gate_figures(30 if asked.quick else 200)
