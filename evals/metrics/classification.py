"""Classification: accuracy, precision, recall and F1 by label and averaged, and the table behind them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Label:
    """How one label was found: among `wanted` cases, `given` times, `right` times."""

    name: str
    wanted: int
    given: int
    right: int

    @property
    def precision(self) -> float:
        """The share of what was given that is right; 0 when nothing was given."""
        return self.right / self.given if self.given else 0.0

    @property
    def recall(self) -> float:
        """The share of what was wanted that was given; 0 when nothing was wanted."""
        return self.right / self.wanted if self.wanted else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both: 2·right / (wanted + given)."""
        return 2 * self.right / (self.wanted + self.given) if self.wanted + self.given else 0.0


def by_label(wanted: Sequence[str], given: Sequence[str]) -> list[Label]:
    """Return every label that is wanted or given, by name.

    Raises:
        ValueError: not as many given as wanted.
    """
    pairs = list(zip(wanted, given, strict=True))
    right = Counter(one for one, other in pairs if one == other)
    want, got = Counter(wanted), Counter(given)
    return [Label(name, want[name], got[name], right[name]) for name in sorted(want | got)]


def accuracy(wanted: Sequence[str], given: Sequence[str]) -> float:
    """Return the share of cases whose label is right.

    Raises:
        ValueError: no cases, or not as many given as wanted.
    """
    if not wanted:
        raise ValueError("no cases")
    return sum(one == other for one, other in zip(wanted, given, strict=True)) / len(wanted)


def macro_f1(wanted: Sequence[str], given: Sequence[str]) -> float:
    """Return the mean of the labels' F1, each label counting the same however rare.

    Raises:
        ValueError: no cases, or not as many given as wanted.
    """
    labels = by_label(wanted, given)
    if not labels:
        raise ValueError("no cases")
    return sum(one.f1 for one in labels) / len(labels)


def confusion(wanted: Sequence[str], given: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return how often each label was given for each that was wanted: wanted → given → count.

    Raises:
        ValueError: not as many given as wanted.
    """
    table: dict[str, dict[str, int]] = {}
    for (one, other), count in sorted(Counter(zip(wanted, given, strict=True)).items()):
        table.setdefault(one, {})[other] = count
    return table
