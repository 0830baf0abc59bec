"""Routes of the queues: how long they are now, whether it is a peak, and what the next hours bring."""

from datetime import datetime
from math import isfinite
from typing import Annotated, Self

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from api.access import PartsHere
from api.failures import responses
from handoff.load.board import Outlook
from handoff.load.forecast import Hint
from handoff.load.queues import Gauge

router = APIRouter(prefix="/api/load", tags=["load"])
QueuePath = Annotated[str, Path(pattern=r"^[a-z0-9_-]{1,32}$", description="A channel.")]
Hours = Annotated[int, Query(ge=1, le=24 * 14)]


class PeakOut(BaseModel):
    """Whether there is a peak, since when, and why."""

    on: bool
    since: datetime | None
    why: tuple[str, ...]


class GaugeOut(BaseModel):
    """One queue now; times in seconds. `wait` is null when there is no end to it, `level` when nobody came lately.

    `opens` is when the next person is at work; null: somebody is.
    """

    queue: str
    arrivals: int
    backlog: int
    oldest: float | None
    wait: float | None
    level: float | None
    forecast: float
    handle: float
    agents: int
    at_once: int
    opens: datetime | None
    peak: PeakOut

    @classmethod
    def of(cls, found: Gauge) -> Self:
        """Return the gauge as it goes out."""
        return cls(
            **{name: getattr(found, name) for name in ("queue", "arrivals", "backlog", "oldest", "level", "forecast")},
            wait=found.wait if isfinite(found.wait) else None,
            handle=found.handle,
            agents=found.duty.agents,
            at_once=found.duty.at_once,
            opens=found.duty.opens,
            peak=PeakOut(on=found.peak.on, since=found.peak.since, why=found.peak.why),
        )


class LoadOut(BaseModel):
    """Every queue now, the busiest first."""

    queues: list[GaugeOut]


class HourOut(BaseModel):
    """One hour to come: customers expected with intervals, from how many weeks, and the people it takes."""

    at: datetime
    mean: float
    low80: int
    high80: int
    low95: int
    high95: int
    weeks: int
    open: bool
    agents: int
    agents_safe: int

    @classmethod
    def of(cls, hint: Hint) -> Self:
        """Return the hour as it goes out."""
        return cls(**vars(hint.expected), agents=hint.agents, agents_safe=hint.agents_safe)


class OutlookOut(BaseModel):
    """The coming hours of a queue."""

    queue: str
    hours: list[HourOut]

    @classmethod
    def of(cls, found: Outlook) -> Self:
        """Return the outlook as it goes out."""
        return cls(queue=found.queue, hours=[HourOut.of(hint) for hint in found.hints])


@router.get("", responses=responses(401, 403))
def show(parts: PartsHere) -> LoadOut:
    """Return how long every queue is now and whether it is a peak."""
    return LoadOut(queues=[GaugeOut.of(found) for found in parts.board.gauges(parts.clock())])


@router.get("/{queue}", responses=responses(401, 403, 422))
def outlook(parts: PartsHere, queue: QueuePath, hours: Hours = 24) -> OutlookOut:
    """Return what the next hours bring to a queue, with intervals, and how many people keep the promise."""
    return OutlookOut.of(parts.board.outlook(queue, parts.clock(), hours))
