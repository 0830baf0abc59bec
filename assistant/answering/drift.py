"""Drift: whether customers now ask about other things than those the certificate was made on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
# A false alarm is expected once in so many looks.
ALARM = 0.01
# With fewer questions on either side nothing is said.
LEAST = 20


@dataclass(frozen=True)
class Drift:
    """How far new questions are from the known ones: the p-value of "no farther than those from each other"."""

    p_value: float
    known: int
    fresh: int

    @property
    def alarm(self) -> bool:
        """Whether a certificate made on the known questions should not be trusted for the new ones."""
        return self.p_value < ALARM


def drift(known: Vectors, fresh: Vectors) -> Drift:
    """Compare new questions with those a certificate was made on; rows are unit vectors.

    Each new question's distance to its nearest known one is ranked against the same distance of known ones held out
    (one half measured against the other): a one-sided Mann-Whitney U test. Too few questions give no alarm.
    """
    if len(known) < 2 * LEAST or len(fresh) < LEAST:
        return Drift(1.0, len(known), len(fresh))
    from scipy import stats  # type: ignore[import-untyped]

    held_out, rest = known[::2], known[1::2]
    usual, now = _nearest(held_out, rest), _nearest(fresh, rest)
    found = stats.mannwhitneyu(now, usual, alternative="less")  # less near: farther
    return Drift(float(found.pvalue), len(known), len(fresh))


def _nearest(some: Vectors, others: Vectors) -> NDArray[np.float32]:
    """Return the cosine of each to its nearest of the others."""
    near: NDArray[np.float32] = (some @ others.T).max(axis=1)
    return near
