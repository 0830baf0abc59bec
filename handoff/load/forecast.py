"""The forecast: how many customers each hour of the coming week brings, with intervals, and how many people it takes.

The mean of an hour is the exponentially weighted mean of the same hour of the week, in the company's time zone; counts
are over-dispersed, and the mean itself is uncertain: the predictive distribution is a negative binomial with both.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from handoff.load.erlang import Goal, Queue, agents_needed
from handoff.load.peaks import LATEST, LEAST_WEEKS, Baseline, dispersion, weighted_mean
from knowledge.hours import ALWAYS, Calendar, periods

HOUR = timedelta(hours=1)
Slot = tuple[int, int]


@dataclass(frozen=True)
class Expected:
    """One hour to come: mean, the 80 % and the 95 % interval, and from how many weeks; `open`: somebody works then."""

    at: datetime
    mean: float
    low80: int
    high80: int
    low95: int
    high95: int
    weeks: int
    open: bool = True


@dataclass(frozen=True)
class Seasons:
    """What past weeks tell: counts by (weekday, hour) oldest first, and the over-dispersion of all of them."""

    zone: ZoneInfo
    counts: Mapping[Slot, Sequence[float]]
    size: float | None


def learn(hourly: Mapping[datetime, int], since: datetime, until: datetime, zone: ZoneInfo) -> Seasons:
    """Return the seasons of hourly counts (UTC, on the hour; missing hours had none) in [since, until).

    Hours are named by the local clock, so that a change to summer time moves nothing: the hour that is skipped has no
    count that week, the one that comes twice has two.
    """
    counts: defaultdict[Slot, list[float]] = defaultdict(list)
    at = _on_the_hour(since.astimezone(UTC))
    while at < until:
        counts[slot_of(at, zone)].append(float(hourly.get(at, 0)))
        at += HOUR
    pairs = [
        (seen[place], weighted_mean(seen[:place]))
        for seen in counts.values()
        for place in range(LEAST_WEEKS, len(seen))
    ]
    return Seasons(zone, dict(counts), dispersion(pairs))


def slot_of(at: datetime, zone: ZoneInfo) -> Slot:
    """Return weekday (Monday is 0) and hour of a moment on the local clock."""
    there = at.astimezone(zone)
    return there.weekday(), there.hour


def forecast(seasons: Seasons, start: datetime, hours: int, calendar: Calendar = ALWAYS) -> list[Expected]:
    """Return the hours from `start` on; a day off is like a Sunday, and in what hours somebody works the calendar says.

    A slot that was never seen is expected to be empty, with the interval that says how little is known: weeks 0.
    """
    first = _on_the_hour(start.astimezone(UTC))
    work = list(periods(calendar, first, hours // 24 + 2))
    told = [_expect(seasons, first + number * HOUR, calendar) for number in range(hours)]
    return [replace(one, open=any(begin < one.at + HOUR and one.at < end for begin, end in work)) for one in told]


def _expect(seasons: Seasons, at: datetime, calendar: Calendar) -> Expected:
    there = at.astimezone(seasons.zone)
    holiday = bool(calendar.day_off(there.date()))
    seen = seasons.counts.get((6 if holiday else there.weekday(), there.hour), ())
    mean = weighted_mean(seen) if seen else 0.0
    usual = predictive(mean, seasons.size, len(seen))
    low95, low80, high80, high95 = (round(usual.quantile(share)) for share in (0.025, 0.1, 0.9, 0.975))
    return Expected(at, mean, low80, high80, low95, high95, len(seen))


def predictive(mean: float, size: float | None, weeks: int) -> Baseline:
    """Return the distribution of the next count: of a mean learnt from so few weeks it is wider than of a known one.

    The weighted mean of n counts has the weight Σw² = a/(2−a) + (1−a)^(2n) · … of their variance; never below 1/n.
    """
    if mean <= 0 or weeks == 0:
        return Baseline(mean, size)
    variance = mean + (mean**2 / size if size else 0.0)
    of_mean = variance * max(1 / weeks, LATEST / (2 - LATEST))
    excess = variance + of_mean - mean
    return Baseline(mean, mean**2 / excess)


@dataclass(frozen=True)
class Hint:
    """How many people an hour takes: for its mean, and to be safe against its 90 % upper bound; 0 out of hours."""

    expected: Expected
    agents: int
    agents_safe: int


def hints(hours: Sequence[Expected], queue: Queue, goal: Goal, chats: int = 1) -> list[Hint]:
    """Return how many people keep the promise in each hour; handling time and patience are those of `queue`."""

    def needed(an_hour: float) -> int:
        return agents_needed(Queue(an_hour / 3600, queue.handle, 0, queue.patience), goal, chats)

    known: dict[float, int] = {}
    for one in hours:
        for an_hour in (round(one.mean, 1), float(one.high80)):
            if an_hour not in known:
                known[an_hour] = needed(an_hour)
    return [_hint(one, known) for one in hours]


def _hint(one: Expected, known: Mapping[float, int]) -> Hint:
    if not one.open:
        return Hint(one, 0, 0)
    usual = known[round(one.mean, 1)]
    return Hint(one, usual, max(usual, known[float(one.high80)]))


def _on_the_hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
