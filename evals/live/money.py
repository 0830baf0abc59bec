"""Money: what a contact, a resolution that lasts and a suggestion cost, and what was earned against a holdout."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals.live.measures import SEED, WINDOW, Measure, Period, mean
from evals.live.stories import Story

MONTH = timedelta(days=30.4)
QUOTIENT = "a quotient of sums: no interval"
DRAWS, STEP = 2_000, 100
Values = NDArray[np.float64]


@dataclass(frozen=True)
class Costs:
    """What things cost, in one currency: an agent's hour with all that belongs to it, the rest by the month; what a
    point of satisfaction (CSAT, of 100) is worth over the period, nothing unless it is said."""

    agent_hour: float = 0.0
    platform: float = 0.0
    models: float = 0.0
    telecom: float = 0.0
    csat_point: float = 0.0
    currency: str = ""

    @property
    def known(self) -> bool:
        """Whether anything was given."""
        return bool(self.agent_hour or self.monthly)

    @property
    def monthly(self) -> float:
        """What is paid every month, whatever agents do."""
        return self.platform + self.models + self.telecom


@dataclass(frozen=True)
class Spent:
    """What a period took: contacts, and agents' hours on them."""

    contacts: int
    hours: float


@dataclass(frozen=True)
class Arm:
    """One arm of a draw, a number for each of its units: agents' hours until the second contact, contacts after the
    first, and how they rated us (1 satisfied, 0 not, NaN where they did not say). So no hour is counted twice: what a
    contact costs holds the hours on it."""

    hours: Sequence[float] = field(default_factory=tuple)
    repeats: Sequence[float] = field(default_factory=tuple)
    rated: Sequence[float] = field(default_factory=tuple)

    @property
    def units(self) -> Values:
        """A row a unit: hours, contacts after the first, rating."""
        rated = self.rated or [np.nan] * len(self.hours)
        return np.column_stack([self.hours, self.repeats, rated])


@dataclass(frozen=True)
class Gain:
    """What was done to some, and the arm to which it was not done, by the draw alone."""

    treated: Arm
    holdout: Arm

    @property
    def n(self) -> int:
        """The smaller arm."""
        return min(len(self.treated.hours), len(self.holdout.hours))


def suggestions(stories: Sequence[Story], period: Period) -> Iterator[Measure]:
    """Tokens that models took for a suggestion; none where no model drafts."""
    asked = [(one.issue, float(shown.tokens)) for one in stories for shown in one.asked if period.holds(shown.at)]
    yield mean(
        "tokens_per_suggestion",
        "Tokens of models for a suggestion",
        [tokens for _, tokens in asked],
        "tokens",
        [issue for issue, _ in asked],
        good=-1,
    )


def money(stories: Sequence[Story], spent: Spent, period: Period, costs: Costs) -> Iterator[Measure]:
    """Cost of a contact, of a resolution that lasts and of a suggestion."""
    months = (period.until - period.since) / MONTH
    total = spent.hours * costs.agent_hour + months * costs.monthly
    lasting = [
        one
        for one in stories
        if period.holds(one.first_resolved_at) and not one.contact_again(WINDOW) and one.reopenings == 0
    ]
    asked = sum(period.holds(shown.at) for one in stories for shown in one.asked)
    yield _quotient("cost_per_contact", "Cost of a contact", total, spent.contacts, costs.currency)
    yield _quotient("cost_per_resolution", "Cost of a resolution that lasts", total, len(lasting), costs.currency)
    yield _quotient(
        "cost_per_suggestion", "Cost of a suggestion (models alone)", months * costs.models, asked, costs.currency
    )


def _quotient(name: str, title: str, total: float, n: int, currency: str) -> Measure:
    return Measure(name, title, total / n if n else None, currency, n, good=-1, note=QUOTIENT)


def returns(gains: Sequence[Gain], costs: Costs, contact: float, spent: float) -> Measure:
    """(B − C) / C against holdouts; B = hours saved · rate + contacts avoided · cost of one + points of satisfaction ·
    worth of one (METRICS: ROI).

    `contact` is what a contact costs, `spent` is C. What each gain saved a unit is taken times the units of its
    treated arm, and the gains add up; points of satisfaction count as they are. All arms are drawn anew for the
    interval. n is the smallest arm. Where an arm rated nothing, satisfaction adds nothing.
    """
    known = [one for one in gains if one.n]
    title, n = "Return on what was spent, against the holdout", min((one.n for one in known), default=0)
    if not known:
        return Measure("roi", title, None, "", 0, note="nothing was held out: nothing can be put down to the product")
    if spent <= 0:
        return Measure("roi", title, None, "", 0, note="costs by the month are not set (THREADLINE_COSTS)")
    random = np.random.default_rng(SEED)
    drawn = np.sum([_worth(one, costs, contact, lambda arm: _drawn(arm, random)) for one in known], axis=0) / spent - 1
    low, high = np.quantile(drawn, [0.025, 0.975])
    value = float(np.sum([_worth(one, costs, contact, _means) for one in known])) / spent - 1
    return Measure("roi", title, value, "", n, float(low), float(high), note="n is the smallest arm")


def _worth(gain: Gain, costs: Costs, contact: float, means: Callable[[Arm], Values]) -> Values:
    """What a gain is worth, by rows of means of hours, of contacts after the first and of ratings."""
    treated, holdout = means(gain.treated), means(gain.holdout)
    hours, repeats, _ = (holdout - treated).T
    points = np.nan_to_num(100 * (treated - holdout)[:, 2])
    each = hours * costs.agent_hour + repeats * contact
    return np.asarray(each * len(gain.treated.hours) + points * costs.csat_point)


def _means(arm: Arm) -> Values:
    return _weighed(arm.units, np.ones((1, len(arm.hours))))


def _drawn(arm: Arm, random: np.random.Generator) -> Values:
    """The means of arms drawn anew, a row each; a few at a time, whatever the size of the arm."""
    n = len(arm.hours)
    odds = np.full(n, 1 / n)
    return np.vstack([_weighed(arm.units, random.multinomial(n, odds, STEP)) for _ in range(DRAWS // STEP)])


def _weighed(units: Values, times: NDArray[Any]) -> Values:
    """Means of the units, each taken so many times; of the ratings over those who rated, NaN where nobody did."""
    heard = ~np.isnan(units)
    counts = times @ heard
    return np.asarray(np.where(counts > 0, times @ np.where(heard, units, 0.0) / np.maximum(counts, 1), np.nan))
