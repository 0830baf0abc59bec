"""Sync lag by a table worked out by hand: percentiles by rank, an interval that needs no distribution."""

from datetime import date, timedelta

import pytest

from evals.live.measures import Period
from evals.live.syncing import sync_lag
from knowledge.customers.lags import seconds_of, step_of


def test_percentiles_of_a_period(november: Period) -> None:
    day = november.since.date() + timedelta(days=3)
    fast, slow, worst = step_of(0.02), step_of(0.5), step_of(4.0)
    counts = {
        day: {fast: 500, slow: 40},
        day + timedelta(days=1): {fast: 400, slow: 40, worst: 20},
        date(2026, 1, 1): {worst: 10_000},
    }
    found = sync_lag(counts, november)
    assert (found.n, found.value) == (1_000, seconds_of(slow))  # ranks 1 to 900 are fast, to 980 slow
    assert (found.low, found.high) == (seconds_of(slow), seconds_of(slow))  # ranks 936 and 965
    assert found.parts == {"median": seconds_of(fast), "p99": seconds_of(worst), "later than 1 s, %": 2.0}
    assert found.good == -1
    assert seconds_of(slow) == pytest.approx(0.5, rel=0.1)


def test_few_are_few_and_nothing_is_nothing(november: Period) -> None:
    day = november.since.date() + timedelta(days=3)
    few = sync_lag({day: {step_of(0.02): 9, step_of(2.0): 1}}, november)
    assert few.few
    assert (few.low, few.high) == (seconds_of(step_of(0.02)), seconds_of(step_of(2.0)))
    assert sync_lag({}, november).value is None
