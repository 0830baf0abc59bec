"""Peaks: an interval is one when it is far above its own week, or when customers would wait too long; with hysteresis.

The rule of docs/bot.md: intervals of 15 minutes; the baseline of an interval is the exponentially weighted mean of the
same slot of earlier weeks, over-dispersed (negative binomial). A peak begins when the count is above the 99 % quantile,
or the forecast service level is below its target, or the expected wait is above its limit. It ends after two intervals
in a row in which the count is below the 90 % quantile and the expected wait below 90 % of its limit, on target.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

INTERVAL = timedelta(minutes=15)
WEEK = timedelta(weeks=1)
# Weight of the latest week in the mean; eight weeks back counts for about 6 %.
LATEST = 0.3
# A slot that was seen in fewer weeks has no baseline: only waits tell then.
LEAST_WEEKS = 3
ENTER, LEAVE = 0.99, 0.90
CALM_INTERVALS = 2


@dataclass(frozen=True)
class Limits:
    """What is too much: an expected wait (seconds), and a share answered within `seconds` below `share`."""

    wait: float = 300.0
    share: float = 0.8
    seconds: float = 60.0


@dataclass(frozen=True)
class Baseline:
    """What is usual in an interval: the mean count, and `size` of the negative binomial (`None`: Poisson)."""

    mean: float
    size: float | None = None

    def quantile(self, share: float) -> float:
        """Return the count that the given share of such intervals does not exceed."""
        from scipy import stats  # type: ignore[import-untyped]

        if self.mean <= 0:
            return 0.0
        if self.size is None:
            return float(stats.poisson.ppf(share, self.mean))
        return float(stats.nbinom.ppf(share, self.size, self.size / (self.size + self.mean)))


@dataclass(frozen=True)
class Reading:
    """One interval as it was met; `None` where nothing is known. `wait` in seconds, `share` is the forecast level."""

    at: datetime
    arrivals: int
    baseline: Baseline | None
    wait: float | None = None
    share: float | None = None


@dataclass(frozen=True)
class Peak:
    """Whether there is a peak, since when, why, and how many calm intervals have passed in it."""

    on: bool = False
    since: datetime | None = None
    why: tuple[str, ...] = ()
    calm: int = 0


def interval_of(at: datetime) -> datetime:
    """Return the beginning of the interval that holds a moment."""
    return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)


def weighted_mean(counts: Sequence[float]) -> float:
    """Return the exponentially weighted mean of counts, oldest first."""
    mean = counts[0]
    for count in counts[1:]:
        mean += LATEST * (count - mean)
    return mean


def dispersion(pairs: Iterable[tuple[float, float]]) -> float | None:
    """Return the `size` that (count, mean known before it) pairs show by moments, `None` when they are not above
    Poisson's.

    A weighted mean has a variance of its own, LATEST / (2 − LATEST) of a count's: it is taken out.
    """
    own = 1 + LATEST / (2 - LATEST)
    squares = excess = 0.0
    for count, mean in pairs:
        squares += mean**2
        excess += (count - mean) ** 2 / own - mean
    return squares / excess if excess > 0 and squares > 0 else None


def baseline_of(counts: Mapping[datetime, int], at: datetime, first: datetime, size: float | None) -> Baseline | None:
    """Return what is usual at an interval, from the same slot of the weeks since `first`; missing intervals had none.

    `size` comes from `size_of`; `None` when there are too few weeks.
    """
    weeks: list[float] = []
    slot = at - WEEK
    while slot >= first:
        weeks.append(float(counts.get(slot, 0)))
        slot -= WEEK
    return Baseline(weighted_mean(weeks[::-1]), size) if len(weeks) >= LEAST_WEEKS else None


def size_of(counts: Mapping[datetime, int], first: datetime, until: datetime) -> float | None:
    """Return the over-dispersion of all slots together, each count against the mean of the weeks before it."""
    pairs: list[tuple[float, float]] = []
    for slot in {(at - first) % WEEK for at in counts}:
        at, seen = first + slot, list[float]()
        while at < until:
            if len(seen) >= LEAST_WEEKS:
                pairs.append((float(counts.get(at, 0)), weighted_mean(seen)))
            seen.append(float(counts.get(at, 0)))
            at += WEEK
    return dispersion(pairs)


def step(peak: Peak, reading: Reading, limits: Limits) -> Peak:
    """Return whether there is a peak after one more interval."""
    why = reasons(reading, limits)
    if why:
        return Peak(True, peak.since if peak.on else reading.at, why)
    if not peak.on:
        return Peak()
    calm = peak.calm + 1 if is_calm(reading, limits) else 0
    return Peak() if calm >= CALM_INTERVALS else Peak(True, peak.since, peak.why, calm)


def detect(readings: Iterable[Reading], limits: Limits) -> Peak:
    """Return the state after these intervals, oldest first."""
    peak = Peak()
    for reading in readings:
        peak = step(peak, reading, limits)
    return peak


def reasons(reading: Reading, limits: Limits) -> tuple[str, ...]:
    """Return what makes an interval a peak, in words; nothing when it is none."""
    found: list[str] = []
    usual = reading.baseline
    if usual is not None and reading.arrivals > max(usual.quantile(ENTER), 1):
        found.append(f"{reading.arrivals} customers in 15 minutes, usual are {usual.mean:.1f}")
    if reading.share is not None and reading.share < limits.share:
        found.append(
            f"{reading.share:.0%} would be answered within {limits.seconds:.0f} s, the target is {limits.share:.0%}"
        )
    if reading.wait is not None and reading.wait > limits.wait:
        found.append(f"an expected wait of {_minutes(reading.wait)}, the limit is {_minutes(limits.wait)}")
    return tuple(found)


def is_calm(reading: Reading, limits: Limits) -> bool:
    """Tell whether an interval is below 90 % of everything that makes a peak."""
    usual = reading.baseline
    few = usual is None or reading.arrivals <= max(usual.quantile(LEAVE), 1)
    return few and (reading.wait is None or reading.wait < LEAVE * limits.wait)


def _minutes(seconds: float) -> str:
    return "no end" if seconds == float("inf") else f"{seconds / 60:.0f} min"
