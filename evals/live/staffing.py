"""The people who do the work: content, staying, and how much of their time customers take."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import numpy as np
from sqlalchemy.orm import Session

from evals.live.measures import SEED, Measure, Period, rate, share
from evals.live.stories import Story
from evals.live.work import active
from knowledge.scope import Scope
from knowledge.staff.people import Staff, list_staff
from knowledge.staff.pulse import pulses
from knowledge.staff.states import Span, list_spans

# With fewer answers colleagues could tell who gave which.
LEAST_ANSWERS = 5
# Whoever forgets to say that they have gone was there so long.
LONGEST = timedelta(hours=12)
DRAWS = 2_000


@dataclass(frozen=True)
class Staffed:
    """What is known of the staff: answers by month (`2026-11`), who came and left when, and when they were there."""

    answers: Mapping[str, Sequence[int]] = field(default_factory=dict)
    people: Sequence[Staff] = ()
    spans: Sequence[Span] = ()


def read_staffed(session: Session, scope: Scope, since: datetime, until: datetime) -> Staffed:
    """Read it for a period."""
    people = [one for one in list_staff(session, scope) if one.email != "bot"]
    return Staffed(pulses(session, scope), people, list_spans(session, scope, since, until))


def staffing(staffed: Staffed, stories: Sequence[Story], period: Period) -> Iterator[Measure]:
    """eSAT with its response rate, attrition, occupancy and utilisation."""
    yield _esat(staffed, period)
    known = [one for one in staffed.people if one.since is not None and one.since <= period.since]
    there = [one for one in known if one.left is None or one.left > period.since]
    yield rate(
        "attrition",
        "Colleagues who left, of those there at the start",
        [one.left is not None and one.left < period.until for one in there],
        good=-1,
    )
    yield from _occupied(staffed.spans, stories, period)


def _esat(staffed: Staffed, period: Period) -> Measure:
    """Answers of 4 or 5 to "how content are you with your work here?", of the months that begin in the period."""
    months = [month for month in staffed.answers if period.holds(datetime.strptime(f"{month}-01+0000", "%Y-%m-%d%z"))]
    given = [score for month in months for score in staffed.answers[month]]
    title, note = "Colleagues content with their work (4 or 5 of 5)", f"nothing is shown of fewer than {LEAST_ANSWERS}"
    if len(given) < LEAST_ANSWERS:
        return Measure("esat", title, None, "%", len(given), note=note)
    asked = len(months) * sum(one.active for one in staffed.people)
    parts = {"mean": sum(given) / len(given), "response rate": share(len(given), asked)}
    return rate("esat", title, [one >= 4 for one in given], note=note, parts=parts)


def _occupied(spans: Sequence[Span], stories: Sequence[Story], period: Period) -> Iterator[Measure]:
    """Time on customers of the time available (occupancy), and of all paid time, breaks and meetings too
    (utilisation). A day of a colleague is the unit; only of colleagues who say when they are there."""
    available, away = _hours(spans, "available", period), _hours(spans, "away", period)
    busy = _handled(stories, period)
    days = sorted(available.keys() | away.keys())
    worked = [min(busy.get(day, 0.0), available.get(day, 0.0)) for day in days]
    free = [available.get(day, 0.0) for day in days]
    paid = [available.get(day, 0.0) + away.get(day, 0.0) for day in days]
    note = "active time is estimated from messages; n counts days of colleagues who say when they are there"
    yield _of_time("occupancy", "Time on customers, of the time available", worked, free, note)
    yield _of_time("utilisation", "Time on customers, of all paid time", worked, paid, note)


def _of_time(name: str, title: str, part: Sequence[float], whole: Sequence[float], note: str) -> Measure:
    """A quotient of sums with its bootstrap interval over the units."""
    if not sum(whole):
        return Measure(name, title, None, "%", 0, good=0, note=note)
    ours, all_of_it = np.asarray(part), np.asarray(whole)
    rows = np.random.default_rng(SEED).integers(0, len(ours), (DRAWS, len(ours)))
    sums = all_of_it[rows].sum(axis=1)
    drawn = 100 * ours[rows].sum(axis=1)[sums > 0] / sums[sums > 0]
    low, high = np.quantile(drawn, [0.025, 0.975])
    hours = {"hours": float(all_of_it.sum())}
    value = 100 * float(ours.sum() / all_of_it.sum())
    return Measure(name, title, value, "%", len(ours), float(low), float(high), good=0, note=note, parts=hours)


Days = Mapping[tuple[str, date], float]


def _hours(spans: Sequence[Span], state: str, period: Period) -> Days:
    """Hours in a state by colleague and day (UTC)."""
    found: dict[tuple[str, date], float] = defaultdict(float)
    for span in spans:
        if span.state == state:
            end = min(span.until or period.now, span.since + LONGEST, period.until)
            for day, hours in _cut(max(span.since, period.since), end):
                found[span.email, day] += hours
    return found


def _cut(begin: datetime, end: datetime) -> Iterator[tuple[date, float]]:
    """Hours of each day between two moments."""
    begin, end = begin.astimezone(UTC), end.astimezone(UTC)
    while begin < end:
        midnight = datetime.combine(begin.date() + timedelta(days=1), datetime.min.time(), UTC)
        yield begin.date(), (min(midnight, end) - begin).total_seconds() / 3600
        begin = midnight


def _handled(stories: Sequence[Story], period: Period) -> Days:
    """Active hours by colleague and day on which the contact began."""
    found: dict[tuple[str, date], float] = defaultdict(float)
    for story in stories:
        for contact in story.contacts:
            if period.holds(contact.start):
                for email, seconds in active(contact).items():
                    found[email, contact.start.astimezone(UTC).date()] += seconds / 3600
    return found
