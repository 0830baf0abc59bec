"""Off-policy estimates: what another way to choose would have earned, from choices whose odds were kept."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Logged:
    """A choice that was made: its reward and odds, and how the other way sees the case.

    `target` is the probability with which the other way would have chosen the same; `expected` is what a model
    expects of the choice that was made, `expected_of_target` what it expects of the other way's choices, weighed by
    their probabilities.
    """

    reward: float
    propensity: float
    target: float
    expected: float = 0.0
    expected_of_target: float = 0.0


@dataclass(frozen=True)
class Estimate:
    """An estimate of the mean reward with its standard error; `effective` is how many cases it rests on (Kish 1965)."""

    value: float
    error: float
    n: int
    effective: float


def ips(logged: Sequence[Logged]) -> Estimate:
    """Inverse propensity scores (Horvitz & Thompson 1952): unbiased, and wild where odds are small."""
    weights, rewards = _weights(logged)
    return _estimate(weights * rewards, weights)


def snips(logged: Sequence[Logged]) -> Estimate:
    """Self-normalised propensity scores (Swaminathan & Joachims 2015); the error is by linearisation."""
    weights, rewards = _weights(logged)
    total = weights.mean()
    value = float((weights * rewards).mean() / total) if total else 0.0
    return Estimate(value, _error(weights * (rewards - value) / (total or 1.0)), len(weights), _effective(weights))


def doubly_robust(logged: Sequence[Logged]) -> Estimate:
    """Doubly robust (Dudík et al. 2011): right when the odds are, or when the model is."""
    weights, rewards = _weights(logged)
    expected = np.array([one.expected for one in logged])
    of_target = np.array([one.expected_of_target for one in logged])
    return _estimate(of_target + weights * (rewards - expected), weights)


def _weights(logged: Sequence[Logged]) -> tuple[Values, Values]:
    if not logged:
        raise ValueError("no choices: nothing to estimate from")
    if any(not 0 < one.propensity <= 1 for one in logged):
        raise ValueError("a choice without odds: nothing can be said from it")
    weights = np.array([one.target / one.propensity for one in logged])
    return weights, np.array([one.reward for one in logged])


def _estimate(values: Values, weights: Values) -> Estimate:
    return Estimate(float(values.mean()), _error(values), len(values), _effective(weights))


def _error(values: Values) -> float:
    return float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else float("inf")


def _effective(weights: Values) -> float:
    squares = float((weights**2).sum())
    return float(weights.sum() ** 2 / squares) if squares else 0.0
