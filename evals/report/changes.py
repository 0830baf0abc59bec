"""What changed since the period before, measure by measure, and what cannot be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, sqrt
from typing import Literal

from evals.live.measures import Measure
from evals.statistics.several import holm

Direction = Literal["better", "worse", "changed", "cannot tell", "too few"]
LEVEL = 0.05
# An interval of 95 % is so many standard errors wide.
WIDTH = 3.92


@dataclass(frozen=True)
class Change:
    """A measure now and in the period before; `p` is Holm-adjusted over all measures that were compared."""

    now: Measure
    before: Measure
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    direction: Direction

    @property
    def told(self) -> bool:
        """Whether something can be said."""
        return self.direction in ("better", "worse", "changed")


def changes(now: Sequence[Measure], before: Sequence[Measure]) -> list[Change]:
    """Compare measures of the same name; the two periods hold different items, so the errors add up.

    The standard error of each is read off its interval (width / 3.92), the difference is taken as normal: rough at
    small n, where it says "too few" instead.
    """
    earlier = {one.name: one for one in before}
    pairs = [(one, earlier[one.name]) for one in now if one.name in earlier]
    raw = {one.name: _p(one, two) for one, two in pairs}
    adjusted = holm({name: p for name, p in raw.items() if p is not None})
    return [_change(one, two, adjusted.get(one.name)) for one, two in pairs]


def _p(now: Measure, before: Measure) -> float | None:
    spread = _spread(now, before)
    if spread is None or now.few or before.few:
        return None
    difference = _value(now) - _value(before)
    if spread == 0:
        return 1.0 if difference == 0 else 0.0
    return erfc(abs(difference) / spread / sqrt(2))


def _change(now: Measure, before: Measure, p: float | None) -> Change:
    spread = _spread(now, before)
    if spread is None:
        return Change(now, before, None, None, None, None, "too few")
    difference = _value(now) - _value(before)
    bounds = difference - WIDTH / 2 * spread, difference + WIDTH / 2 * spread
    return Change(now, before, difference, *bounds, p, _direction(now.good, difference, p))


def _direction(good: int, difference: float, p: float | None) -> Direction:
    if p is None:
        return "too few"
    if p > LEVEL or difference == 0:
        return "cannot tell"
    if good == 0:
        return "changed"
    return "better" if (difference > 0) == (good > 0) else "worse"


def _spread(now: Measure, before: Measure) -> float | None:
    errors = [_error(now), _error(before)]
    return None if None in errors else sqrt(sum(one * one for one in errors if one is not None))


def _error(one: Measure) -> float | None:
    if one.value is None or one.low is None or one.high is None:
        return None
    return (one.high - one.low) / WIDTH


def _value(one: Measure) -> float:
    assert one.value is not None
    return one.value
