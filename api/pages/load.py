"""The load page: a gauge for each queue that renews itself, its last day and its next hours as pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.access import PartsHere, StaffHere
from api.pages.drawing import draw, zone_of
from api.parts import Parts
from api.words import hour
from handoff.load.forecast import Hint
from handoff.load.peaks import ENTER, Reading
from handoff.load.queues import Gauge

router = APIRouter(include_in_schema=False)
WIDTH, HEIGHT = 640, 120
NEXT_HOURS = 24
DRAWN_QUEUES = 3


@dataclass(frozen=True)
class Bar:
    """A bar of a picture, in its own units; `label` says what it stands for, `mark` is a line above it."""

    x: float
    y: float
    width: float
    height: float
    label: str
    mark: float | None = None
    high: bool = False


@dataclass(frozen=True)
class Shown:
    """A queue with its pictures; `past` and `coming` are empty for those that are not drawn."""

    gauge: Gauge
    wait: str
    oldest: str
    past: list[Bar]
    coming: list[Bar]
    hints: list[Hint]


@router.get("/console/load")
def load_page(request: Request, parts: PartsHere, me: StaffHere) -> HTMLResponse:
    """Every queue, the busiest first."""
    return draw(request, "load.html", me=me, **_context(request, parts))


@router.get("/console/load/gauges")
def gauges_part(request: Request, parts: PartsHere) -> HTMLResponse:
    """The queues alone, for the page that is open."""
    return draw(request, "load_gauges.html", **_context(request, parts))


def _context(request: Request, parts: Parts) -> dict[str, Any]:
    now = parts.clock()
    gauges = parts.board.gauges(now)
    shown = [_show(request, parts, one, now, number < DRAWN_QUEUES) for number, one in enumerate(gauges)]
    return {
        "queues": shown,
        "now": now,
        "zone": zone_of(request),
        "limits": parts.board.plan.limits,
        "size": (WIDTH, HEIGHT),
    }


def _show(request: Request, parts: Parts, one: Gauge, now: datetime, drawn: bool) -> Shown:
    wait = spell(one.wait) if one.backlog or one.wait else "none"
    oldest = spell(one.oldest) if one.oldest is not None else "–"
    if not drawn:
        return Shown(one, wait, oldest, [], [], [])
    outlook = parts.board.outlook(one.queue, now, NEXT_HOURS)
    zone = zone_of(request)
    past = bars([float(reading.arrivals) for reading in outlook.past], [_usual(reading) for reading in outlook.past])
    coming = bars([hint.expected.mean for hint in outlook.hints], [float(h.expected.high80) for h in outlook.hints])
    return Shown(
        one,
        wait,
        oldest,
        [_named(bar, f"{hour(r.at, zone)}: {r.arrivals} came") for bar, r in zip(past, outlook.past, strict=True)],
        [_named(bar, _expects(hint, zone)) for bar, hint in zip(coming, outlook.hints, strict=True)],
        outlook.hints,
    )


def spell(seconds: float) -> str:
    """Return a wait in words: "40 s", "12 min", "3 h", "no end in sight"."""
    if not isfinite(seconds):
        return "no end in sight"
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5_400 else f"{seconds / 3600:.0f} h"


def bars(values: Sequence[float], marks: Sequence[float | None]) -> list[Bar]:
    """Return a bar for each value, scaled to the picture; a value above its mark is `high`."""
    top = max([1.0, *values, *(mark for mark in marks if mark is not None)])
    width = WIDTH / max(1, len(values))
    drawn: list[Bar] = []
    for number, (value, mark) in enumerate(zip(values, marks, strict=True)):
        height = HEIGHT * value / top
        line = HEIGHT * (1 - mark / top) if mark is not None else None
        high = mark is not None and value > mark
        drawn.append(Bar(number * width, HEIGHT - height, max(width - 1, 1), height, "", line, high))
    return drawn


def _usual(reading: Reading) -> float | None:
    return max(reading.baseline.quantile(ENTER), 1.0) if reading.baseline else None


def _named(bar: Bar, label: str) -> Bar:
    return Bar(bar.x, bar.y, bar.width, bar.height, label, bar.mark, bar.high)


def _expects(hint: Hint, zone: ZoneInfo) -> str:
    one = hint.expected
    people = f"{hint.agents} {'person' if hint.agents == 1 else 'people'}" if one.open else "closed"
    return f"{hour(one.at, zone)}: about {one.mean:.0f}, {one.low80} to {one.high80}; {people}"
