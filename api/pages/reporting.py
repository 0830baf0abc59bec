"""The manager's report: made from the record, drawn as one HTML file that needs nothing else, as CSV and as JSON."""

import csv
import io
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from api.pages.drawing import environment
from api.parts import Parts
from api.words import short
from evals.live.measures import Measure, Period
from evals.live.times import Hours
from evals.questions import QUESTIONS
from evals.report import drawing
from evals.report.building import Report, build
from evals.report.judged import reliability, risk_coverage
from evals.report.numbers import rows
from evals.report.reading import Given, read_costs, read_source
from knowledge.failures import Rejected
from knowledge.hours import worked
from knowledge.settings import Settings

STYLE = Path(__file__).parents[1] / "static" / "report.css"
MOST_DAYS = 366
# Differences to those who were held out, in the order they are shown.
EFFECTS = ("routing_gain", "outreach_contacts_avoided", "outreach_bought", "outreach_effort", "roi")
COLUMNS = ("name", "title", "value", "unit", "n", "low", "high", "few", "before", "difference", "verdict", "note")


def period_of(since: datetime | None, until: datetime | None, now: datetime) -> Period:
    """The period asked for; without one, the last 30 days.

    Raises:
        Rejected: it ends before it begins, or is longer than a year.
    """
    until = until or now
    since = since or until - timedelta(days=30)
    if not timedelta(0) < until - since <= timedelta(days=MOST_DAYS):
        raise Rejected("The report needs a period of at least a moment and at most a year.", "Say since and until.")
    return Period(since, until, now)


def last_month(now: datetime, settings: Settings) -> Period:
    """The calendar month before this one, by the clock of the company's time zone."""
    until = now.astimezone(ZoneInfo(settings.time_zone)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    since = (until - timedelta(days=1)).replace(day=1)
    return Period(since, until, now)


def make_report(parts: Parts, period: Period) -> Report:
    """Read the record and build the report.

    Raises:
        Rejected: the costs in the settings cannot be read.
        Unavailable: the embedder, which groups themes, cannot be used.
    """
    plan = parts.service
    hours = Hours(partial(worked, plan.calendar), plan.reply_within)
    # Every week and channel asks of the same issues: what names a topic is asked once for each.
    given = Given(read_costs(parts.settings.costs), hours, cache(plan.solvable_at_once), cache(plan.skills_for))
    length = period.until - period.since
    with parts.database.read() as session:
        source = read_source(session, parts.scope, period.since - length, period.now, given)
    return build(source, period, parts.search.embedder.embed)


def as_html(report: Report, company: str) -> str:
    """The report as one file: no script, no request, prints in black and white."""
    style = STYLE.read_text(encoding="utf-8")
    return (
        environment()
        .get_template("report_file.html")
        .render(
            **drawn(report),
            company=company,
            style=Markup(style.replace("</", "")),  # noqa: S704  our own file
        )
    )


def as_text(report: Report, company: str) -> str:
    """What changed and what to do, for the body of a mail; the file beside it holds everything."""
    period = report.period
    days = f"{period.since:%d %B %Y} to before {period.until:%d %B %Y}"
    lines = [f"Customer support report{f', {company}' if company else ''}, {days}", "", *report.headline]
    for place, one in enumerate(report.actions, start=1):
        few = " Too few to be sure." if one.few else ""
        lines += ["", f"{place}. {one.title}. {one.why}{few} {one.effect}."]
    return "\n".join([*lines, "", "Everything is in the file: it opens offline and prints.", ""])


def drawn(report: Report) -> dict[str, Any]:
    """What the templates need: the report and its plots."""
    return {
        "report": report,
        "named": {one.name: one for one in report.measures},
        "trends": [
            (one, Markup(drawing.trend(one.title, one.labels, one.measures)))  # noqa: S704  every text is escaped there
            for one in report.trends
            if any(measure.value is not None for measure in one.measures)
        ],
        "funnel": Markup(drawing.funnel("How far conversations went", list(report.funnel.items()))),  # noqa: S704
        "calibration": Markup(drawing.calibration(bins)) if (bins := reliability(report.judged)) else "",  # noqa: S704
        "risk": Markup(drawing.risk(risk_coverage(report.judged))) if report.judged else "",  # noqa: S704
        "questions": QUESTIONS,
        "effects": EFFECTS,
        "number": number,
        "interval": interval,
        "conclusion": conclusion,
    }


def number(one: Measure) -> str:
    """A value with its unit, `–` where there is none."""
    return "–" if one.value is None else f"{short(one.value)} {one.unit}".strip()


def interval(one: Measure) -> str:
    """Its interval and n."""
    bounds = "" if one.low is None or one.high is None else f"{short(one.low)} to {short(one.high)}, "
    return f"{bounds}n {one.n}"


def conclusion(one: Measure) -> str:
    """What an effect against a holdout says: nothing to compare, too few, cannot tell, or which way."""
    if one.value is None:
        return one.note
    if one.few:
        return f"too few to tell ({one.note})"
    if one.low is None or one.high is None or one.low <= 0 <= one.high:
        return f"cannot tell from chance ({one.note})"
    return f"{'a gain' if one.low > 0 else 'a loss'} ({one.note})"


def as_csv(report: Report) -> str:
    """Every number of the report as comma-separated values."""
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS, restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows({key: _harmless(value) for key, value in row.items()} for row in rows(report))
    return file.getvalue()


def _harmless(value: object) -> object:
    """A text that a spreadsheet would take for a formula begins with an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value


def as_json(report: Report) -> dict[str, Any]:
    """Everything in the report as plain values."""
    return {
        "period": {"since": report.period.since.isoformat(), "until": report.period.until.isoformat()},
        "made_at": report.period.now.isoformat(),
        "headline": list(report.headline),
        "numbers": rows(report),
        "ways": [vars(one) | {"few": one.few} for one in report.ways],
        "funnel": report.funnel,
        "themes": [vars(one) | {"process": one.process, "few": one.few} for one in report.themes],
        "gaps": [vars(one) for one in report.gaps],
        "actions": [vars(one) | {"few": one.few} for one in report.actions],
    }
