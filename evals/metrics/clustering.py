"""Clustering: B³ and pairs, for issues, topics and identities."""

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from math import comb


@dataclass(frozen=True)
class Agreement:
    """Precision and recall of one grouping against another."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def b_cubed(given: Mapping[str, Hashable], wanted: Mapping[str, Hashable]) -> Agreement:
    """Return B³ (Bagga & Baldwin 1998): averaged over items, how pure and how whole is the item's own group?

    Raises:
        ValueError: the groupings are not of the same items, or of none.
    """
    _same_items(given, wanted)
    together = Counter((given[item], wanted[item]) for item in given)
    in_given, in_wanted = Counter(given.values()), Counter(wanted.values())
    n = len(given)
    precision = sum(count * count / in_given[one] for (one, _), count in together.items()) / n
    recall = sum(count * count / in_wanted[other] for (_, other), count in together.items()) / n
    return Agreement(precision, recall)


def pairs(given: Mapping[str, Hashable], wanted: Mapping[str, Hashable]) -> Agreement:
    """Return precision and recall over pairs of items that are together; 1 where there are no such pairs.

    Raises:
        ValueError: the groupings are not of the same items, or of none.
    """
    _same_items(given, wanted)
    both = sum(comb(count, 2) for count in Counter((given[item], wanted[item]) for item in given).values())
    ours = sum(comb(count, 2) for count in Counter(given.values()).values())
    theirs = sum(comb(count, 2) for count in Counter(wanted.values()).values())
    return Agreement(both / ours if ours else 1.0, both / theirs if theirs else 1.0)


def _same_items(given: Mapping[str, Hashable], wanted: Mapping[str, Hashable]) -> None:
    if not given or given.keys() != wanted.keys():
        raise ValueError("two groupings are compared over the same items, and at least one")
