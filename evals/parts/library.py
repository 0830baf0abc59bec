"""The library: what ingest holds back, and whether internal text reaches a customer's."""

from collections.abc import Iterable

from evals.answering.leak import leak_figures
from evals.datasets import tau_banking_kb
from evals.figures import Figure
from evals.intake.help_centre import help_centre_figures
from evals.intake.screening import screening_figures
from evals.registry import Asked, part


@part("screening", seconds=5)
def screening(asked: Asked) -> Iterable[Figure]:
    """Articles that look internal, held back by an ingest that states nothing."""
    return screening_figures(tau_banking_kb.read(asked.data), asked.now)


@part("leak", seconds=90, never=r"^leak/")
def leak(asked: Asked) -> Iterable[Figure]:
    """Internal sentences in text meant for customers; must be 0."""
    return leak_figures(tau_banking_kb.read(asked.data), asked.now, asked.quick, asked.say)


@part("help_centre", seconds=5)
def help_centre(asked: Asked) -> Iterable[Figure]:
    """A real help centre's files through ingest."""
    return help_centre_figures(asked.data, asked.now)
