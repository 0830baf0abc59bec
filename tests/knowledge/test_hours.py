"""Working time: spans, holidays, clock changes, pauses; against a count minute by minute."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.failures import Rejected
from knowledge.hours import ALWAYS, Calendar, Clock, Pause, after, is_open, next_open, read_calendar, worked

OFFICE = {day: ["09:00", "17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
LONDON = read_calendar({"timezone": "Europe/London", "hours": OFFICE, "country": "GB", "subdivision": "eng"})
HOUR = timedelta(hours=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_office_hours_follow_the_clock_of_the_place() -> None:
    assert is_open(LONDON, utc("2026-11-20 09:00"))
    assert not is_open(LONDON, utc("2026-11-20 17:00"))
    assert is_open(LONDON, utc("2026-07-20 08:00"))  # summer time
    assert not is_open(LONDON, utc("2026-07-20 16:00"))
    assert next_open(LONDON, utc("2026-11-20 18:00")) == utc("2026-11-23 09:00")


def test_public_holidays_and_days_of_our_own_are_off() -> None:
    assert LONDON.day_off(date(2026, 12, 25)) == "Christmas Day"
    assert next_open(LONDON, utc("2026-12-24 17:00")) == utc("2026-12-29 09:00")  # 28th: Boxing Day's substitute
    ours = read_calendar({"hours": OFFICE, "closed": ["2026-11-23"]})
    assert next_open(ours, utc("2026-11-21 00:00")) == utc("2026-11-24 09:00")
    assert read_calendar({"country": "DE", "subdivision": "BY"}).day_off(date(2026, 11, 1))
    assert not read_calendar({"country": "DE", "subdivision": "BE"}).day_off(date(2026, 11, 1))


def test_an_hour_that_comes_twice_counts_twice_and_one_left_out_not_at_all() -> None:
    night = read_calendar({"timezone": "Europe/London", "hours": {"sun": "00:00-06:00"}})
    autumn = worked(night, utc("2026-10-24 12:00"), utc("2026-10-25 12:00"))
    spring = worked(night, utc("2026-03-28 12:00"), utc("2026-03-29 12:00"))
    assert (autumn, spring) == (7 * HOUR, 5 * HOUR)
    gone = read_calendar({"timezone": "Europe/London", "hours": {"sun": "01:00-02:00"}})
    assert worked(gone, utc("2026-03-28 12:00"), utc("2026-03-29 12:00")) == timedelta(0)
    assert worked(gone, utc("2026-10-24 12:00"), utc("2026-10-25 12:00")) == 2 * HOUR


def test_a_night_shift_belongs_to_the_day_it_begins() -> None:
    shift = read_calendar({"hours": {"thu": "22:00-06:00"}, "closed": [date(2026, 11, 26)]})
    assert is_open(shift, utc("2026-11-20 05:59"))  # Friday morning
    assert not is_open(shift, utc("2026-11-20 22:30"))
    assert not is_open(shift, utc("2026-11-27 01:00"))  # Thursday the 26th was off


def test_a_promise_runs_over_nights_and_weekends_and_rests_in_pauses() -> None:
    clock = Clock(LONDON, utc("2026-11-20 16:00"), 2 * HOUR)
    assert clock.due() == utc("2026-11-23 10:00")
    paused = Clock(LONDON, clock.begin, clock.target, ((utc("2026-11-20 16:30"), utc("2026-11-23 09:15")),))
    assert paused.due() == utc("2026-11-23 10:45")
    open_ended = Clock(LONDON, clock.begin, clock.target, ((utc("2026-11-20 16:30"), None),))
    assert open_ended.due() is None
    assert open_ended.used(utc("2027-01-04 12:00")) == timedelta(minutes=30)
    assert not clock.broken(utc("2026-11-23 10:00"))
    assert clock.broken(utc("2026-11-23 10:01"))


def test_nobody_works_ever() -> None:
    never = read_calendar({"hours": {}})
    assert next_open(never, utc("2026-11-20 09:00")) is None
    assert after(never, utc("2026-11-20 09:00"), HOUR) is None
    assert not is_open(never, utc("2026-11-20 09:00"))


def test_without_hours_it_is_day_and_night() -> None:
    assert read_calendar({}) == ALWAYS
    begin = utc("2026-11-20 23:30")
    assert after(ALWAYS, begin, 3 * HOUR) == begin + 3 * HOUR
    assert worked(ALWAYS, begin, begin - HOUR) == timedelta(0)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"timezone": "Europe/Tarnfell"}, "no time zone"),
        ({"timezone": "../../etc/passwd"}, "no time zone"),
        ({"hours": ["09:00"]}, "by weekday"),
        ({"hours": {"monday": "09:00-17:00"}}, "no weekday"),
        ({"hours": {"mon": "9 to 5"}}, "no time of day"),
        ({"hours": {"mon": "24:01-25:00"}}, "no time of day"),
        ({"hours": {"mon": "09:00-09:00"}}, "nothing lies between"),
        ({"hours": {"mon": ["09:00-12:00", "11:00-13:00"]}}, "overlap"),
        ({"country": "XX"}, "not known"),
        ({"country": "GB", "subdivision": "ZZ"}, "not known"),
        ({"closed": ["Christmas"]}, "no date"),
    ],
)
def test_nonsense_is_refused_with_a_remedy(given: dict[str, object], words: str) -> None:
    with pytest.raises(Rejected, match=words) as refused:
        read_calendar(given)
    assert refused.value.remedy


minutes = st.integers(0, 60 * 24 * 9)
pauses = st.lists(st.tuples(minutes, st.none() | minutes), max_size=3)
zones = st.sampled_from(["Europe/London", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"])
begins = st.sampled_from([utc("2026-03-24 00:00"), utc("2026-10-21 00:00"), utc("2026-12-22 00:00")])


@given(zone=zones, origin=begins, first=minutes, length=minutes, stops=pauses)
def test_working_time_is_what_counting_minutes_says(
    zone: str, origin: datetime, first: int, length: int, stops: list[tuple[int, int | None]]
) -> None:
    calendar = read_calendar(
        {"timezone": zone, "hours": {**OFFICE, "sat": "20:00-02:00", "sun": "01:30-04:00"}, "country": "AU"}
    )
    paused: list[Pause] = [
        (origin + timedelta(minutes=since), None if until is None else origin + timedelta(minutes=max(since, until)))
        for since, until in stops
    ]
    begin, step = origin + timedelta(minutes=first), timedelta(minutes=15)
    begin -= timedelta(minutes=begin.minute % 15)
    paused = [(_quarter(since), None if until is None else _quarter(until)) for since, until in paused]
    ticks = [begin + count * step for count in range(length // 15)]
    counted = sum(1 for tick in ticks if _works(calendar, tick) and not any(_within(tick, stop) for stop in paused))
    end = begin + len(ticks) * step
    assert worked(calendar, begin, end, paused) == counted * step
    due = after(calendar, begin, counted * step, paused) if counted else None
    assert due is None or worked(calendar, begin, due, paused) == counted * step


def _quarter(at: datetime) -> datetime:
    return at - timedelta(minutes=at.minute % 15)


def _within(tick: datetime, stop: Pause) -> bool:
    return stop[0] <= tick and (stop[1] is None or tick < stop[1])


def _works(calendar: Calendar, tick: datetime) -> bool:
    local = tick.astimezone(ZoneInfo(calendar.timezone))
    wall = local.hour * 60 + local.minute
    yesterday = local.date() - timedelta(days=1)
    today = any(a <= wall < b for a, b in calendar.week[local.weekday()]) and not calendar.day_off(local.date())
    late = any(a <= wall + 1440 < b for a, b in calendar.week[yesterday.weekday()])
    return today or (late and not calendar.day_off(yesterday))
