"""Which of two answers is better? Asked in both orders: a judge that follows the order has said nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

Preference = Literal["first", "second", "tie"]
# Given a question and two answers as shown, says which is better.
Compare = Callable[[str, str, str], Preference]
_SWAPPED: dict[Preference, Preference] = {"first": "second", "second": "first", "tie": "tie"}


@dataclass(frozen=True)
class Preferred:
    """The verdict of both orders: `tie` unless they agree; `consistent` tells whether they did."""

    verdict: Preference
    consistent: bool


def prefer(compare: Compare, question: str, one: str, other: str) -> Preferred:
    """Ask in both orders; `first` means `one`."""
    forward, backward = compare(question, one, other), _SWAPPED[compare(question, other, one)]
    return Preferred(forward if forward == backward else "tie", forward == backward)


def consistency(verdicts: Sequence[Preferred]) -> float:
    """Return the share of verdicts that did not change with the order.

    Raises:
        ValueError: no verdicts.
    """
    if not verdicts:
        raise ValueError("no verdicts")
    return sum(one.consistent for one in verdicts) / len(verdicts)
