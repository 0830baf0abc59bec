"""How long people wait: first and next answers, until solved; in the hours of the calendar and of business."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from evals.intervals import quantile_interval
from evals.live.measures import SEED, Measure, Period, median, rate
from evals.live.stories import Story

MINUTE, HOUR = 60.0, 3600.0
# Counts the working time between two moments; without opening hours it is the calendar's.
Working = Callable[[datetime, datetime], timedelta]


def calendar(begin: datetime, end: datetime) -> timedelta:
    """The time between two moments."""
    return end - begin


def no_promise(_channel: str) -> timedelta | None:
    """Nothing is promised on any channel."""
    return None


@dataclass(frozen=True)
class Hours:
    """How working time between two moments is counted, and in how much of it each channel's customers are answered."""

    working: Working = calendar
    promised: Callable[[str], timedelta | None] = no_promise


def times(stories: Sequence[Story], period: Period, hours: Hours | None = None) -> Iterator[Measure]:
    """First response, next response, first and full resolution (Zendesk's definitions; the bot does not count)."""
    hours = hours or Hours()
    working = hours.working
    first = [pair for pair in map(first_response, stories) if pair and period.holds(pair[0])]
    later = [pair for story in stories for pair in next_responses(story) if period.holds(pair[0])]
    yield _waited("first_response", "First answer by a person", first, MINUTE, "min", working)
    yield _waited("next_response", "Later answers by a person", later, MINUTE, "min", working)
    solved = [(one.opened_at, one.first_resolved_at) for one in stories if period.holds(one.first_resolved_at)]
    full = [(one.opened_at, one.last_resolved_at) for one in stories if period.holds(one.last_resolved_at)]
    yield _waited("first_resolution", "Until first solved", _known(solved), HOUR, "h", working)
    yield _waited("full_resolution", "Until solved for good", _known(full), HOUR, "h", working)
    yield _waiting(stories, period)
    yield _kept_promises(stories, period, hours)


def first_response(story: Story) -> tuple[datetime, datetime] | None:
    """When the issue began, and the first public word of a person of ours after it."""
    asked = next((one.at for one in story.messages if one.speaker == "customer"), None)
    if asked is None:
        return None
    answered = next((one.at for one in story.messages if one.speaker == "agent" and one.at >= asked), None)
    return (asked, answered) if answered else None


def next_responses(story: Story) -> Iterator[tuple[datetime, datetime]]:
    """Each time the customer spoke after our first answer, and when a person answered that."""
    waiting: datetime | None = None
    answered_before = False
    for message in story.messages:
        if message.speaker == "customer":
            waiting = waiting or message.at
        elif message.speaker == "agent":
            if waiting is not None and answered_before:
                yield waiting, message.at
            waiting, answered_before = None, True


def _waiting(stories: Sequence[Story], period: Period) -> Measure:
    """Hours that an issue stood open until it was solved for good: ours to work on; pending is the customer's turn."""
    done = [one for one in stories if period.holds(one.last_resolved_at)]
    ours, theirs = ([_stood(one, status) for one in done] for status in ("open", "pending"))
    parts = {"waiting on the customer": _quantile(theirs, 0.5), "p90": _quantile(ours, 0.9)}
    return median("waiting_on_us", "Waiting on us until solved", ours, "h", good=-1, parts=parts)


def _stood(story: Story, status: str) -> float:
    """Hours in a status; an issue is open from its first message on."""
    steps = [("open", story.opened_at), *((one.status, one.at) for one in story.changes)]
    spans = ((end - begin) for (kind, begin), (_, end) in pairwise(steps) if kind == status)
    return sum(one.total_seconds() for one in spans) / HOUR


def _kept_promises(stories: Sequence[Story], period: Period, hours: Hours) -> Measure:
    """First answers within what the service plan promises, of those that were due: who has no answer yet counts once
    the time is over. By channel in the parts."""
    kept: dict[str, list[bool]] = {}
    for story in stories:
        asked = next((one for one in story.messages if one.speaker == "customer"), None)
        promised = hours.promised(asked.channel) if asked else None
        if asked is None or promised is None or not period.holds(asked.at):
            continue
        pair = first_response(story)
        took = hours.working(asked.at, pair[1] if pair else period.now)
        if pair or took > promised:
            kept.setdefault(asked.channel, []).append(pair is not None and took <= promised)
    return rate(
        "promises_kept",
        "First answers within the time that is promised",
        [one for channel in kept.values() for one in channel],
        parts={name: 100 * sum(one) / len(one) for name, one in sorted(kept.items())},
        note="working hours; reply_minutes of the service plan",
    )


def _known(pairs: Sequence[tuple[datetime, datetime | None]]) -> list[tuple[datetime, datetime]]:
    return [(begin, end) for begin, end in pairs if end is not None]


def _waited(
    name: str, title: str, pairs: Sequence[tuple[datetime, datetime]], each: float, unit: str, working: Working
) -> Measure:
    values = [calendar(*pair).total_seconds() / each for pair in pairs]
    at_work = [working(*pair).total_seconds() / each for pair in pairs]
    parts = {
        "p90": _quantile(values, 0.9),
        "in business hours": _quantile(at_work, 0.5),
        "p90 in business hours": _quantile(at_work, 0.9),
    }
    return median(name, title, values, unit, good=-1, parts=parts)


def _quantile(values: Sequence[float], share: float) -> float | None:
    return quantile_interval(values, share, seed=SEED, draws=1).value if values else None
