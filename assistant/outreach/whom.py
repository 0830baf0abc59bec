"""Whom to contact first: a chance that it is welcome, learned from contacts made before, the latest counting most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Facts = Mapping[str, str | float]
# A contact so many contacts ago counts half as much as the latest: what works changes with the season and the offer.
HALF_LIFE = 500
PENALTY = 0.1
LEAST = 50


@dataclass(frozen=True)
class Ranker:
    """A logistic regression over words (one-hot) and numbers (standardised); `rate` is all that is known at first."""

    words: tuple[tuple[str, str], ...]
    numbers: tuple[str, ...]
    middle: NDArray[np.float64]
    spread: NDArray[np.float64]
    weights: NDArray[np.float64]
    bias: float
    rate: float

    def chances(self, facts: Sequence[Facts]) -> NDArray[np.float64]:
        """Return for each contact the probability, 0 to 1, that it does what it is for; unseen words count nothing."""
        if not len(self.weights):
            return np.full(len(facts), self.rate)
        rows = _rows(facts, self.words, self.numbers, self.middle, self.spread)
        chances: NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(rows @ self.weights + self.bias, -30, 30)))
        return chances


def fit_ranker(facts: Sequence[Facts], welcome: Sequence[bool]) -> Ranker:
    """Fit on past contacts, the oldest first. What is only known afterwards (how long a call took) must not be in them.

    With fewer than 50 contacts, or all with one outcome, every chance is the rate so far, drawn to a half.

    Raises:
        ValueError: another number of outcomes than of contacts.
    """
    if len(facts) != len(welcome):
        raise ValueError(f"{len(welcome)} outcomes of {len(facts)} contacts")
    rate = (sum(welcome) + 1) / (len(welcome) + 2)
    none = np.zeros(0)
    if len(facts) < LEAST or all(welcome) or not any(welcome):
        return Ranker((), (), none, none, none, 0.0, rate)
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    numbers = tuple(sorted({key for one in facts for key, value in one.items() if not isinstance(value, str)}))
    words = tuple(sorted({(key, value) for one in facts for key, value in one.items() if isinstance(value, str)}))
    raw = np.array([[float(one.get(key, 0.0)) for key in numbers] for one in facts]).reshape(len(facts), -1)
    middle, spread = raw.mean(axis=0), raw.std(axis=0) + 1e-9
    rows = _rows(facts, words, numbers, middle, spread)
    age = np.arange(len(facts))[::-1]
    model: Any = LogisticRegression(C=PENALTY, max_iter=1_000)
    model.fit(rows, np.asarray(welcome), sample_weight=0.5 ** (age / HALF_LIFE))
    return Ranker(words, numbers, middle, spread, model.coef_[0], float(model.intercept_[0]), rate)


def _rows(
    facts: Sequence[Facts],
    words: Sequence[tuple[str, str]],
    numbers: Sequence[str],
    middle: NDArray[np.float64],
    spread: NDArray[np.float64],
) -> NDArray[np.float64]:
    place = {word: column for column, word in enumerate(words)}
    rows = np.zeros((len(facts), len(words) + len(numbers)))
    for row, one in enumerate(facts):
        for key, value in one.items():
            column = place.get((key, value)) if isinstance(value, str) else None
            if column is not None:
                rows[row, column] = 1.0
        for column, key in enumerate(numbers):
            rows[row, len(words) + column] = (float(one.get(key, 0.0)) - middle[column]) / spread[column]
    return rows
