"""Outreach: the guard against its oracle, and a campaign with a known effect."""

from collections.abc import Iterable

from evals.figures import Figure
from evals.outreach.campaign import uplift_figures
from evals.outreach.guarding import guard_figures
from evals.registry import Asked, part


@part("outreach_guard", seconds=10, never=r"/(guard_violations|unexplained_refusals)$", own=True)
def outreach_guard(asked: Asked) -> Iterable[Figure]:
    """Messages sent first against a rule, over generated customers, consents, zones, caps and clocks; must be 0."""
    return guard_figures(asked.quick)


@part("outreach_uplift", seconds=10, own=True)
def outreach_uplift(asked: Asked) -> Iterable[Figure]:
    """How often the interval of a campaign's uplift holds the effect it was simulated with."""
    return uplift_figures(asked.quick)
