"""Uplift: what reaching out did, as the difference between those written to and those held out, with its interval."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist, fmean, variance

LEVEL = 0.95


@dataclass(frozen=True)
class Uplift:
    """Rate or mean of the written minus that of the held out; `low` to `high` holds it at 95 %."""

    value: float
    low: float
    high: float
    written: int
    held_out: int

    @property
    def beyond_chance(self) -> bool:
        """Whether the interval leaves out nothing at all."""
        return self.low > 0 or self.high < 0


def of_rates(successes: int, written: int, others: int, held_out: int) -> Uplift | None:
    """Return the difference of two rates (Newcombe's score interval), `None` when an arm is empty.

    `successes` of `written` people, and `others` of those `held_out`.

    Raises:
        ValueError: more successes than people.
    """
    if not (0 <= successes <= written and 0 <= others <= held_out):
        raise ValueError("more successes than people")
    if written == 0 or held_out == 0:
        return None
    here, low, high = _wilson(successes, written)
    there, least, most = _wilson(others, held_out)
    value = here - there
    down = sqrt((here - low) ** 2 + (most - there) ** 2)
    up = sqrt((high - here) ** 2 + (there - least) ** 2)
    return Uplift(value, value - down, value + up, written, held_out)


def _wilson(successes: int, n: int) -> tuple[float, float, float]:
    z = NormalDist().inv_cdf((1 + LEVEL) / 2)
    rate = successes / n
    centre = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(rate * (1 - rate) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return rate, centre - half, centre + half


def of_means(written: Sequence[float], held_out: Sequence[float]) -> Uplift | None:
    """Return the difference of two means (Welch's interval), `None` when an arm has fewer than two people."""
    if len(written) < 2 or len(held_out) < 2:
        return None
    value = fmean(written) - fmean(held_out)
    one, other = variance(written) / len(written), variance(held_out) / len(held_out)
    half = sqrt(one + other) * _quantile(one, other, len(written), len(held_out))
    return Uplift(value, value - half, value + half, len(written), len(held_out))


def _quantile(one: float, other: float, n: int, m: int) -> float:
    if one + other == 0:
        return 0.0
    from scipy.stats import t  # type: ignore[import-untyped]

    freedom = (one + other) ** 2 / (one**2 / (n - 1) + other**2 / (m - 1))
    return float(t.ppf((1 + LEVEL) / 2, freedom))
