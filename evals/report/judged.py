"""How far the stated chances can be trusted: reliability, and the risk at each coverage."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from evals.intervals import Interval, rate_interval
from evals.metrics import selecting

MOST_BINS = 10
LEAST_IN_BIN = 5


@dataclass(frozen=True)
class Judged:
    """What was said to be right with this chance, and whether a person found it so."""

    chance: float
    right: bool


@dataclass(frozen=True)
class Bin:
    """Items of similar chance: the mean chance, the share that was right with its interval."""

    chance: float
    right: Interval


def reliability(judged: Sequence[Judged]) -> list[Bin]:
    """Bins of equal numbers, at least five items each, ten at most."""
    ordered = sorted(judged, key=lambda one: one.chance)
    count = min(MOST_BINS, len(ordered) // LEAST_IN_BIN)
    edges = [round(number * len(ordered) / count) for number in range(count + 1)] if count else []
    bins = []
    for low, high in pairwise(edges):
        some = ordered[low:high]
        right = rate_interval(sum(one.right for one in some), len(some))
        bins.append(Bin(sum(one.chance for one in some) / len(some), right))
    return bins


def risk_coverage(judged: Sequence[Judged]) -> list[tuple[float, float]]:
    """(coverage, risk) when only the surest items are answered, the surest first; ties are taken together."""
    if not judged:
        return []
    chances = sorted((one.chance for one in judged), reverse=True)
    points = selecting.risk_coverage([one.chance for one in judged], [one.right for one in judged])
    following = [*chances[1:], None]
    return [point for point, here, after in zip(points, chances, following, strict=True) if here != after]
