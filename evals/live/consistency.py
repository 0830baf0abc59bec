"""Consistency of the experience: how far channels lie apart in satisfaction, waiting and resolution."""

from collections.abc import Callable, Iterator, Sequence
from statistics import median, pstdev

from evals.live.measures import Measure, Period
from evals.live.stories import Story
from evals.live.times import MINUTE, Hours, first_response

# A channel with fewer values than this says nothing about the channel.
LEAST = 10
Values = dict[str, list[float]]


def consistency(stories: Sequence[Story], period: Period, hours: Hours | None = None) -> Iterator[Measure]:
    """The largest less the smallest value of a channel, of those with ten values or more; each in the parts.

    Waiting stands beside what is promised on the channel too: an hour is long in a chat and short for a mail.

    (METRICS: experience consistency, spread. Parity, the same question on every channel, is the task `parity/demo`.)
    """
    closed = [one for one in stories if one.changes and period.holds(one.changes[-1].at)]
    yield _spread(
        "spread_csat", "Satisfaction: how far channels lie apart", _ratings(stories, period), _share, "points"
    )
    yield _spread(
        "spread_first_response", "First answer: how far channels lie apart", _waits(stories, period), median, "min"
    )
    promised = _of_promise(stories, period, hours or Hours())
    title = "First answer, of the time promised: how far channels lie apart"
    yield _spread("spread_first_response_promised", title, promised, median, "×")
    resolved = _by_channel((one.contacts[0].channel, float(one.resolved)) for one in closed)
    yield _spread("spread_resolved", "Resolved: how far channels lie apart", resolved, _share, "points")


def _ratings(stories: Sequence[Story], period: Period) -> Values:
    return _by_channel(
        (survey.channel or one.channels[-1], float(survey.score >= 4))
        for one in stories
        for survey in one.surveys
        if survey.kind == "csat" and period.holds(survey.at)
    )


def _waits(stories: Sequence[Story], period: Period) -> Values:
    pairs = ((one.contacts[0].channel, first_response(one)) for one in stories)
    known = ((channel, pair) for channel, pair in pairs if pair and period.holds(pair[0]))
    return _by_channel((channel, (end - begin).total_seconds() / MINUTE) for channel, (begin, end) in known)


def _of_promise(stories: Sequence[Story], period: Period, hours: Hours) -> Values:
    pairs = ((one.contacts[0].channel, first_response(one)) for one in stories)
    due = ((channel, pair, hours.promised(channel)) for channel, pair in pairs if pair and period.holds(pair[0]))
    return _by_channel((channel, hours.working(*pair) / promise) for channel, pair, promise in due if promise)


def _by_channel(rows: "Iterator[tuple[str, float]]") -> Values:
    found: Values = {}
    for channel, value in rows:
        found.setdefault(channel, []).append(value)
    return found


def _share(values: Sequence[float]) -> float:
    return 100 * sum(values) / len(values)


def _spread(name: str, title: str, values: Values, of: Callable[[Sequence[float]], float], unit: str) -> Measure:
    """A range has no honest interval at these sizes; n counts what it rests on."""
    each: dict[str, float | None] = {
        channel: of(some) for channel, some in sorted(values.items()) if len(some) >= LEAST
    }
    known = [one for one in each.values() if one is not None]
    n = sum(len(values[channel]) for channel in each)
    note = f"channels with {LEAST} values or more; a range: no interval"
    if len(known) < 2:
        return Measure(name, title, None, unit, n, good=-1, note=note, parts=each)
    parts = {**each, "standard deviation": pstdev(known)}
    return Measure(name, title, max(known) - min(known), unit, n, good=-1, note=note, parts=parts)
