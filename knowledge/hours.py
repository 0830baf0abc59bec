"""Hours: when somebody works, over time zones, clock changes and holidays, and how much working time went by."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from typing import cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from knowledge.failures import Rejected

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_A_DAY = 24 * 60
# Who opens at all opens within a year: that is how far ahead a calendar is searched.
HORIZON_DAYS = 370
_TIME = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")
_EXAMPLE = 'For example: {"mon": ["09:00-12:30", "13:00-17:00"]}.'
NOTHING = timedelta(0)

# Minutes after midnight of the day it begins; the end may lie on the next day.
Span = tuple[int, int]
# A stretch of time in UTC; a pause that has not ended yet has no end.
Period = tuple[datetime, datetime]
Pause = tuple[datetime, datetime | None]


@dataclass(frozen=True)
class Calendar:
    """When somebody works: spans of each weekday (Monday first) in a time zone, and the days off.

    `country` and `subdivision` are ISO 3166 codes whose public holidays are off; `closed` are further days. A span
    belongs to the day on which it begins.
    """

    timezone: str = "UTC"
    week: tuple[tuple[Span, ...], ...] = (((0, MINUTES_A_DAY),),) * 7
    country: str = ""
    subdivision: str = ""
    closed: frozenset[date] = frozenset()

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return zone_of(self.timezone)

    def day_off(self, day: date) -> str:
        """Return why a day is off (the holiday's name), or nothing when it is an ordinary day."""
        if day in self.closed:
            return "closed"
        return _holidays(self.country, self.subdivision, day.year).get(day, "") if self.country else ""


ALWAYS = Calendar()


def zone_of(name: str) -> ZoneInfo:
    """Return the time zone of an IANA name.

    Raises:
        Rejected: there is no such time zone.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # a folder's name, "../", an empty name
        raise Rejected(f"{name!r} is no time zone.", "Use a name such as Europe/London.") from error


@cache
def _holidays(country: str, subdivision: str, year: int) -> Mapping[date, str]:
    from holidays import country_holidays

    try:
        return dict(country_holidays(country, subdiv=subdivision or None, years=year))
    except NotImplementedError as error:
        place = f"{country}-{subdivision}" if subdivision else country
        raise Rejected(
            f"The holidays of {place!r} are not known.", "Use ISO codes: GB with ENG, DE with BY."
        ) from error


def read_calendar(given: Mapping[str, object]) -> Calendar:
    """Return the calendar that an object of plain values describes.

    `hours` holds spans by weekday (`mon` … `sun`; a day left out is off; no `hours`: day and night), beside it
    `timezone`, `country`, `subdivision` and `closed` (dates). A span is "09:00-17:00", or the day is one pair
    ["09:00", "17:00"]; it may end after midnight ("22:00-06:00").

    Raises:
        Rejected: a day, time, span, zone, country or date is none, or spans of a day overlap.
    """
    hours = given.get("hours")
    if hours is not None and not isinstance(hours, Mapping):
        raise Rejected("Hours are spans by weekday.", _EXAMPLE)
    calendar = Calendar(
        timezone=str(given.get("timezone") or "UTC"),
        week=ALWAYS.week if hours is None else _week(cast(Mapping[object, object], hours)),
        country=str(given.get("country") or "").upper(),
        subdivision=str(given.get("subdivision") or "").upper(),
        closed=frozenset(_date(day) for day in _listed(given.get("closed"))),
    )
    zone_of(calendar.timezone)
    calendar.day_off(date(2026, 1, 1))
    return calendar


def _week(hours: Mapping[object, object]) -> tuple[tuple[Span, ...], ...]:
    for day in hours:
        if day not in DAYS:
            raise Rejected(f"{day!r} is no weekday.", f"Weekdays are {', '.join(DAYS)}.")
    return tuple(_spans(hours.get(day)) for day in DAYS)


def _spans(told: object) -> tuple[Span, ...]:
    words = [str(one) for one in _listed(told)]
    if len(words) == 2 and not any("-" in word for word in words):
        words = ["-".join(words)]
    spans = sorted(_span(word) for word in words)
    for (_, end), (begin, _) in pairwise(spans):
        if begin < end:
            raise Rejected(f"{', '.join(words)}: the spans overlap.", _EXAMPLE)
    return tuple(spans)


def _span(word: str) -> Span:
    begin, _, end = word.replace("–", "-").partition("-")
    first, last = _minutes(begin), _minutes(end)
    if first in {last, MINUTES_A_DAY}:
        raise Rejected(f"{word}: nothing lies between.", "Day and night is 00:00-24:00.")
    return first, last if last > first else last + MINUTES_A_DAY


def _minutes(word: str) -> int:
    found = _TIME.fullmatch(word.strip())
    minutes = int(found[1]) * 60 + int(found[2]) if found else MINUTES_A_DAY + 1
    if minutes > MINUTES_A_DAY:
        raise Rejected(f"{word.strip()!r} is no time of day.", _EXAMPLE)
    return minutes


def _date(told: object) -> date:
    if isinstance(told, date):
        return told
    try:
        return date.fromisoformat(str(told))
    except ValueError as error:
        raise Rejected(f"{told!r} is no date.", "Write it as 2026-12-24.") from error


def _listed(told: object) -> Iterable[object]:
    if told is None:
        return ()
    return told if isinstance(told, list | tuple | set | frozenset) else (told,)


def periods(calendar: Calendar, begin: datetime, days: int = HORIZON_DAYS) -> Iterator[Period]:
    """Yield the stretches of working time from `begin` on, in UTC, in order and apart from each other.

    An hour that the clock shows twice counts twice, one that it leaves out not at all.
    """
    zone, last = calendar.zone, begin.astimezone(UTC)
    today = begin.astimezone(zone).date()
    for ahead in range(-1, days + 1):
        day = today + timedelta(days=ahead)
        spans = calendar.week[day.weekday()]
        for first, end in spans if spans and not calendar.day_off(day) else ():
            starts, ends = max(last, _moment(day, first, zone, 0)), _moment(day, end, zone, 1)
            if ends > starts:
                last = ends
                yield starts, ends


def _moment(day: date, minutes: int, zone: ZoneInfo, fold: int) -> datetime:
    days, rest = divmod(minutes, MINUTES_A_DAY)
    local = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60), zone).replace(fold=fold)
    return local.astimezone(UTC)


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Return whether somebody works at this moment."""
    return any(begin <= at for begin, _ in periods(calendar, at, days=1))


def next_open(calendar: Calendar, at: datetime) -> datetime | None:
    """Return the first moment from `at` on at which somebody works, `None` when nobody does within a year."""
    return next((begin for begin, _ in periods(calendar, at)), None)


def worked(calendar: Calendar, begin: datetime, end: datetime, pauses: Iterable[Pause] = ()) -> timedelta:
    """Return how much working time lies between two moments, without the pauses."""
    return sum((until - since for since, until in _counted(calendar, begin, end, pauses)), NOTHING)


def after(calendar: Calendar, begin: datetime, target: timedelta, pauses: Iterable[Pause] = ()) -> datetime | None:
    """Return when so much working time has gone by, without the pauses.

    `None` when it never does: a pause has no end yet, or nobody works for a year.
    """
    left = target
    for since, until in _counted(calendar, begin, None, pauses):
        if until - since >= left:
            return since + left
        left -= until - since
    return None


def _counted(calendar: Calendar, begin: datetime, end: datetime | None, pauses: Iterable[Pause]) -> Iterator[Period]:
    stops = sorted(pauses, key=lambda pause: pause[0])
    days = HORIZON_DAYS if end is None else max(0, (end - begin).days) + 2
    for since, until in periods(calendar, begin, days):
        if end is not None and since >= end:
            return
        yield from _between(since, until if end is None else min(until, end), stops)


def _between(since: datetime, until: datetime, stops: list[Pause]) -> Iterator[Period]:
    for stop, goes_on in stops:
        if stop >= until:
            break
        if stop > since:
            yield since, stop
        since = until if goes_on is None else max(since, goes_on)
        if since >= until:
            return
    if until > since:
        yield since, until


@dataclass(frozen=True)
class Clock:
    """A promise of time: so much working time from a moment on, while nothing pauses it."""

    calendar: Calendar
    begin: datetime
    target: timedelta
    pauses: tuple[Pause, ...] = ()

    def used(self, now: datetime) -> timedelta:
        """Return how much of it went by."""
        return worked(self.calendar, self.begin, now, self.pauses)

    def due(self) -> datetime | None:
        """Return when it is over; `None` while it is paused."""
        return after(self.calendar, self.begin, self.target, self.pauses)

    def broken(self, now: datetime) -> bool:
        """Return whether it is over."""
        return self.used(now) > self.target
