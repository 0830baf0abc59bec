"""Selective answering: risk over coverage, its area, and the exact bound on what is answered wrong."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.95
Scores = Sequence[float] | NDArray[np.float64]
Rights = Sequence[bool] | NDArray[np.bool_]


def risk_coverage(score: Scores, right: Rights) -> list[tuple[float, float]]:
    """Return (coverage, risk) after each answer, the most certain first.

    Raises:
        ValueError: not as many scores as outcomes.
    """
    risks = _risks(score, right)
    return [((place + 1) / len(risks), float(risk)) for place, risk in enumerate(risks)]


def area(score: Scores, right: Rights) -> float:
    """Return the area under the risk-coverage curve (Geifman & El-Yaniv 2017): the mean risk over all coverages.

    Raises:
        ValueError: no answers, or not as many scores as outcomes.
    """
    risks = _risks(score, right)
    if not len(risks):
        raise ValueError("no answers")
    return float(np.mean(risks))


def coverage_at(score: Scores, right: Rights, risk: float) -> float:
    """Return the largest share that can be answered with at most so much risk, the most certain first.

    Raises:
        ValueError: not as many scores as outcomes.
    """
    fine = np.flatnonzero(_risks(score, right) <= risk)
    return float((fine[-1] + 1) / len(score)) if len(fine) else 0.0


def clopper_pearson(successes: int, n: int, level: float = LEVEL) -> tuple[float, float]:
    """Return the exact two-sided interval of a rate (Clopper & Pearson 1934).

    Raises:
        ValueError: no tries, or more successes than tries.
    """
    if n <= 0 or not 0 <= successes <= n:
        raise ValueError(f"{successes} successes in {n} tries")
    from scipy.special import betaincinv  # type: ignore[import-untyped]

    tail = (1 - level) / 2
    low = 0.0 if successes == 0 else float(betaincinv(successes, n - successes + 1, tail))
    high = 1.0 if successes == n else float(betaincinv(successes + 1, n - successes, 1 - tail))
    return low, high


def _risks(score: Scores, right: Rights) -> NDArray[np.float64]:
    if len(score) != len(right):
        raise ValueError(f"{len(score)} scores for {len(right)} answers")
    order = np.argsort(-np.asarray(score, dtype=np.float64), kind="stable")
    wrong = ~np.asarray(right, dtype=bool)[order]
    return np.asarray(np.cumsum(wrong) / np.arange(1, len(wrong) + 1), dtype=np.float64)
