"""Handing over: what the package keeps of what was needed afterwards."""

from collections.abc import Iterable

from evals.datasets.service_dialogues import read_star, read_tau
from evals.figures import Figure
from evals.handoff.context_preservation import preservation_figures
from evals.handoff.facts_checked import checked_figures
from evals.registry import Asked, part


@part("handoff_tau_airline", seconds=10)
def handoff_tau_airline(asked: Asked) -> Iterable[Figure]:
    """Facts of the package on tau-bench's airline conversations."""
    return preservation_figures(read_tau(asked.data), asked.build)


@part("handoff_star", seconds=15)
def handoff_star(asked: Asked) -> Iterable[Figure]:
    """Facts of the package on STAR."""
    return preservation_figures(read_star(asked.data), asked.build)


@part("handoff_by_hand", seconds=10)
def handoff_by_hand(asked: Asked) -> Iterable[Figure]:
    """Lines of packages that a person judged."""
    return checked_figures(asked.data)
