"""The queues as they are now: a gauge for each channel, whether it is a peak, and what the last hours looked like."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from statistics import fmean

from handoff.load.contacts import Contact
from handoff.load.erlang import Goal, Queue, Service, places, service
from handoff.load.peaks import INTERVAL, Baseline, Limits, Peak, Reading, baseline_of, detect, interval_of, size_of

WINDOW = timedelta(minutes=30)
HOUR = timedelta(hours=1)
# A peak is a matter of hours: what came before cannot be part of the one that is on now.
LOOKED_AT = timedelta(hours=24)
# Handling times (seconds) until the record tells better ones; see docs/bot.md.
USUAL_HANDLE: Mapping[str, float] = {"chat": 480.0, "phone": 360.0}
OTHER_HANDLE = 600.0
# A conversation that we had one word in takes this long; also what the last word of a contact took.
ONE_WORD = 60.0
LEAST_MEASURED = 30


@dataclass(frozen=True)
class Duty:
    """Who works a queue: people, and how many conversations each holds at once; `opens`: not before then."""

    agents: int
    at_once: int = 1
    opens: datetime | None = None


@dataclass(frozen=True)
class Gauge:
    """One queue now. Counts are customers; times are seconds; `None` where nothing is known or nobody waits.

    `wait` is what somebody who comes now must expect; `level` the share answered in time of those of the last hour;
    `forecast` the level to expect if it goes on like this. `handle` is the mean handling time that was used.
    """

    queue: str
    arrivals: int
    backlog: int
    oldest: float | None
    wait: float
    level: float | None
    forecast: float
    handle: float
    duty: Duty
    peak: Peak = field(default_factory=Peak)
    baseline: Baseline | None = None


def gauge(name: str, contacts: Sequence[Contact], duty: Duty, limits: Limits, now: datetime) -> Gauge:
    """Return the gauge of one queue; `contacts` are its own, in the order they arrived."""
    known = [one for one in contacts if one.arrived <= now]
    people = [one for one in known if not one.by_bot]
    handle = handling(name, people)
    recent = [one for one in people if one.arrived > now - WINDOW]
    staffed = Queue(len(recent) / WINDOW.total_seconds(), handle, places(duty.agents, duty.at_once))
    met = service(staffed, limits.seconds)
    waiting = [one for one in known if one.waiting]
    shut = (duty.opens - now).total_seconds() if duty.opens else 0.0
    found = Gauge(
        queue=name,
        arrivals=sum(one.arrived > now - INTERVAL for one in known),
        backlog=len(waiting),
        oldest=(now - waiting[0].arrived).total_seconds() if waiting else None,
        wait=shut + expected_wait(len(waiting), staffed, met),
        level=level([one for one in people if one.arrived > now - HOUR], limits.seconds, now),
        forecast=_in_time(len(waiting), staffed, met, limits.seconds) if shut < limits.seconds else 0.0,
        handle=handle,
        duty=duty,
    )
    readings = history(known, now)
    # While nobody waits there is nobody to hurry for, out of hours above all.
    share = found.forecast if known and (waiting or not shut) else None
    latest = replace(readings[-1], wait=found.wait if waiting else met.wait, share=share)
    peak = detect([*readings[:-1], latest], limits)
    return replace(found, peak=peak, baseline=latest.baseline)


def expected_wait(backlog: int, queue: Queue, met: Service) -> float:
    """Return the wait (seconds) of somebody who comes now: those before them first, else what the formula says.

    An overloaded queue has no steady state: with a backlog only the line itself counts.
    """
    if queue.servers <= 0:
        return float("inf")
    if backlog:
        return backlog * queue.handle / queue.servers
    return met.wait


def _in_time(backlog: int, queue: Queue, met: Service, seconds: float) -> float:
    """Return the share to expect within so many seconds: nobody where the line alone takes longer."""
    late = backlog and expected_wait(backlog, queue, met) > seconds
    return 0.0 if late else met.within


def level(contacts: Sequence[Contact], seconds: float, now: datetime) -> float | None:
    """Return the share answered in time: of those answered, and of those whose time is up. `None`: of nobody.

    Who was closed without an answer within the time counts in neither number (short abandons are left out).
    """
    in_time = late = 0
    for one in contacts:
        if one.left:
            continue
        waited = ((one.answered or now) - one.arrived).total_seconds()
        if one.answered and waited <= seconds:
            in_time += 1
        elif waited > seconds:
            late += 1
    return in_time / (in_time + late) if in_time + late else None


def handling(name: str, contacts: Sequence[Contact]) -> float:
    """Return the mean handling time (seconds) of a queue: from the first answer to the last, and the last word's own.

    Measured at the number of chats that people really held; a usual one until enough contacts tell.
    """
    spans = [
        (one.until - one.answered).total_seconds() + ONE_WORD
        for one in contacts
        if one.answered and one.until and one.replies > 1
    ]
    return fmean(spans[-500:]) if len(spans) >= LEAST_MEASURED else USUAL_HANDLE.get(name, OTHER_HANDLE)


def history(contacts: Sequence[Contact], now: datetime) -> list[Reading]:
    """Return the intervals of the last day up to now, each with its baseline; waits are not known for the past."""
    counts = Counter(interval_of(one.arrived) for one in contacts)
    last = interval_of(now)
    first = min(counts, default=last)
    size = size_of(counts, first, last)
    start = last - LOOKED_AT
    steps = [start + number * INTERVAL for number in range(int(LOOKED_AT / INTERVAL) + 1)]
    return [Reading(at, counts.get(at, 0), baseline_of(counts, at, first, size)) for at in steps]


def hourly(contacts: Sequence[Contact]) -> dict[datetime, int]:
    """Return how many customers came in each hour (UTC)."""
    return dict(Counter(one.arrived.replace(minute=0, second=0, microsecond=0) for one in contacts))


def goal_of(limits: Limits) -> Goal:
    """Return the promise that the limits stand for."""
    return Goal(limits.share, limits.seconds)
