"""`python -m evals.gate`: train the gate on the tuning halves of mtrag and clapnq; write assistant/answerable.json."""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals.refusal import Decided, both

SEED = 20261122
FOLDS = 5
# Strength of the penalty: the strongest of 0.03, 0.1 and 1 had the best cross-validated AUC.
C = 0.03
# What is sent without an agent reading it must refuse so much of the unanswerable; a margin over the wanted 0.90.
REFUSED = 0.95
OUT = Path(__file__).parents[1] / "assistant" / "answerable.json"
Values = NDArray[np.float64]


def train(decided: Sequence[Decided]) -> dict[str, object]:
    """Fit on questions that are answerable or not; underspecified and partial ones are left out.

    The target is whether the draft would be right.
    """
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    rows, mean, scale = _standardised(decided)
    model = LogisticRegression(C=C, max_iter=2_000).fit(rows, [one.right for one in decided])
    return {
        "names": list(decided[0].features),
        "mean": [round(float(value), 6) for value in mean],
        "scale": [round(float(value), 6) for value in scale],
        "weights": [round(float(value), 6) for value in model.coef_[0]],
        "bias": round(float(model.intercept_[0]), 6),
        "sure_at": sure_at(decided),
        "trained_on": len(decided),
        "seed": SEED,
    }


def cross_validated(decided: Sequence[Decided]) -> Values:
    """Return each question's probability by a model that was fitted without its fold, shape (n,)."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict  # type: ignore[import-untyped]

    rows, _, _ = _standardised(decided)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    right = [one.right for one in decided]
    model = LogisticRegression(C=C, max_iter=2_000)
    return np.asarray(cross_val_predict(model, rows, right, cv=folds, method="predict_proba")[:, 1])


def sure_at(decided: Sequence[Decided]) -> float:
    """Return the probability from which a draft may go out unread: it refuses enough of the unanswerable."""
    probability = cross_validated(decided)
    unanswerable = [one.label == "UNANSWERABLE" for one in decided]
    return round(float(np.quantile(probability[unanswerable], REFUSED)), 3)


def _standardised(decided: Sequence[Decided]) -> tuple[Values, Values, Values]:
    rows = np.array([list(one.features.values()) for one in decided], dtype=np.float64)
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    return (rows - mean) / scale, mean, scale


def tuning(decided: Sequence[Decided]) -> list[Decided]:
    """Return what the gate may learn from."""
    return [one for one in decided if one.tuning and one.label in ("ANSWERABLE", "UNANSWERABLE")]


def main() -> int:
    """Train and write."""
    parser = argparse.ArgumentParser(prog="python -m evals.gate", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the folder of public data")
    asked = parser.parse_args()
    decided = [one for _, some in both(asked.data, datetime.now(UTC), print) for one in tuning(some)]
    OUT.write_text(json.dumps(train(decided), indent=1) + "\n", "utf-8")
    sys.stdout.write(f"{OUT}: {len(decided)} questions\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
