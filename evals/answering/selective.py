"""Selective answering: what is refused, what is still answered, and at what risk, on the reporting halves."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.gate.answerable import open_gate
from evals.answering.drafted import both
from evals.answering.gate import refusing, shipped, tuning
from evals.answering.over_halves import over_halves
from evals.answering.refusal import Decided
from evals.figures import Figure, figure
from evals.intervals import Interval, rate_interval
from evals.metrics.selecting import area, coverage_at, risk_coverage

SEED = 20261122
DRAWS = 2_000
RISKS = (0.01, 0.02, 0.05)
# What others do: answer whatever is found, or from a fixed similarity; the drafts are ours for all.
FIXED = 0.40
NEVER = "never refuses, as LangChain's default chain"
SIMILAR = "a fixed cosine of .40"
COVERAGES = (0.1, 0.25, 0.5, 0.75, 1.0)
Values = NDArray[np.float64]
Rights = NDArray[np.bool_]
Say = Callable[[str], None]


def refusal_figures(data: Path, build: Path, now: datetime, say: Say) -> Iterator[Figure]:
    """Report each data set's other half at the threshold chosen on the tuning half."""
    decided, digests = both(build, data, now, say)
    for name, limit in limits(decided, digests).items():
        yield from _figures(name, decided[name], limit, digests[name])
    yield from over_halves(decided, digests)


def limits(decided: Mapping[str, Sequence[Decided]], digests: Mapping[str, str]) -> dict[str, float]:
    """Return for each data set the probability that its tuning half asks for.

    Where the gate was fitted on the same data that was read off cross-validated probabilities when it was trained;
    other data never met the gate, and what the gate says of its tuning half is read.
    """
    gate = open_gate()
    return {
        name: gate.limits[name]
        if gate.data.get(name) == digests[name]
        else refusing(tuning(some), shipped(gate, tuning(some)))
        for name, some in decided.items()
    }


def _figures(name: str, decided: Sequence[Decided], limit: float, digest: str) -> Iterator[Figure]:
    rest = [one for one in decided if not one.tuning]
    asked = [one for one in rest if one.is_plain]
    gate = open_gate()
    score = shipped(gate, asked)
    cosine = np.array([one.features["cosine"] for one in asked])
    right = np.array([one.right for one in asked])
    has_answer = np.array([one.has_answer for one in asked])
    answered = score >= limit
    settings: dict[str, Any] = {
        "threshold": round(limit, 3),
        "answered": int(answered.sum()),
        "answered_and_right": int((answered & right).sum()),
        "right_without_refusing": round(float(right[has_answer].mean()), 3),
        "risk_at_coverage": curve(score, right),
        "risk_at_coverage_cosine": curve(cosine, right),
    }
    for label in ("UNDERSPECIFIED", "PARTIAL"):
        own = [gate.probability(one.features) < limit for one in rest if one.label == label]
        if own:
            settings[f"refused_{label.lower()}"] = f"{sum(own)} of {len(own)}"
    refused = rate_interval(int((~answered & ~has_answer).sum()), int((~has_answer).sum()))
    covered = rate_interval(int((answered & right).sum()), int(has_answer.sum()))
    common: dict[str, Any] = {"data": digest, "settings": settings}
    near = cosine >= FIXED
    simple = {NEVER: 0.0, SIMILAR: float((~near)[~has_answer].mean())}
    yield figure(f"refusal/{name}/refused_unanswerable", refused, "", baseline=simple, **common)
    simple = {NEVER: float(right[has_answer].mean()), SIMILAR: float((near & right).sum() / has_answer.sum())}
    yield figure(f"refusal/{name}/coverage_at_threshold", covered, "", baseline=simple, **common)
    for risk in RISKS:
        base = {"cosine alone": coverage_at(cosine, right, risk)}
        at_risk = _drawn(score, right, partial(coverage_at, risk=risk))
        yield figure(
            f"refusal/{name}/coverage_at_risk_{100 * risk:.0f}", at_risk, "", baseline=base, seed=SEED, **common
        )
    base = {"cosine alone": area(cosine, right)}
    yield figure(f"refusal/{name}/aurc", _drawn(score, right, area), "", baseline=base, seed=SEED, **common)


def curve(score: Values, right: Rights) -> dict[str, float]:
    """Return the risk of answering so much of what was asked, the most certain first."""
    told = risk_coverage(score, right)
    places = {share: max(1, round(share * len(told))) - 1 for share in COVERAGES}
    return {f"{share:g}": round(told[place][1], 3) for share, place in places.items()}


def _drawn(score: Values, right: Rights, statistic: Callable[[Values, Rights], float]) -> Interval:
    """Return the statistic with its percentile bootstrap interval over questions."""
    random = np.random.default_rng(SEED)
    picks = random.integers(0, len(score), (DRAWS, len(score)))
    drawn = [statistic(score[rows], right[rows]) for rows in picks]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Interval(statistic(score, right), float(low), float(high), len(score))
