"""The command that shows how busy the queues are: `load`."""

from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.opening import now_utc, open_record
from api.cli.output import AsJson, write, write_json, write_table

if TYPE_CHECKING:
    from handoff.load.board import Outlook
    from handoff.load.queues import Gauge


def load(
    queue: Annotated[
        str, typer.Argument(metavar="[QUEUE]", help="A channel: show its coming hours.", show_default=False)
    ] = "",
    hours: Annotated[int, typer.Option(min=1, max=24 * 14, help="How many hours to look ahead.")] = 24,
    as_json: AsJson = False,
) -> None:
    """Show how long the queues are, whether it is a peak, and what comes.

    Without a queue: all of them now. With one: its next hours, with intervals and the people they take.

    \b
    Example:
      threadline load chat --hours 12
    """
    from api.parts import open_board
    from handoff.plan import read_plan

    with open_record() as record:
        plan = read_plan(record.settings.service_plan)
        board, now = open_board(record.settings, record.database, record.scope, plan), now_utc()
        if queue:
            outlook = board.outlook(queue, now, hours)
            write_json(_outlook_json(outlook)) if as_json else _show_outlook(outlook)
            return
        gauges = board.gauges(now)
    write_json({"queues": [_gauge_json(one) for one in gauges]}) if as_json else _show(gauges)


def _show(gauges: "list[Gauge]") -> None:
    if not gauges:
        write("Nobody has written in the last twelve weeks.")
        return
    columns = ("queue", "waiting", "longest", "to expect", "came in 15 min", "in time", "people", "peak")
    write_table(columns, [_row(one) for one in gauges])
    for one in gauges:
        for reason in one.peak.why:
            write(f"{one.queue}: {reason}")


def _row(one: "Gauge") -> tuple[object, ...]:
    level = "–" if one.level is None else f"{one.level:.0%}"
    oldest = "–" if one.oldest is None else _minutes(one.oldest)
    people = f"{one.duty.agents} × {one.duty.at_once}"
    if one.duty.opens:
        people += f" from {one.duty.opens:%a %H:%M} UTC"
    return (
        one.queue,
        one.backlog,
        oldest,
        _minutes(one.wait),
        one.arrivals,
        level,
        people,
        "yes" if one.peak.on else "no",
    )


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.1f} min" if isfinite(seconds) else "no end"


def _show_outlook(outlook: "Outlook") -> None:
    columns = ("hour (UTC)", "customers", "80 %", "95 %", "weeks", "people", "to be safe")
    rows = [
        (
            f"{hint.expected.at:%a %H:%M}",
            f"{hint.expected.mean:.1f}",
            f"{hint.expected.low80} to {hint.expected.high80}",
            f"{hint.expected.low95} to {hint.expected.high95}",
            hint.expected.weeks,
            hint.agents if hint.expected.open else "closed",
            hint.agents_safe if hint.expected.open else "closed",
        )
        for hint in outlook.hints
    ]
    write_table(columns, rows)


def _gauge_json(one: "Gauge") -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(one) | {"wait": one.wait if isfinite(one.wait) else None}


def _outlook_json(outlook: "Outlook") -> dict[str, Any]:
    from dataclasses import asdict

    return {"queue": outlook.queue, "hours": [asdict(hint) for hint in outlook.hints]}
