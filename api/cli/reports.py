"""The command that makes the manager's report: `report`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.opening import load, now_utc
from api.cli.output import AsJson, tell, write, write_json, write_table
from knowledge.failures import NotFound, Rejected

if TYPE_CHECKING:
    from evals.report.building import Report

Day = typer.Option(formats=["%Y-%m-%d"], help="A day, as 2026-11-01; UTC.", show_default=False)


def report(
    since: Annotated[datetime | None, Day] = None,
    until: Annotated[datetime | None, Day] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it there: .html, .csv or .json.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make the manager's report: what changed and why, what to do next, every number with n and an interval.

    Without days: the last 30. `until` is not part of the period. Without --out the main numbers are shown here.

    \b
    Example:
      threadline report --out november.html --since 2026-11-01 --until 2026-12-01
      threadline report --json
    """
    if out is not None and out.suffix not in (".html", ".csv", ".json"):
        raise Rejected(f"{out.name} is none of .html, .csv and .json.", "Name the file by what it shall hold.")
    if out is not None and not out.parent.is_dir():
        raise NotFound(f"There is no folder {out.parent}.", "Make it, or write elsewhere.")
    from api.pages.reporting import as_csv, as_html, make_report, period_of
    from api.pages.reporting import as_json as values
    from api.parts import open_parts

    period = period_of(_utc(since), _utc(until), now_utc())
    settings = load()
    with open_parts(settings) as parts:
        made = make_report(parts, period)
    if out is not None:
        import json

        texts = {".html": lambda: as_html(made, settings.company), ".csv": lambda: as_csv(made)}
        text = texts.get(out.suffix, lambda: json.dumps(values(made), indent=1, default=str))()
        out.write_text(text, encoding="utf-8")
        tell(f"Wrote {out}.")
    if as_json:
        write_json(values(made))
    elif out is None:
        _show(made)


def _show(made: "Report") -> None:
    from api.pages.reporting import interval, number

    for line in made.headline:
        write(line)
    for place, action in enumerate(made.actions, start=1):
        write(f"{place}. {action.title}. {action.why}{' (too few to be sure)' if action.few else ''}")
        write(f"   {action.effect}.")
    verdicts = {one.now.name: one.direction for one in made.changes}
    rows = [(one.title, number(one), interval(one), verdicts.get(one.name, "")) for one in made.measures if one.n]
    write_table(("measure", "now", "95 %, n", "since before"), rows)


def _utc(day: datetime | None) -> datetime | None:
    return day.replace(tzinfo=UTC) if day else None
