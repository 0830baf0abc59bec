"""Outreach: whom to contact first."""

from collections.abc import Iterable

from evals.datasets import bank_marketing
from evals.figures import Figure
from evals.outreach.ranking import ranking_figures
from evals.registry import Asked, part


@part("bank_marketing", seconds=10)
def whom(asked: Asked) -> Iterable[Figure]:
    """Ranking of contacts over time."""
    return ranking_figures(bank_marketing.read(asked.data))
