"""Calibration: whether probabilities are kept, and how well they tell cases apart."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from evals.intervals import Interval

BINS = 10
DRAWS = 1_000
Measure = Callable[[Sequence[float], Sequence[bool]], float]
LEAST = 1e-6


def calibration_error(probabilities: Sequence[float], happened: Sequence[bool], bins: int = BINS) -> float:
    """The expected calibration error over bins of equal width: |said − happened|, weighed by cases (Naeini 2015)."""
    said, did = np.asarray(probabilities, dtype=np.float64), np.asarray(happened, dtype=np.float64)
    places = np.minimum((said * bins).astype(int), bins - 1)
    gaps = [abs(said[places == one].sum() - did[places == one].sum()) for one in np.unique(places)]
    return float(sum(gaps) / len(said))


def log_losses(probabilities: Sequence[float]) -> list[float]:
    """The log loss of each case, given the probability of what happened; at worst −ln 1e-6."""
    return [float(-np.log(max(one, LEAST))) for one in probabilities]


def area(scores: Sequence[float], happened: Sequence[bool]) -> float:
    """The area under the ROC curve: how often a case that happened scores above one that did not (ties count half).

    Raises:
        ValueError: all happened, or none.
    """
    ranks = _ranks(np.asarray(scores, dtype=np.float64))
    did = np.asarray(happened, dtype=bool)
    yes, no = int(did.sum()), int((~did).sum())
    if not yes or not no:
        raise ValueError("all happened, or none: nothing to tell apart")
    return float((ranks[did].sum() - yes * (yes + 1) / 2) / (yes * no))


def _ranks(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    middle: NDArray[np.float64] = ends - (counts - 1) / 2
    return middle[place]


def resampled(scores: Sequence[float], happened: Sequence[bool], measure: Measure, *, seed: int) -> Interval:
    """A measure with its percentile interval over resampled cases, moved so that its middle is the measure itself.

    Resampling makes calibration look worse than it is: the interval is moved back by that. Resamples in which all
    happened, or none, are drawn again.

    Raises:
        ValueError: all happened, or none.
    """
    value = measure(scores, happened)
    said, did = np.asarray(scores, dtype=np.float64), np.asarray(happened, dtype=bool)
    if not 0 < did.sum() < len(did):
        raise ValueError("all happened, or none: nothing to resample")
    generator = np.random.default_rng(seed)
    drawn: list[float] = []
    while len(drawn) < DRAWS:
        rows = generator.integers(0, len(did), len(did))
        if 0 < did[rows].sum() < len(did):
            drawn.append(measure(said[rows].tolist(), did[rows].tolist()))
    low, high = np.quantile(drawn, [0.025, 0.975]) - np.median(drawn) + value
    return Interval(value, max(0.0, float(low)), float(high), len(did))
