"""Peaks begin and end by the rule, and are not called where there are none."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from handoff.load.peaks import (
    INTERVAL,
    WEEK,
    Baseline,
    Limits,
    Peak,
    Reading,
    baseline_of,
    detect,
    interval_of,
    size_of,
    step,
    weighted_mean,
)

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
USUAL = Baseline(10.0, 5.0)


def readings(*arrivals: int, wait: float = 0.0, share: float = 1.0) -> list[Reading]:
    return [Reading(AT + number * INTERVAL, count, USUAL, wait, share) for number, count in enumerate(arrivals)]


def test_quantiles_are_those_of_the_negative_binomial() -> None:
    draws = np.random.default_rng(7).negative_binomial(5, 5 / 15, 400_000)
    assert USUAL.quantile(0.99) == pytest.approx(np.quantile(draws, 0.99), abs=1)
    assert Baseline(10.0).quantile(0.99) == 18  # Poisson, from the table
    assert Baseline(0.0).quantile(0.99) == 0


def test_a_peak_begins_above_99_percent_and_ends_after_two_intervals_below_90() -> None:
    enter, leave = int(USUAL.quantile(0.99)), int(USUAL.quantile(0.90))
    assert not detect(readings(enter), Limits()).on
    assert detect(readings(enter + 1), Limits()).on
    assert detect(readings(enter + 1, leave), Limits()).on
    assert detect(readings(enter + 1, leave, leave + 1, leave), Limits()).on  # calm must be in a row
    assert not detect(readings(enter + 1, leave, leave), Limits()).on


def test_a_long_wait_or_a_missed_target_makes_a_peak_without_many_arrivals() -> None:
    long = step(Peak(), Reading(AT, 1, None, wait=301.0, share=1.0), Limits())
    assert (long.on, long.since) == (True, AT)
    assert "wait" in long.why[0]
    assert step(Peak(), Reading(AT, 1, None, wait=0.0, share=0.79), Limits()).on
    assert not step(Peak(), Reading(AT, 1, None, wait=300.0, share=0.8), Limits()).on
    # 280 of 300 s is not below 90 %: the peak goes on, and `since` stays.
    going = detect([Reading(AT, 1, None, 400.0, 1.0), *(Reading(AT, 1, None, 280.0, 1.0) for _ in range(5))], Limits())
    assert (going.on, going.since) == (True, AT)


def test_the_baseline_is_the_same_slot_of_earlier_weeks() -> None:
    first = AT - 4 * WEEK
    counts = {AT - 4 * WEEK: 2, AT - 3 * WEEK: 4, AT - 2 * WEEK: 6, AT - WEEK: 8, AT - INTERVAL: 99}
    found = baseline_of(counts, AT, first, None)
    assert found is not None
    assert found.mean == pytest.approx(weighted_mean([2, 4, 6, 8]))
    assert baseline_of(counts, AT, AT - 2 * WEEK, None) is None
    assert interval_of(AT + timedelta(minutes=29, seconds=59)) == AT + INTERVAL


@pytest.mark.parametrize("size", [4.0, None])
def test_over_dispersion_is_read_off_and_few_usual_days_are_called_a_peak(size: float | None) -> None:
    random = np.random.default_rng(11)
    weeks, mean = 16, 12.0
    first = AT - weeks * WEEK
    slots = [first + number * INTERVAL for number in range(int(weeks * WEEK / INTERVAL))]
    drawn = (
        random.negative_binomial(size, size / (size + mean), len(slots)) if size else random.poisson(mean, len(slots))
    )
    counts = Counter(dict(zip(slots, map(int, drawn), strict=True)))
    known = size_of(counts, first, AT)
    assert known == pytest.approx(size, rel=0.15) if size else known is None or known > 100
    called = 0
    tried = slots[-672:]
    for slot in tried:
        usual = baseline_of(counts, slot, first, known)
        called += usual is not None and counts[slot] > usual.quantile(0.99)
    assert called / len(tried) < 0.04  # 1 % were the mean known; it is learnt from fifteen weeks
