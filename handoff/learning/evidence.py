"""Evidence: how often each label came with each combination of features, older cases counting less."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import inf

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Key = tuple[str, ...]
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
SECONDS_A_DAY = 86_400
# Strengths of the prior that are compared; with 1, one case counts as much as what is known of all.
STRENGTHS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0)
FLOOR = 0.05


@dataclass(frozen=True)
class Example:
    """A case: when, its features as plain words, its label; `known_at`: when that was learned (else `at`)."""

    at: datetime
    features: Mapping[str, str]
    label: str
    known_at: datetime | None = None


@dataclass(frozen=True)
class View:
    """One way to look at a case: the features that must agree, and after how many days a case counts half."""

    features: Key
    half_life: float = inf


@dataclass
class Counts:
    """The cases of one combination of features: how many of each label, as they weigh on `day`."""

    day: float = 0.0
    labels: dict[int, float] = field(default_factory=dict)

    def add(self, label: int, day: float, half_life: float) -> None:
        """Count a case; in whatever order cases come, the sum is the same."""
        if not self.labels:
            self.day = day
        elif day > self.day:
            if half_life < inf:
                fade = 0.5 ** ((day - self.day) / half_life)
                self.labels = {known: weight * fade for known, weight in self.labels.items()}
            self.day = day
        self.labels[label] = self.labels.get(label, 0.0) + 0.5 ** ((self.day - day) / half_life)


def day_of(at: datetime) -> float:
    """Return a moment as days since 2020."""
    return (at - EPOCH).total_seconds() / SECONDS_A_DAY


class Evidence:
    """The counts of one view, and the shares of labels that follow: shrunk towards the shares among all cases.

    `strength` is the weight of those (Dirichlet prior): how many cases a combination needs to speak for itself.
    """

    def __init__(self, view: View, labels: int, strength: float = 2.0) -> None:
        self.view = view
        self.size = labels
        self.strength = strength
        self.tables: dict[Key, Counts] = {}

    def key(self, features: Mapping[str, str]) -> Key:
        """Return the combination of a case; what is not known is empty."""
        return tuple(features.get(name, "") for name in self.view.features)

    def add(self, example: Example, label: int) -> None:
        """Count a case."""
        table = self.tables.setdefault(self.key(example.features), Counts())
        table.add(label, day_of(example.at), self.view.half_life)

    def support(self, features: Mapping[str, str], at: datetime) -> float:
        """Return how many cases of this combination there are, as they weigh at that moment."""
        table = self.tables.get(self.key(features))
        return sum(table.labels.values()) * self._fade(table, at) if table else 0.0

    def shares(self, features: Mapping[str, str], at: datetime, prior: Floats) -> tuple[Floats, float]:
        """Return the share of each label and how far the combination speaks for itself (0 to 1)."""
        table = self.tables.get(self.key(features))
        if table is None:
            return prior, 0.0
        fade = self._fade(table, at)
        total = sum(table.labels.values()) * fade
        found = prior * (self.strength / (total + self.strength))
        for label, weight in table.labels.items():
            found[label] += weight * fade / (total + self.strength)
        return found, total / (total + self.strength)

    def overall(self, at: datetime) -> Floats:
        """Return the shares of labels among all cases of a view without features."""
        counts = np.full(self.size, FLOOR)
        table = self.tables.get(())
        if table is not None:
            fade = self._fade(table, at)
            for label, weight in table.labels.items():
                counts[label] += weight * fade
        shares: Floats = counts / counts.sum()
        return shares

    def _fade(self, table: Counts, at: datetime) -> float:
        return float(0.5 ** (max(0.0, day_of(at) - table.day) / self.view.half_life))


def estimate_strength(evidence: Evidence, prior: Floats) -> float:
    """Return the strength under which the counts are likeliest (empirical Bayes, Dirichlet-multinomial; Minka 2000)."""
    from scipy.special import gammaln  # type: ignore[import-untyped]

    tables = [table for table in evidence.tables.values() if table.labels]
    cells = [(weight, prior[label]) for table in tables for label, weight in table.labels.items()]
    if not cells:
        return evidence.strength
    totals = np.array([sum(table.labels.values()) for table in tables])
    weights, shares = np.array(cells).T
    likelihoods = [
        float(
            np.sum(gammaln(strength) - gammaln(totals + strength))
            + np.sum(gammaln(weights + strength * shares) - gammaln(strength * shares))
        )
        for strength in STRENGTHS
    ]
    return STRENGTHS[int(np.argmax(likelihoods))]


def gather(views: Sequence[View], labels: Sequence[str], examples: Iterable[Example]) -> list[Evidence]:
    """Return the evidence of each view over these cases; labels that are not listed are passed over."""
    places = {label: place for place, label in enumerate(labels)}
    found = [Evidence(view, len(labels)) for view in views]
    for example in examples:
        place = places.get(example.label)
        if place is not None:
            for evidence in found:
                evidence.add(example, place)
    return found
