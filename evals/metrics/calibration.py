"""Calibration: does a stated probability come true as often as it says?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 15
WIDTHS = 10
LEAST = 1e-6
DRAWS = 200
Outcomes = Sequence[bool] | NDArray[np.bool_]


@dataclass(frozen=True)
class Bin:
    """Cases of similar stated probability: how many, the mean of what was stated, the share that came true."""

    n: int
    stated: float
    true: float


def reliability(stated: Sequence[float], true: Outcomes, bins: int = BINS) -> list[Bin]:
    """Return bins of equal mass, lowest probability first; as many cases in each as the count allows.

    Raises:
        ValueError: no cases, not as many outcomes as probabilities, or a probability outside 0 to 1.
    """
    if not len(stated) or len(stated) != len(true) or min(stated) < 0 or max(stated) > 1:
        raise ValueError("calibration needs as many probabilities (0 to 1) as outcomes")
    order = np.argsort(np.asarray(stated, dtype=np.float64), kind="stable")
    parts = [rows for rows in np.array_split(order, bins) if len(rows)]
    said, came = np.asarray(stated, dtype=np.float64), np.asarray(true, dtype=np.float64)
    return [Bin(len(rows), float(said[rows].mean()), float(came[rows].mean())) for rows in parts]


def expected_error(stated: Sequence[float], true: Outcomes, bins: int = BINS) -> float:
    """Return the expected calibration error over bins of equal mass: Σ n/N · |true − stated|.

    Naeini et al. 2015 with equal mass instead of equal width, which rare probabilities do not distort.

    Raises:
        ValueError: as `reliability`.
    """
    found = reliability(stated, true, bins)
    return sum(one.n * abs(one.true - one.stated) for one in found) / sum(one.n for one in found)


def error_of_true(stated: Sequence[float], bins: int = BINS, draws: int = DRAWS, seed: int = 0) -> float:
    """Return the mean `expected_error` of as many cases whose stated probabilities are true: what chance alone makes.

    Raises:
        ValueError: as `reliability`.
    """
    random = np.random.default_rng(seed)
    said = np.asarray(stated, dtype=np.float64)
    return float(np.mean([expected_error(stated, random.random(len(said)) < said, bins) for _ in range(draws)]))


def error_by_width(stated: Sequence[float], true: Sequence[bool], bins: int = WIDTHS) -> float:
    """Return the expected calibration error over bins of equal width, as first published (Naeini et al. 2015)."""
    said, came = np.asarray(stated, dtype=np.float64), np.asarray(true, dtype=np.float64)
    places = np.minimum((said * bins).astype(int), bins - 1)
    gaps = [abs(said[places == one].sum() - came[places == one].sum()) for one in np.unique(places)]
    return float(sum(gaps) / len(said))


def log_losses(chances: Sequence[float]) -> list[float]:
    """Return the log loss of each case, given the probability of what happened; at worst −ln 1e-6."""
    return [float(-np.log(max(one, LEAST))) for one in chances]


def brier(stated: Sequence[float], true: Sequence[bool]) -> float:
    """Return the mean squared difference of probability and outcome (Brier 1950); 0 is perfect.

    Raises:
        ValueError: no cases, or not as many outcomes as probabilities.
    """
    if not len(stated):
        raise ValueError("no cases")
    return sum((p - came) ** 2 for p, came in zip(stated, true, strict=True)) / len(stated)
