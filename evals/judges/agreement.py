"""Agreement with people: Cohen's κ with its interval, and whether a judge may block anything."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from evals.intervals import Interval
from evals.metrics.classification import confusion
from knowledge.failures import Rejected

SEED = 20261125
DRAWS = 2_000
# A judge blocks nothing below this κ, or judged against fewer labels of people.
ENOUGH = 0.6
ITEMS = 200


@dataclass(frozen=True)
class Validated:
    """A judge with what people said about the same items: κ with its interval, and the table people → judge."""

    judge: str
    kappa: Interval
    table: dict[str, dict[str, int]]

    @property
    def may_block(self) -> bool:
        """Whether it agrees enough, on enough items."""
        return self.kappa.value >= ENOUGH and self.kappa.n >= ITEMS

    def require(self) -> None:
        """Refuse to let the judge block.

        Raises:
            Rejected: it agrees too little with people, or was compared on too few items.
        """
        if not self.may_block:
            k = self.kappa
            raise Rejected(
                f"{self.judge} may not block: κ = {k.value:.2f} ({k.low:.2f} to {k.high:.2f}) on {k.n} items.",
                f"A judge needs κ ≥ {ENOUGH} on at least {ITEMS} items that people labelled.",
            )


def kappa(people: Sequence[str], judge: Sequence[str]) -> float:
    """Return Cohen's κ (1960): (agreed − by chance) / (1 − by chance); 1 when both say one and the same always.

    Raises:
        ValueError: no items, or not as many of one as of the other.
    """
    if not len(people) or len(people) != len(judge):
        raise ValueError("κ compares two verdicts on each of some items")
    labels = sorted({*people, *judge})
    one = np.searchsorted(labels, list(people))
    other = np.searchsorted(labels, list(judge))
    return _kappa(np.asarray(one), np.asarray(other), len(labels))


def validate(
    name: str, people: Sequence[str], judge: Sequence[str], groups: Sequence[Hashable] | None = None
) -> Validated:
    """Compare a judge with people; whole groups are drawn for the interval.

    Raises:
        ValueError: no items, or not as many of one as of the other.
    """
    value = kappa(people, judge)
    labels = sorted({*people, *judge})
    one, other = (np.asarray(np.searchsorted(labels, list(some))) for some in (people, judge))
    members: dict[Hashable, list[int]] = {}
    for row, group in enumerate(groups or range(len(people))):
        members.setdefault(group, []).append(row)
    every = [np.asarray(rows) for rows in members.values()]
    random = np.random.default_rng(SEED)
    drawn = []
    for _ in range(DRAWS):
        rows = np.concatenate([every[at] for at in random.integers(0, len(every), len(every))])
        drawn.append(_kappa(one[rows], other[rows], len(labels)))
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Validated(name, Interval(value, float(low), float(high), len(people)), confusion(people, judge))


def _kappa(one: "np.typing.NDArray[np.intp]", other: "np.typing.NDArray[np.intp]", labels: int) -> float:
    agreed = float(np.mean(one == other))
    chance = float(np.bincount(one, minlength=labels) @ np.bincount(other, minlength=labels)) / len(one) ** 2
    return 1.0 if chance == 1 else (agreed - chance) / (1 - chance)
