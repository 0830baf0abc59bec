"""The figures as a page to read: the twelve questions first, then every figure by area, what failed, where it is weak.

One HTML file without a script or a request; it opens offline, prints, and is readable in black and white.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from evals.figures import stored
from evals.questions import QUESTIONS, Question

Row = Mapping[str, Any]
# Fewer cases than these conclude nothing.
FEW = 30
_STYLE = """
body { font: 14px/1.45 system-ui, sans-serif; color: #111; background: #fff }
body { max-width: 70rem; margin: 0 auto; padding: 1rem }
table { border-collapse: collapse; width: 100%; font-size: 13px; margin: .3rem 0 1rem }
th, td { text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0; border-bottom: 1px solid #999 }
th { font-weight: normal }
thead th { font-weight: 600 } td.number { white-space: nowrap } th { overflow-wrap: anywhere }
h2 { margin: 1.4rem 0 .3rem; font-size: 1.1rem; break-after: avoid } .fine { font-size: 12px }
tr { break-inside: avoid } @media print { @page { size: A4; margin: 12mm } body { padding: 0; font-size: 11px } }
"""


def write_page(figures: Path, problems: Sequence[str] = ()) -> Path:
    """Write the page of the list of figures beside it and return where it is; `problems` are parts without figures.

    Raises:
        Rejected: what stands at `figures` is no list of figures.
    """
    page = figures.with_suffix(".html")
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(page_of(stored(figures), problems), encoding="utf-8")
    return page


def page_of(rows: Sequence[Row], problems: Sequence[str] = ()) -> str:
    """Return the page of these figures, every text escaped."""
    named = {str(row["name"]): row for row in rows}
    parts = [
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>Evaluation</title><style>{_STYLE}</style></head><body><main><h1>Evaluation</h1>",
        f"<p>{_circumstances(rows)} Intervals hold 95 %; ○: fewer than {FEW} cases, no conclusion.</p>",
        "<h2>What a support manager asks</h2>",
        _table(("Question", "Measured here", "Your own, in the report"), [_asked(one, named) for one in QUESTIONS]),
        *_areas(rows),
        *_problems(problems),
        "</main></body></html>\n",
    ]
    return "\n".join(parts)


def _circumstances(rows: Sequence[Row]) -> str:
    commits = sorted({str(row.get("commit", "")) for row in rows} - {""})
    machines = sorted({str(row.get("machine", "")) for row in rows} - {""})
    days = sorted(str(row.get("at", ""))[:16] for row in rows if row.get("at"))
    when = f", made {days[0]} to {days[-1]} UTC" if days else ""
    text = f"{len(rows)} figures{when}; commit {', '.join(commits) or 'none'}; {'; '.join(machines)}."
    return escape(text)


def _asked(one: Question, named: Mapping[str, Row]) -> tuple[str, ...]:
    found = [f"{escape(name)}: {_value(named[name])}" if name in named else escape(name) for name in one.measured]
    missing = [name for name in one.measured if name not in named]
    note = '<br><span class="fine">not measured in this run</span>' if missing else ""
    return escape(one.text), "<br>".join(found) + note or "–", escape(", ".join(one.live)) or "–"


def _areas(rows: Sequence[Row]) -> Iterable[str]:
    ordered = sorted(rows, key=lambda row: str(row["name"]))
    for area, some in groupby(ordered, key=lambda row: str(row["name"]).partition("/")[0]):
        yield f"<h2>{escape(area)}</h2>"
        yield _table(("Figure", "Value (95 %), n", "Beside it", "From"), [_line(row) for row in some])


def _line(row: Row) -> tuple[str, ...]:
    settings = row.get("settings") or {}
    label = settings.get("label", "")
    name = escape(str(row["name"])) + (f'<br><span class="fine">{escape(str(label))}</span>' if label else "")
    return name, _value(row), _beside(row, settings), _origin(row)


def _value(row: Row) -> str:
    few = " ○" if 0 < row["n"] < FEW else ""
    bounds = ""
    if row.get("low") is not None and row.get("high") is not None:
        bounds = f" ({_short(row['low'])} to {_short(row['high'])})"
    return escape(f"{_short(row['value'])} {row.get('unit', '')}".strip() + f"{bounds}, n {row['n']}{few}")


def _beside(row: Row, settings: Mapping[str, Any]) -> str:
    """Peers of the same run; for what a model judged, who judged and what failed; for a judge, its table."""
    told = [f"{peer} {_short(value)}" for peer, value in (row.get("baseline") or {}).items()]
    if settings.get("judge"):
        told.append(
            f"judge {settings['judge']}: {settings.get('failed', 0)} failed, {settings.get('unanswered', 0)} unanswered"
        )
    told += [f"failed: {reason}" for reason in settings.get("reasons", [])]
    for people, verdicts in (settings.get("people_to_judge") or {}).items():
        told.append(f"people say {people}: judge says {', '.join(f'{said} {n}' for said, n in verdicts.items())}")
    return "<br>".join(escape(one) for one in told) or "–"


def _origin(row: Row) -> str:
    seconds = f", {row['part']} {row['seconds']:.0f} s" if row.get("part") else ""
    text = f"{str(row.get('at', ''))[:10]}, commit {row.get('commit', '')}, data {row.get('data') or 'made'}{seconds}"
    return f'<span class="fine">{escape(text)}</span>'


def _problems(problems: Sequence[str]) -> Iterable[str]:
    if problems:
        yield "<h2>Not measured</h2><ul>"
        yield from (f"<li>{escape(one)}</li>" for one in problems)
        yield "</ul>"


def _table(heads: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A table of cells that are HTML already."""
    head = "".join(f'<th scope="col">{one}</th>' for one in heads)
    body = "\n".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>' for first, *rest in lines
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>"


def _short(value: float) -> str:
    return f"{value:.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:.3g}"
