"""Every number of the report as rows with one name each, for CSV and JSON: what is drawn stands there too."""

from collections.abc import Iterator
from typing import Any

from evals.live.measures import Measure
from evals.report.building import Report
from evals.report.judged import reliability, risk_coverage

Row = dict[str, Any]


def rows(report: Report) -> list[Row]:
    """Return the measures with their parts, the weeks, the journey map, the bot's plots, themes, gaps and proposals.

    Each row has a name, a value and n; a measure has its interval, the period before, the difference and the verdict.
    """
    return [*_measures(report), *_weeks(report), *_ways(report), *_bot(report), *_voice(report), *_actions(report)]


def _measures(report: Report) -> Iterator[Row]:
    for one in report.measures:
        change = report.change_of.get(one.name)
        yield _measure(one.name, one) | {
            "before": change.before.value if change else None,
            "difference": change.difference if change else None,
            "verdict": change.direction if change else "",
            "note": one.note,
        }
        for part, value in one.parts.items():
            yield {"name": f"{one.name}/{part}", "title": part, "value": value, "unit": one.unit, "n": one.n}


def _measure(name: str, one: Measure) -> Row:
    told = {"value": one.value, "unit": one.unit, "n": one.n, "low": one.low, "high": one.high, "few": one.few}
    return {"name": name, "title": one.title} | told


def _weeks(report: Report) -> Iterator[Row]:
    for trend in report.trends:
        for label, one in zip(trend.labels, trend.measures, strict=True):
            yield _measure(f"week/{label}/{one.name}", one)


def _ways(report: Report) -> Iterator[Row]:
    for way in report.ways:
        name, title = f"way/{way.giver}/{way.taker}", f"{way.giver} to {way.taker}"
        yield _plain(f"{name}/changes", f"{title}: changes", float(way.issues), way.issues) | {"few": way.few}
        for one in (way.kept, way.repeats, way.dropped, way.hours):
            yield _measure(f"{name}/{one.name}", one) | {"title": f"{title}: {one.title}"}


def _bot(report: Report) -> Iterator[Row]:
    begun = int(report.funnel.get("begun", 0))
    for step, count in report.funnel.items():
        yield _plain(f"funnel/{step}", f"Conversations: {step}", count, begun)
    for place, one in enumerate(reliability(report.judged), start=1):
        bounds = {"low": one.right.low, "high": one.right.high}
        title = f"Right where {one.chance:.2f} was stated"
        yield _plain(f"reliability/{place}", title, one.right.value, one.right.n) | bounds
    for coverage, risk in risk_coverage(report.judged):
        title = f"Wrong when {coverage:.0%} are answered"
        yield _plain(f"risk/{coverage:.4f}", title, risk, round(coverage * len(report.judged)))


def _voice(report: Report) -> Iterator[Row]:
    for one in report.themes:
        more = {"before": one.before, "few": one.few, "verdict": "process" if one.process else ""}
        more |= {"note": f"rising on {', '.join(one.rising)}" if one.rising else ""}
        yield _plain(f"theme/{one.label}", one.example, float(one.issues), one.issues, "issues") | more
    for gap in report.gaps:
        n = gap.conversations
        yield _plain(f"gap/{gap.label}", gap.question, float(n), n, "conversations")


def _actions(report: Report) -> Iterator[Row]:
    for place, one in enumerate(report.actions, start=1):
        yield _plain(f"action/{place}", one.title, one.gain, one.n, one.what) | {
            "low": one.low,
            "high": one.high,
            "few": one.few,
            "note": one.why,
        }


def _plain(name: str, title: str, value: float | None, n: int, unit: str = "") -> Row:
    return {"name": name, "title": title, "value": value, "unit": unit, "n": n}
