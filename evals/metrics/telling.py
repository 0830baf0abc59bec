"""How well scores tell cases apart: the area under the ROC curve, and the correlation of ranks."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def roc_area(scores: Sequence[float] | NDArray[np.float64], happened: Sequence[bool] | NDArray[np.bool_]) -> float:
    """Return how often a case that happened scores above one that did not, ties counting half (ROC area).

    Raises:
        ValueError: all happened, or none.
    """
    ranks = _ranks(np.asarray(scores, dtype=np.float64))
    did = np.asarray(happened, dtype=bool)
    yes, no = int(did.sum()), int((~did).sum())
    if not yes or not no:
        raise ValueError("all happened, or none: nothing to tell apart")
    return float((ranks[did].sum() - yes * (yes + 1) / 2) / (yes * no))


def spearman(one: Sequence[float] | NDArray[np.float64], other: Sequence[float] | NDArray[np.float64]) -> float:
    """Return the correlation of the ranks, ties sharing theirs; 0 when one of them is constant."""
    first, second = _ranks(np.asarray(one, dtype=np.float64)), _ranks(np.asarray(other, dtype=np.float64))
    spread = float(first.std() * second.std())
    return float(((first - first.mean()) * (second - second.mean())).mean() / spread) if spread else 0.0


def _ranks(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    middle: NDArray[np.float64] = ends - (counts - 1) / 2
    return middle[place]
