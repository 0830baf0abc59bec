"""The simulation: customers who go from channel to channel, and what they have to say twice."""

from collections.abc import Iterable

from evals.figures import Figure
from evals.registry import Asked, part
from evals.simulation.measuring import simulation_part


@part("simulation", seconds=90, own=True)
def simulation(asked: Asked) -> Iterable[Figure]:
    """Scripted customers and agents over HTTP, the handoff package read and not read."""
    return simulation_part(asked.quick, asked.say)
