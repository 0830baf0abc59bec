"""`python -m evals.grounding.training`: train the claim check on halves of BEGIN, mtrag and written claims."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.checking.supported import MOST
from evals.datasets.grounding import JudgedReplies, read_begin, read_mtrag
from evals.grounding.demo_claims import read_claims
from evals.grounding.people import claims_of, is_faithful
from evals.halves import is_tuning
from knowledge.customers.entries import Claim

NAMES = (
    "overlap",
    "nearest_overlap",
    "words",
    "pairs",
    "own_view",
    "new_words",
    "new_numbers",
    "new_names",
    "negation_mismatch",
)
SEED = 20261125
C = 1.0
ROOT = Path(__file__).parents[2]
OUT = ROOT / "assistant" / "checking" / "supported.json"
Values = NDArray[np.float64]


def row(claims: Sequence[Claim]) -> list[float]:
    """Return a reply's signals: the mean over its claims, long ones counting more."""
    weights = np.array([len(claim.text.split()) for claim in claims], dtype=np.float64)
    rows = np.array([[min(MOST, claim.signals[name]) for name in NAMES] for claim in claims])
    return [float(value) for value in weights @ rows / weights.sum()]


def learnt(judged: JudgedReplies) -> tuple[Values, NDArray[np.bool_]]:
    """Return signals and labels of the tuning half's replies that state something."""
    some = [(claims_of(one), one) for one in judged.replies if not one.generic and is_tuning(one.group)]
    stating = [(claims, one) for claims, one in some if claims]
    return np.array([row(claims) for claims, _ in stating]), np.array([is_faithful(judged, one) for _, one in stating])


def train(sets: Sequence[JudgedReplies]) -> dict[str, Any]:
    """Fit one model on all sets, each counting as much as its number of replies."""
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    found = [learnt(one) for one in sets]
    rows, labels = np.vstack([x for x, _ in found]), np.concatenate([y for _, y in found])
    scale = rows.std(axis=0) + 1e-9
    model = LogisticRegression(C=C, max_iter=5_000).fit(rows / scale, labels)
    weights = {name: round(float(value), 5) for name, value in zip(NAMES, model.coef_[0] / scale, strict=True)}
    return {
        "weights": weights,
        "bias": round(float(model.intercept_[0]), 5),
        "trained_on": {one.name: len(labels) for one, (_, labels) in zip(sets, found, strict=True)},
        "data": {one.name: one.digest for one in sets},
    }


def main() -> int:
    """Train and write."""
    parser = argparse.ArgumentParser(prog="python -m evals.grounding.training", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the folder of public data")
    parser.add_argument("--examples", type=Path, default=ROOT / "examples", help="where the demo company lies")
    asked = parser.parse_args()
    sets = [read_begin(asked.data), read_mtrag(asked.data), read_claims(asked.examples)[0]]
    OUT.write_text(json.dumps(train(sets), indent=1) + "\n", "utf-8")
    sys.stdout.write(f"{OUT}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
