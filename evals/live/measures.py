"""Measures: a value that managers read, never without n and an interval, and "too few" where it is so."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from evals.intervals import Interval, mean_interval, quantile_interval, rate_interval

SEED = 20261125
# Below so many items a value is shown as a hint, and no trend is drawn from it.
FEW = 30
WINDOW = timedelta(days=7)
WINDOWS = (1, 3, 7, 14, 30)


@dataclass(frozen=True)
class Measure:
    """One number. `value` is `None` where nothing could be measured; `parts` are its breakdown, name → value.

    `name` is stable (a key in JSON and CSV), `title` is for people. `unit` is %, min, h, /issue, … `good` says which
    way is better: 1 up, −1 down, 0 neither.
    """

    name: str
    title: str
    value: float | None
    unit: str
    n: int
    low: float | None = None
    high: float | None = None
    good: int = 1
    note: str = ""
    parts: Mapping[str, float | None] = field(default_factory=dict)

    @property
    def few(self) -> bool:
        """Whether there is too little to build on."""
        return self.n < FEW


@dataclass(frozen=True)
class Period:
    """What is measured: issues that were active from `since` to before `until`; `now` is when it is measured."""

    since: datetime
    until: datetime
    now: datetime

    def holds(self, at: datetime | None) -> bool:
        """Whether something happened in the period."""
        return at is not None and self.since <= at < self.until


def rate(name: str, title: str, happened: Sequence[bool], **more: Any) -> Measure:
    """A share in % with Wilson's interval; no items, no value."""
    if not happened:
        return _nothing(name, title, "%", **more)
    return _made(name, title, _times(rate_interval(sum(happened), len(happened)), 100), "%", **more)


def clustered_rate(name: str, title: str, happened: Sequence[bool], groups: Sequence[Hashable], **more: Any) -> Measure:
    """A share in % where items of one group (an issue, a customer) are not independent: whole groups are drawn."""
    if not happened:
        return _nothing(name, title, "%", **more)
    interval = mean_interval([float(one) for one in happened], seed=SEED, groups=groups, draws=2_000)
    if interval.low == interval.high:  # all alike: drawing them again tells nothing, Wilson over the groups does
        count = len(set(groups))
        bounds = rate_interval(count if happened[0] else 0, count)
        interval = Interval(interval.value, bounds.low, bounds.high, len(happened))
    return _made(name, title, _times(interval, 100), "%", **more)


def mean(
    name: str, title: str, values: Sequence[float], unit: str, groups: Sequence[Hashable] | None = None, **more: Any
) -> Measure:
    """A mean with its bootstrap interval."""
    if not values:
        return _nothing(name, title, unit, **more)
    return _made(name, title, mean_interval(values, seed=SEED, groups=groups, draws=2_000), unit, **more)


def median(name: str, title: str, values: Sequence[float], unit: str, **more: Any) -> Measure:
    """A median with its bootstrap interval; the 90th percentile stands in the parts."""
    if not values:
        return _nothing(name, title, unit, **more)
    p90 = quantile_interval(values, 0.9, seed=SEED, draws=1).value
    interval = quantile_interval(values, 0.5, seed=SEED, draws=2_000)
    return _made(name, title, interval, unit, **{"parts": {"p90": p90}, **more})


def share(part: int, whole: int) -> float | None:
    """Part of a whole in %, `None` of nothing."""
    return 100 * part / whole if whole else None


def _made(name: str, title: str, interval: Interval, unit: str, **more: Any) -> Measure:
    return Measure(name, title, interval.value, unit, interval.n, interval.low, interval.high, **more)


def _nothing(name: str, title: str, unit: str, **more: Any) -> Measure:
    return Measure(name, title, None, unit, 0, **more)


def _times(interval: Interval, factor: float) -> Interval:
    return Interval(interval.value * factor, interval.low * factor, interval.high * factor, interval.n)
