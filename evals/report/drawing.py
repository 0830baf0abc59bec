"""Plots as plain SVG: readable in black and white, on paper, in mail, without a script."""

from collections.abc import Callable, Sequence
from html import escape

from evals.live.measures import Measure
from evals.report.judged import Bin

WIDTH, HEIGHT, PAD = 320, 120, 26
Points = Sequence[tuple[float, float]]


def trend(title: str, labels: Sequence[str], measures: Sequence[Measure]) -> str:
    """A measure over the weeks: a line through what there is, a bar for each interval, hollow where too few."""
    known = [(place, one) for place, one in enumerate(measures) if one.value is not None]
    if not known:
        return ""
    values = [v for _, one in known for v in (one.low, one.value, one.high) if v is not None]
    low, high = min(values), max(values)
    across, up = _scale(0, max(1, len(measures) - 1)), _scale(low, high, upward=True)
    parts = [_axis(_short(low), _short(high), labels[0], labels[-1])]
    line = " ".join(f"{across(place):.1f},{up(_known(one.value)):.1f}" for place, one in known)
    parts.append(f'<polyline points="{line}" class="line"/>')
    for place, one in known:
        x = f"{across(place):.1f}"
        if one.low is not None and one.high is not None:
            parts.append(f'<line x1="{x}" x2="{x}" y1="{up(one.low):.1f}" y2="{up(one.high):.1f}" class="bar"/>')
        hollow = ' class="few"' if one.few else ""
        parts.append(f'<circle cx="{x}" cy="{up(_known(one.value)):.1f}" r="3"{hollow}/>')
    told = "; ".join(f"{labels[place]}: {one.value:.3g} (n {one.n})" for place, one in known)
    return _svg(f"{title}. {told}", parts)


def funnel(title: str, steps: Sequence[tuple[str, float]]) -> str:
    """Steps as bars below each other, each as long as what is left."""
    most = max((value for _, value in steps), default=0) or 1
    rows, height = [], 24 * len(steps) + 8
    for place, (name, value) in enumerate(steps):
        y, long = 8 + 24 * place, (WIDTH - 150) * value / most
        rows.append(f'<rect x="118" y="{y}" width="{max(long, 1):.1f}" height="16" class="step"/>')
        rows.append(f'<text x="112" y="{y + 12}" text-anchor="end">{escape(name)}</text>')
        rows.append(f'<text x="{122 + long:.1f}" y="{y + 12}">{value:.0f}</text>')
    told = "; ".join(f"{name}: {value:.0f}" for name, value in steps)
    return _svg(f"{title}. {told}", rows, height)


def calibration(bins: Sequence[Bin]) -> str:
    """Stated chance against the share that was right, with the diagonal of perfect trust."""
    across, up = _scale(0, 1), _scale(0, 1, upward=True)
    parts = [_axis("0", "1", "stated 0", "1")]
    parts.append(f'<line x1="{across(0)}" y1="{up(0)}" x2="{across(1)}" y2="{up(1)}" class="rule"/>')
    for one in bins:
        x = f"{across(one.chance):.1f}"
        parts.append(
            f'<line x1="{x}" x2="{x}" y1="{up(one.right.low):.1f}" y2="{up(one.right.high):.1f}" class="bar"/>'
        )
        parts.append(f'<circle cx="{x}" cy="{up(one.right.value):.1f}" r="3"/>')
    told = "; ".join(f"stated {one.chance:.2f}, right {one.right.value:.2f} of {one.right.n}" for one in bins)
    return _svg(f"Reliability: stated chance against the share found right. {told}", parts)


def risk(points: Points) -> str:
    """The share of wrong answers when only the surest part is answered."""
    most = max((one for _, one in points), default=0) or 0.01
    across, up = _scale(0, 1), _scale(0, most, upward=True)
    line = " ".join(f"{across(coverage):.1f},{up(value):.1f}" for coverage, value in points)
    parts = [_axis("0", f"{most:.2f}", "answered 0", "all"), f'<polyline points="{line}" class="line"/>']
    last = points[-1][1] if points else 0.0
    return _svg(f"Risk by coverage: {last:.2f} wrong when everything is answered.", parts)


def _scale(low: float, high: float, upward: bool = False) -> Callable[[float], float]:
    span = (high - low) or 1.0

    def place(value: float) -> float:
        share = (value - low) / span
        return HEIGHT - PAD - share * (HEIGHT - 2 * PAD) if upward else PAD + 14 + share * (WIDTH - 2 * PAD - 14)

    return place


def _short(value: float) -> str:
    return f"{value / 1000:.3g}k" if abs(value) >= 1000 else f"{value:.3g}"


def _known(value: float | None) -> float:
    assert value is not None
    return value


def _axis(low: str, high: str, first: str, last: str) -> str:
    bottom, right = HEIGHT - PAD, WIDTH - PAD
    return (
        f'<path d="M{PAD + 8} {PAD}V{bottom + 4}H{right}" class="axis"/>'
        f'<text x="{PAD + 4}" y="{bottom}" text-anchor="end">{escape(low)}</text>'
        f'<text x="{PAD + 4}" y="{PAD + 4}" text-anchor="end">{escape(high)}</text>'
        f'<text x="{PAD + 12}" y="{HEIGHT - 8}">{escape(first)}</text>'
        f'<text x="{right}" y="{HEIGHT - 8}" text-anchor="end">{escape(last)}</text>'
    )


def _svg(told: str, parts: Sequence[str], height: int = HEIGHT) -> str:
    label = escape(told, quote=True)
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{label}" class="plot">{"".join(parts)}</svg>'
