"""Sync lag: how long after it was written an entry reached those who follow, on whatever process."""

from collections import Counter
from math import ceil, floor, sqrt

from evals.live.measures import Measure, Period, share
from knowledge.customers.lags import Counts, seconds_of

# Z of a 95 % interval, and the lag that readers are promised (METRICS: p95 of at most a second).
Z, PROMISED = 1.96, 1.0


def sync_lag(counts: Counts, period: Period) -> Measure:
    """The 95th percentile over the period's days, with its interval by ranks (binomial, needs no distribution).

    Lags are counted in classes a tenth wide, and each stands for its longest: a value is at most a tenth too high. A
    read never misses what was committed before it began (readers read the record itself), so nothing is stale but late.
    """
    seen: Counter[int] = Counter()
    for day, steps in counts.items():
        if period.since.date() <= day <= period.until.date():
            seen.update(steps)
    n = seen.total()
    title, note = "Until a reader sees what was written, 95th percentile", "entries that a live stream was waiting for"
    if not n:
        return Measure("sync_lag", title, None, "s", 0, good=-1, note=note)
    late = sum(count for step, count in seen.items() if seconds_of(step) > PROMISED)
    parts = {"median": _ranked(seen, n / 2), "p99": _ranked(seen, n * 0.99), "later than 1 s, %": share(late, n)}
    spread = Z * sqrt(n * 0.95 * 0.05)
    low, high = _ranked(seen, floor(n * 0.95 - spread)), _ranked(seen, ceil(n * 0.95 + spread) + 1)
    return Measure("sync_lag", title, _ranked(seen, n * 0.95), "s", n, low, high, good=-1, note=note, parts=parts)


def _ranked(seen: Counter[int], rank: float) -> float:
    """The lag of that rank, from 1 to n."""
    wanted, below = min(max(ceil(rank), 1), seen.total()), 0
    for step in sorted(seen):
        below += seen[step]
        if below >= wanted:
            break
    return seconds_of(step)
