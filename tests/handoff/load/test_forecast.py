"""The forecast's intervals hold what they promise, by the local clock; hints follow it."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from handoff.load.erlang import Goal, Queue, agents_needed
from handoff.load.forecast import forecast, hints, learn, predictive
from knowledge.hours import Calendar, read_calendar

LONDON = ZoneInfo("Europe/London")
MONDAY = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)


def simulated(weeks: int, size: float, seed: int) -> dict[datetime, int]:
    """Draw hourly counts with a daily shape from a negative binomial."""
    random, start = np.random.default_rng(seed), MONDAY - timedelta(weeks=weeks)
    hours = [start + timedelta(hours=number) for number in range(weeks * 168 + 168)]
    means = [2 + 20 * max(0.0, np.sin((at.hour - 6) / 12 * np.pi)) for at in hours]
    return {
        at: int(random.negative_binomial(size, size / (size + mean))) for at, mean in zip(hours, means, strict=True)
    }


def test_intervals_hold_what_they_promise_on_weeks_that_were_not_seen() -> None:
    inside80 = inside95 = n = 0
    for seed in range(6):
        drawn = simulated(10, 6.0, seed)
        seasons = learn(drawn, MONDAY - timedelta(weeks=10), MONDAY, LONDON)
        for hour in forecast(seasons, MONDAY, 168):
            inside80 += hour.low80 <= drawn[hour.at] <= hour.high80
            inside95 += hour.low95 <= drawn[hour.at] <= hour.high95
            n += 1
    assert 0.78 <= inside80 / n <= 0.92  # counts are whole numbers: an interval holds a little more
    assert 0.94 <= inside95 / n <= 0.99


def test_hours_are_named_by_the_local_clock_across_the_change_to_winter_time() -> None:
    # London leaves summer time on 2026-10-25; every day has ten customers at nine o'clock there.
    start = datetime(2026, 9, 7, tzinfo=UTC)
    at_nine = {
        datetime(day.year, day.month, day.day, 9, tzinfo=LONDON).astimezone(UTC): 10
        for day in (date(2026, 9, 7) + timedelta(days=number) for number in range(70))
    }
    seasons = learn(at_nine, start, datetime(2026, 11, 16, tzinfo=UTC), LONDON)
    (nine,) = [hour for hour in forecast(seasons, datetime(2026, 11, 16, tzinfo=UTC), 24) if hour.mean > 5]
    assert nine.at == datetime(2026, 11, 16, 9, tzinfo=UTC)
    assert nine.weeks == 10


def test_a_holiday_is_like_a_sunday_and_an_unseen_hour_says_so() -> None:
    counts = {MONDAY - timedelta(days=7 * week) + timedelta(hours=9): 12 for week in range(1, 9)}
    seasons = learn(counts, MONDAY - timedelta(weeks=8), MONDAY, ZoneInfo("UTC"))
    nine = MONDAY + timedelta(hours=9)
    assert forecast(seasons, nine, 1)[0].mean == pytest.approx(12)
    closed = forecast(seasons, nine, 1, Calendar(closed=frozenset({nine.date()})))[0]
    assert (closed.mean, closed.open) == (0, False)
    assert forecast(learn({}, MONDAY, MONDAY, LONDON), nine, 1)[0].weeks == 0


def test_out_of_hours_customers_are_expected_and_nobody_is_asked_to_work() -> None:
    counts = {MONDAY - timedelta(days=7 * week) + timedelta(hours=3): 12 for week in range(1, 9)}
    seasons = learn(counts, MONDAY - timedelta(weeks=8), MONDAY, ZoneInfo("UTC"))
    calendar = read_calendar({"timezone": "Europe/London", "hours": {"mon": "08:30-17:00", "sun": "22:00-02:00"}})
    told = hints(forecast(seasons, MONDAY, 24, calendar), Queue(0.0, 480, 0), Goal(0.8, 60))
    assert [one.expected.at.hour for one in told if one.expected.open] == [0, 1, *range(8, 17)]
    assert (told[3].expected.mean, told[3].agents, told[3].agents_safe) == (pytest.approx(12), 0, 0)
    assert hints(forecast(seasons, MONDAY, 24), Queue(0.0, 480, 0), Goal(0.8, 60))[3].agents >= 1


def test_what_is_known_from_few_weeks_is_less_sure() -> None:
    assert predictive(10, 5.0, 1).quantile(0.9) > predictive(10, 5.0, 20).quantile(0.9) > 10


def test_hints_are_the_least_that_keep_the_promise() -> None:
    seasons = learn(simulated(8, 6.0, 1), MONDAY - timedelta(weeks=8), MONDAY, LONDON)
    hours, queue, goal = forecast(seasons, MONDAY, 24), Queue(0.0, 480, 0), Goal(0.8, 60)
    told = hints(hours, queue, goal, chats=3)
    noon = told[12]
    assert noon.agents == agents_needed(Queue(round(noon.expected.mean, 1) / 3600, 480, 0), goal, 3)
    assert noon.agents_safe >= noon.agents >= 1
