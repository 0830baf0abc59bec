"""How many cases are needed to see a difference, and what difference so many cases can show."""

from math import ceil, sqrt
from statistics import NormalDist

LEVEL = 0.05
POWER = 0.8


def cases_needed(difference: float, spread: float, *, level: float = LEVEL, power: float = POWER) -> int:
    """Return the number of independent pairs at which a mean difference is seen with the power, two-sided.

    n = ((z₁₋α/₂ + z_power) · s / d)², the normal approximation; `spread` is the standard deviation of the paired
    differences.

    Raises:
        ValueError: no difference can never be seen.
    """
    if difference == 0:
        raise ValueError("a difference of 0 is not to be seen by any number of cases")
    return max(2, ceil((_both(level, power) * spread / abs(difference)) ** 2))


def smallest_seen(n: int, spread: float, *, level: float = LEVEL, power: float = POWER) -> float:
    """Return the mean difference that n independent pairs show with the power.

    Raises:
        ValueError: there are no pairs.
    """
    if n < 1:
        raise ValueError("no pairs")
    return _both(level, power) * spread / sqrt(n)


def cases_needed_for_rates(only_ours: float, only_theirs: float, *, level: float = LEVEL, power: float = POWER) -> int:
    """Return the number of pairs at which McNemar's test sees the difference of two shares of discordant pairs.

    Connor 1987: n = (z₁₋α/₂ √ψ + z_power √(ψ − d²))² / d² with ψ the share of discordant pairs and d the difference.

    Raises:
        ValueError: the shares are the same, or no shares.
    """
    discordant, gap = only_ours + only_theirs, abs(only_ours - only_theirs)
    if gap == 0 or not 0 < discordant <= 1:
        raise ValueError(f"{only_ours} against {only_theirs} are no different shares")
    normal = NormalDist()
    wide = normal.inv_cdf(1 - level / 2) * sqrt(discordant) + normal.inv_cdf(power) * sqrt(discordant - gap**2)
    return ceil((wide / gap) ** 2)


def _both(level: float, power: float) -> float:
    normal = NormalDist()
    return normal.inv_cdf(1 - level / 2) + normal.inv_cdf(power)
