"""Evidence: how often each label came with each combination of features, older cases counting less."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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
# Combinations of more labels than this keep them in a row as well; weights above the second are scaled down.
FEW, HEAVY = 12, 2.0**200


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


class Counts:
    """The cases of one combination of features: how many of each label, as they weigh on `day`.

    A later case is added with more weight instead of all earlier ones fading: it touches one number. In whatever
    order cases come, the sum is the same.
    """

    __slots__ = ("_base", "_row", "_sum", "_weights", "day", "half_life")

    def __init__(self, half_life: float = inf, day: float = 0.0, labels: Mapping[int, float] | None = None) -> None:
        self.half_life, self.day, self._base = half_life, day, day
        self._weights = dict(labels or {})
        self._sum = sum(self._weights.values())
        self._row: Floats | None = None  # the same once more, for combinations of many labels

    @property
    def labels(self) -> dict[int, float]:
        """How many cases of each label there are, as they weigh on `day`."""
        scale = self._scale()
        return {label: weight * scale for label, weight in self._weights.items()}

    def add(self, label: int, day: float) -> None:
        """Count a case."""
        if not self._weights:
            self.day = self._base = day
        self.day = max(self.day, day)
        weight: float = 2.0 ** ((day - self._base) / self.half_life)
        self._weights[label] = self._weights.get(label, 0.0) + weight
        self._sum += weight
        if self._row is not None:
            self._row[label] += weight
        if weight > HEAVY:
            self._rebase()

    def total(self, day: float) -> float:
        """Return how many cases there are, as they weigh on a day."""
        return self._sum * self._scale() * self._fade(day)

    def add_to(self, found: Floats, day: float, factor: float) -> None:
        """Add the cases of each label to `found`, as they weigh on a day, times `factor`."""
        factor *= self._scale() * self._fade(day)
        if len(self._weights) <= FEW:
            for label, weight in self._weights.items():
                found[label] += weight * factor
            return
        if self._row is None:
            self._row = np.zeros(len(found))
            self._row[list(self._weights)] = list(self._weights.values())
        found += self._row * factor

    def _scale(self) -> float:
        return float(0.5 ** ((self.day - self._base) / self.half_life))

    def _fade(self, day: float) -> float:
        return float(0.5 ** (max(0.0, day - self.day) / self.half_life))

    def _rebase(self) -> None:
        self._weights, self._base = self.labels, self.day
        self._sum, self._row = sum(self._weights.values()), None


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
        self.count(example.features, day_of(example.at), label)

    def count(self, features: Mapping[str, str], day: float, label: int) -> None:
        """Count a case of these features on a day."""
        key = self.key(features)
        table = self.tables.get(key)
        if table is None:
            table = self.tables[key] = Counts(self.view.half_life)
        table.add(label, day)

    def support(self, features: Mapping[str, str], at: datetime) -> float:
        """Return how many cases of this combination there are, as they weigh at that moment."""
        table = self.tables.get(self.key(features))
        return table.total(day_of(at)) if table else 0.0

    def shares(self, features: Mapping[str, str], at: datetime, prior: Floats) -> tuple[Floats, float]:
        """Return the share of each label and how far the combination speaks for itself (0 to 1)."""
        found = np.empty(self.size)
        return found, self.fill(found, features, day_of(at), prior)

    def fill(self, found: Floats, features: Mapping[str, str], day: float, prior: Floats) -> float:
        """Write the share of each label into `found` and return how far the combination speaks for itself."""
        table = self.tables.get(self.key(features))
        if table is None:
            found[:] = prior
            return 0.0
        whole = table.total(day) + self.strength
        np.multiply(prior, self.strength / whole, out=found)
        table.add_to(found, day, 1.0 / whole)
        return 1.0 - self.strength / whole

    def overall(self, at: datetime) -> Floats:
        """Return the shares of labels among all cases of a view without features."""
        return self.overall_on(day_of(at))

    def overall_on(self, day: float) -> Floats:
        """Return the shares of labels among all cases of a view without features, as they weigh on a day."""
        counts = np.full(self.size, FLOOR)
        table = self.tables.get(())
        if table is not None:
            table.add_to(counts, day, 1.0)
        shares: Floats = counts / counts.sum()
        return shares


def estimate_strength(evidence: Evidence, prior: Floats) -> float:
    """Return the strength under which the counts are likeliest (empirical Bayes, Dirichlet-multinomial; Minka 2000)."""
    from scipy.special import gammaln  # type: ignore[import-untyped]

    tables = [labels for table in evidence.tables.values() if (labels := table.labels)]
    cells = [(weight, prior[label]) for labels in tables for label, weight in labels.items()]
    if not cells:
        return evidence.strength
    totals = np.array([sum(labels.values()) for labels in tables])
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
            day = day_of(example.at)
            for evidence in found:
                evidence.count(example.features, day, place)
    return found
