"""`python -m evals.answering.gate`: train the gate on tuning halves of mtrag, clapnq and the demo."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.gate.answerable import Gate
from evals.answering.refusal import Decided, both, decided_demo
from evals.datasets import clapnq, mtrag, tarnfell

SEED = 20261122
FOLDS = 5
REPEATS = 5
# Strength of the penalty and features: by cross-validation within the tuning halves, see docs/assistant.md.
C = 0.1
# What is sent without an agent reading it must refuse so much of the unanswerable, and answer so much right.
REFUSED = 0.90
ANSWERED = 0.40
# The limit is chosen on so many draws; limits that fulfil both within this share of them do so about equally often.
DRAWS = 2_000
ABOUT_AS_OFTEN = 0.01
# What an agent is shown may lose so much of the drafts that are right, in the collection where it loses most.
LOST = 0.2
ROOT = Path(__file__).parents[2]
OUT = ROOT / "assistant" / "gate" / "answerable.json"
Values = NDArray[np.float64]


def train(decided: Mapping[str, Sequence[Decided]], digests: Mapping[str, str]) -> dict[str, object]:
    """Fit on the questions of each collection that are answerable or not; the target is whether the draft is right."""
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    every = [one for some in decided.values() for one in some]
    rows, mean, scale = _standardised(every)
    model = LogisticRegression(C=C, max_iter=2_000).fit(rows, [one.right for one in every])
    apart = cross_validated(decided)
    limits = {name: refusing(decided[name], apart[name]) for name in decided}
    return {
        "names": list(every[0].features),
        "mean": [round(float(value), 6) for value in mean],
        "scale": [max(1e-6, round(float(value), 6)) for value in scale],
        "weights": [round(float(value), 6) for value in model.coef_[0]],
        "bias": round(float(model.intercept_[0]), 6),
        "sure_at": round(max(limits[name] for name in ("mtrag", "clapnq")), 3),
        "show_at": round(min(showing(decided[name], apart[name]) for name in decided), 3),
        "limits": {name: round(limit, 3) for name, limit in limits.items()},
        "trained_on": {name: len(some) for name, some in decided.items()},
        "data": dict(digests),
        "seed": SEED,
    }


def cross_validated(decided: Mapping[str, Sequence[Decided]]) -> dict[str, Values]:
    """Return each question's probability by models that were fitted without it, by collection; means of 5 repeats."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold  # type: ignore[import-untyped]

    every = [one for some in decided.values() for one in some]
    strata = [f"{name} {one.label} {one.right}" for name, some in decided.items() for one in some]
    raw = np.array([list(one.features.values()) for one in every], dtype=np.float64)
    right = np.array([one.right for one in every])
    total = np.zeros(len(every))
    for repeat in range(REPEATS):
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED + repeat)
        for learn, rest in folds.split(raw, strata):
            mean, scale = raw[learn].mean(axis=0), raw[learn].std(axis=0) + 1e-9
            model = LogisticRegression(C=C, max_iter=2_000).fit((raw[learn] - mean) / scale, right[learn])
            total[rest] += model.predict_proba((raw[rest] - mean) / scale)[:, 1]
    ends = np.cumsum([len(some) for some in decided.values()])[:-1]
    return dict(zip(decided, np.split(total / REPEATS, ends), strict=True))


def refusing(decided: Sequence[Decided], probability: Values) -> float:
    """Return the probability from which a draft may go out unread: the one that most often fulfils both wishes.

    The questions are drawn anew `DRAWS` times: in most of the draws the limit refuses `REFUSED` of the unanswerable and
    answers `ANSWERED` of the answerable right; of limits that do so about equally often the middle one. Where none ever
    does, the lowest that refuses enough.
    """
    order = np.argsort(-probability, kind="stable")
    answerable = np.array([one.has_answer for one in decided])[order]
    right = np.array([one.right for one in decided])[order]
    if answerable.all():
        return 1.0
    random = np.random.default_rng(SEED)
    times = random.multinomial(len(order), np.full(len(order), 1 / len(order)), size=DRAWS)
    answered, unanswerable = np.cumsum(times * ~answerable, axis=1), (times * ~answerable).sum(axis=1)
    found, there = np.cumsum(times * right, axis=1), (times * answerable).sum(axis=1)
    refuses = answered <= (1.0 - REFUSED) * unanswerable[:, None] + 1e-9
    both = (refuses & (found >= ANSWERED * there[:, None])).mean(axis=0)
    if not both.any():
        ranked = probability[order][~answerable]
        return float(np.nextafter(ranked[int((1.0 - REFUSED) * len(ranked))], 1.0))
    best = np.flatnonzero(both >= both.max() - ABOUT_AS_OFTEN)
    return float(probability[order][best[len(best) // 2]])


def showing(decided: Sequence[Decided], probability: Values) -> float:
    """Return the probability below which few of the right drafts lie."""
    right = np.array([one.right for one in decided])
    return float(np.quantile(probability[right], LOST)) if right.any() else 0.0


def shipped(gate: Gate, decided: Sequence[Decided]) -> Values:
    """Return the probabilities of the gate as it ships, shape (n,)."""
    return np.array([gate.probability(one.features) for one in decided])


def _standardised(decided: Sequence[Decided]) -> tuple[Values, Values, Values]:
    rows = np.array([list(one.features.values()) for one in decided], dtype=np.float64)
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    return (rows - mean) / scale, mean, scale


def tuning(decided: Sequence[Decided]) -> list[Decided]:
    """Return what the gate may learn from; underspecified and partial questions are left out."""
    return [one for one in decided if one.tuning and one.is_plain]


def main() -> int:
    """Train and write."""
    parser = argparse.ArgumentParser(prog="python -m evals.answering.gate", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the folder of public data")
    parser.add_argument("--examples", type=Path, default=ROOT / "examples", help="where the demo company lies")
    asked = parser.parse_args()
    now = datetime.now(UTC)
    decided = {name: tuning(some) for name, some in both(asked.data, now, print)}
    decided["demo"] = tuning(decided_demo(asked.examples, now, print))
    digests = {
        "mtrag": mtrag.read(asked.data).digest,
        "clapnq": clapnq.read(asked.data).digest,
        "demo": tarnfell.read(asked.examples).digest,
    }
    OUT.write_text(json.dumps(train(decided, digests), indent=1) + "\n", "utf-8")
    sys.stdout.write(f"{OUT}: {sum(map(len, decided.values()))} questions\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
