"""Whom to contact: ranked by what was learnt from the contacts before, as a campaign would go."""

from collections.abc import Iterator

import numpy as np

from assistant.outreach.whom import HALF_LIFE, PENALTY, fit_ranker
from evals.datasets.bank_marketing import FORBIDDEN, Contacts
from evals.figures import Figure, figure
from evals.metrics.calibration import error_by_width
from evals.metrics.resampling import resampled
from evals.metrics.telling import roc_area

SEED = 20261125
# The first part is only learnt from; then each block is ranked by all that came before it and learnt from in turn.
LEARNT, BLOCK = 0.6, 250


def ranking_figures(contacts: Contacts) -> Iterator[Figure]:
    """AUC and calibration over the last 40 % in time; baselines: the rate of the last block, and one fit for all.

    Nobody knows the outcome of a contact before it is made: every chance comes from earlier contacts alone.
    """
    start, end = int(LEARNT * len(contacts.facts)), len(contacts.facts)
    chances: list[float] = []
    rates: list[float] = []
    for begin in range(start, end, BLOCK):
        ranker = fit_ranker(contacts.facts[:begin], contacts.welcome[:begin])
        some = contacts.facts[begin : begin + BLOCK]
        chances += ranker.chances(some).tolist()
        rates += [float(np.mean(contacts.welcome[begin - BLOCK : begin]))] * len(some)
    welcome = contacts.welcome[start:]
    once = fit_ranker(contacts.facts[:start], contacts.welcome[:start]).chances(contacts.facts[start:]).tolist()
    settings = {
        "learnt_from": start,
        "block": BLOCK,
        "half_life": HALF_LIFE,
        "C": PENALTY,
        "left_out": sorted(FORBIDDEN),
        "rate_learnt": round(float(np.mean(contacts.welcome[:start])), 3),
        "rate_reported": round(float(np.mean(welcome)), 3),
        "share_of_welcome_in_first_tenth": _lift(chances, welcome, 0.1),
        "share_of_welcome_in_first_half": _lift(chances, welcome, 0.5),
    }
    for name, measure in (("auc", roc_area), ("ece", error_by_width)):
        yield figure(
            f"outreach/bank_marketing/{name}",
            resampled(chances, welcome, measure, seed=SEED),
            "",
            baseline={"one fit for all": measure(once, welcome), "rate of the last block": measure(rates, welcome)},
            seed=SEED,
            data=contacts.digest,
            settings=settings,
        )


def _lift(chances: list[float], welcome: tuple[bool, ...], share: float) -> float:
    """How much of what was welcome lies in the best-ranked share."""
    order = np.argsort(-np.asarray(chances), kind="stable")[: int(share * len(chances))]
    return round(float(np.asarray(welcome)[order].sum() / max(1, sum(welcome))), 3)
