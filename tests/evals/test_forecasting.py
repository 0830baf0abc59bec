"""The forecast on real arrivals: weeks in turn, nothing of what comes later, intervals that hold."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from evals.forecasting import HOURS, LEAST_WEEKS, forecast_figures, replayed


def test_a_week_is_forecast_from_those_before_it_alone() -> None:
    monday = datetime(2026, 1, 5, tzinfo=UTC)
    hourly = {monday + timedelta(weeks=week, hours=9): 10 for week in range(7)}
    told = replayed(hourly, ZoneInfo("UTC"))
    assert len(told) == HOURS * (7 - LEAST_WEEKS - 1)
    hourly[monday + timedelta(weeks=LEAST_WEEKS, hours=9)] = 1_000
    changed = replayed(hourly, ZoneInfo("UTC"))
    assert [one.hour for one in changed[:HOURS]] == [one.hour for one in told[:HOURS]]
    assert changed[9].brought == 1_000
    assert changed[HOURS + 9].hour.mean > told[HOURS + 9].hour.mean


def test_the_intervals_hold_on_real_arrivals(data: Path) -> None:
    found = {one.name: one for one in forecast_figures(data)}
    assert 0.75 <= found["forecast/it_incidents/coverage_80"].value <= 0.93
    assert 0.92 <= found["forecast/it_incidents/coverage_95"].value <= 0.995
    told = found["forecast/it_incidents/coverage_80"].settings
    assert told["mean_error"] < told["mean_error_of_an_even_week"] / 2
