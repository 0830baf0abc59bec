"""What the gate's recipe does on other halves of the same questions: how much of a figure is the luck of one split."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from assistant.gate.answerable import gate_of
from evals.answering.gate import ANSWERED, REFUSED, shipped, train, tuning
from evals.answering.refusal import Decided
from evals.figures import Figure, figure
from evals.intervals import Interval

SEED = 20261126
SPLITS = 40


def over_halves(decided: Mapping[str, Sequence[Decided]], digests: Mapping[str, str]) -> Iterator[Figure]:
    """Train the gate, choose its limits on one random half and report the other, `SPLITS` times.

    The value is the mean, the interval holds 95 % of the splits. Features and all that comes before the gate were
    chosen on the one tuning half, whose questions are in both halves here: the figures are slightly flattering.
    """
    asked = {name: [one for one in some if one.is_plain] for name, some in decided.items()}
    rows = [_measured(halved(asked, split)) for split in range(SPLITS)]
    for name, some in asked.items():
        found = np.array([row[name] for row in rows])
        both = float(((found[:, 0] >= REFUSED) & (found[:, 1] >= ANSWERED)).mean())
        settings = {"splits": SPLITS, "interval": "95 % of the splits", "both_wishes": round(both, 3)}
        has_answer = sum(one.has_answer for one in some)
        for place, (told, n) in enumerate(
            (("refused_unanswerable", len(some) - has_answer), ("coverage_at_threshold", has_answer))
        ):
            low, high = np.quantile(found[:, place], [0.025, 0.975])
            spread = Interval(float(found[:, place].mean()), float(low), float(high), n)
            yield figure(
                f"refusal/{name}/over_halves/{told}", spread, "", data=digests[name], seed=SEED, settings=settings
            )


def halved(asked: Mapping[str, Sequence[Decided]], split: int) -> dict[str, list[Decided]]:
    """Return the questions with another half of them for tuning; questions of one conversation stay together."""
    found = {}
    for name, some in asked.items():
        groups = sorted({one.group for one in some})
        drawn = set(random.Random(f"{SEED}/{name}/{split}").sample(groups, len(groups) // 2))  # noqa: S311
        found[name] = [replace(one, tuning=one.group in drawn) for one in some]
    return found


def _measured(decided: Mapping[str, Sequence[Decided]]) -> dict[str, tuple[float, float]]:
    gate = gate_of(train({name: tuning(some) for name, some in decided.items()}, {}))
    found = {}
    for name, some in decided.items():
        rest = [one for one in some if not one.tuning]
        sure = shipped(gate, rest) >= gate.limits[name]
        right = np.array([one.right for one in rest])
        has_answer = np.array([one.has_answer for one in rest])
        found[name] = (float((~sure)[~has_answer].mean()), float((sure & right).sum() / has_answer.sum()))
    return found
