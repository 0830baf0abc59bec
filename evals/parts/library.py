"""The library: what ingest holds back, and whether internal text reaches a customer's."""

from collections.abc import Iterable

from evals.datasets import tau_banking_kb
from evals.figures import Figure
from evals.leak import leak_figures
from evals.registry import Asked, part
from evals.screening import screening_figures


@part("screening", seconds=5)
def screening(asked: Asked) -> Iterable[Figure]:
    """Articles that look internal, held back by an ingest that states nothing."""
    return screening_figures(tau_banking_kb.read(asked.data), asked.now)


@part("leak", seconds=90, never=r"^leak/")
def leak(asked: Asked) -> Iterable[Figure]:
    """Internal sentences in text meant for customers; must be 0."""
    return leak_figures(tau_banking_kb.read(asked.data), asked.now, asked.quick, asked.say)
