"""Intervals for what was measured: seeded bootstrap for means and quantiles, Wilson for rates."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

DRAWS = 10_000
LEVEL = 0.95
# Rows of resamples held in memory at once: 500 × 5,000 values are 20 MB.
BATCH = 500

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """A value and the bounds that hold it at 95 %; `n` is the number of independent items behind it."""

    value: float
    low: float
    high: float
    n: int


def mean_interval(
    values: Sequence[float], *, seed: int, groups: Sequence[Hashable] | None = None, draws: int = DRAWS
) -> Interval:
    """The mean of `values` with its percentile bootstrap interval.

    `groups` names what each value belongs to (a conversation, a customer): whole groups are drawn
    then, because values of one group are not independent. `n` stays the number of values.

    Raises:
        ValueError: no values, or `groups` of another length.
    """
    sums, counts = _by_group(_filled(values), groups)
    picks = _resamples(len(sums), seed, draws)
    if groups is None:
        means = np.concatenate([sums[rows].sum(axis=1) / len(sums) for rows in picks])
    else:
        means = np.concatenate([sums[rows].sum(axis=1) / counts[rows].sum(axis=1) for rows in picks])
    return _percentiles(float(np.mean(values)), means, len(values))


def difference_interval(
    ours: Sequence[float], theirs: Sequence[float], *, seed: int, groups: Sequence[Hashable] | None = None
) -> Interval:
    """The mean of ours − theirs over the same items, which are drawn together (paired bootstrap).

    Raises:
        ValueError: the two do not measure the same number of items, or none.
    """
    if len(ours) != len(theirs):
        raise ValueError(f"{len(ours)} values against {len(theirs)}: not the same items")
    return mean_interval([a - b for a, b in zip(ours, theirs, strict=True)], seed=seed, groups=groups)


def quantile_interval(values: Sequence[float], quantile: float, *, seed: int, draws: int = DRAWS) -> Interval:
    """A quantile (0.5 = median, linear interpolation) with its percentile bootstrap interval.

    Raises:
        ValueError: no values.
    """
    data = _filled(values)

    def of(rows: Values) -> Values:
        return np.asarray(np.quantile(rows, quantile, axis=1), dtype=np.float64)

    drawn = _draw(data, of, seed, draws)
    return _percentiles(float(np.quantile(data, quantile)), drawn, len(data))


def rate_interval(successes: int, n: int) -> Interval:
    """The rate successes / n with Wilson's score interval (Wilson 1927, without continuity correction).

    Raises:
        ValueError: no tries, or more successes than tries.
    """
    if n <= 0 or not 0 <= successes <= n:
        raise ValueError(f"{successes} successes in {n} tries")
    z = NormalDist().inv_cdf((1 + LEVEL) / 2)
    rate = successes / n
    centre = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(rate * (1 - rate) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return Interval(rate, max(0.0, centre - half), min(1.0, centre + half), n)


def _filled(values: Sequence[float]) -> Values:
    if not len(values):
        raise ValueError("no values: an interval of nothing")
    return np.asarray(values, dtype=np.float64)


def _by_group(values: Values, groups: Sequence[Hashable] | None) -> tuple[Values, Values]:
    if groups is None:
        return values, np.ones_like(values)
    if len(groups) != len(values):
        raise ValueError(f"{len(groups)} groups for {len(values)} values")
    places = {group: place for place, group in enumerate(dict.fromkeys(groups))}
    at = np.array([places[group] for group in groups])
    sums = np.bincount(at, weights=values)
    return sums.astype(np.float64), np.bincount(at).astype(np.float64)


def _resamples(size: int, seed: int, draws: int) -> Iterator[NDArray[np.int64]]:
    random = np.random.default_rng(seed)
    for start in range(0, draws, BATCH):
        yield random.integers(0, size, (min(BATCH, draws - start), size))


def _draw(data: Values, statistic: Callable[[Values], Values], seed: int, draws: int) -> Values:
    return np.concatenate([statistic(data[rows]) for rows in _resamples(len(data), seed, draws)])


def _percentiles(value: float, drawn: Values, n: int) -> Interval:
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(value, float(low), float(high), n)
