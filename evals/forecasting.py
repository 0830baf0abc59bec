"""The forecast by hour of the week on real arrivals: weeks not seen, in turn, and how often its intervals hold.

nyc311 is no such stream: a thousand requests in bursts over five years.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from evals.datasets.routing import read_incidents
from evals.figures import Figure, figure
from evals.intervals import mean_interval
from handoff.load.forecast import Expected, forecast, learn
from knowledge.failures import NotFound

# So many weeks are only learnt from.
LEAST_WEEKS = 4
# Hours that bring less are nights: their interval is 0 to 0 or 1 and holds nearly always.
BUSY = 1.0
SEED = 20261125
WEEK, HOURS = timedelta(weeks=1), 168


@dataclass(frozen=True)
class Told:
    """An hour as it was forecast, what it brought, and what an even week would have been expected to."""

    hour: Expected
    brought: int
    flat: float


def replayed(hourly: Mapping[datetime, int], zone: ZoneInfo) -> list[Told]:
    """Forecast each week from those before it, whole weeks from the first Monday on; nothing later is seen."""
    first, last = min(hourly), max(hourly)
    start = first.replace(hour=0) + timedelta(days=-first.weekday() % 7)
    told: list[Told] = []
    now = start + LEAST_WEEKS * WEEK
    while now + WEEK <= last:
        seen = {at: count for at, count in hourly.items() if start <= at < now}
        flat = sum(seen.values()) / ((now - start) / timedelta(hours=1))
        told += [
            Told(hour, hourly.get(hour.at, 0), flat) for hour in forecast(learn(seen, start, now, zone), now, HOURS)
        ]
        now += WEEK
    return told


def forecast_figures(data: Path) -> Iterator[Figure]:
    """Yield how often the 80 % and the 95 % interval hold what an hour brings, over incidents of an IT desk.

    Hours of one day are drawn together for the interval: a quiet day is quiet for long.

    Raises:
        NotFound: the data is not there, or covers too few weeks.
    """
    read = read_incidents(data, "resolved_by")
    hourly = Counter(one.at.replace(minute=0, second=0, microsecond=0) for one in read.cases)
    told = replayed(hourly, ZoneInfo("UTC"))
    busy = [one for one in told if one.hour.mean >= BUSY]
    if not busy:
        raise NotFound(
            "it_incidents covers too few weeks for a forecast.", f"{LEAST_WEEKS + 1} whole weeks are needed."
        )
    days = [one.hour.at.date().isoformat() for one in told]
    settings = {
        "weeks_forecast": len(told) // HOURS,
        "weeks_only_learnt_from": LEAST_WEEKS,
        "hours": len(told),
        "busy_hours": len(busy),
        "mean_error": round(float(np.mean([abs(one.brought - one.hour.mean) for one in told])), 3),
        "mean_error_of_an_even_week": round(float(np.mean([abs(one.brought - one.flat) for one in told])), 3),
        "held_80_of_busy_hours": round(float(np.mean([_within(one, 80) for one in busy])), 4),
        "held_95_of_busy_hours": round(float(np.mean([_within(one, 95) for one in busy])), 4),
        "mean_width_80": round(float(np.mean([one.hour.high80 - one.hour.low80 for one in busy])), 2),
    }
    for level in (80, 95):
        held = mean_interval([float(_within(one, level)) for one in told], seed=SEED, groups=days)
        yield figure(
            f"forecast/it_incidents/coverage_{level}", held, "", seed=SEED, data=read.digest, settings=settings
        )


def _within(one: Told, level: int) -> bool:
    hour = one.hour
    low, high = (hour.low80, hour.high80) if level == 80 else (hour.low95, hour.high95)
    return low <= one.brought <= high
