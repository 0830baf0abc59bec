"""Durability: what a kill loses or doubles."""

from collections.abc import Iterable

from evals.durability import kill_figures
from evals.figures import Figure
from evals.registry import Asked, part


@part("kill9", seconds=80, never=r"^durability/kill9/", own=True)
def kill9(asked: Asked) -> Iterable[Figure]:
    """A worker killed at every step boundary of a delivery."""
    return kill_figures(4 if asked.quick else 1)
