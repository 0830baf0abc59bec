"""A measure of scores against what happened, with its interval over resampled cases."""

from collections.abc import Callable, Sequence

import numpy as np

from evals.intervals import Interval

DRAWS = 1_000
Measure = Callable[[Sequence[float], Sequence[bool]], float]


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
