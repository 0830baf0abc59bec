"""Many tests at once: Holm's step-down adjustment keeps the chance of any false alarm at the level of one test."""

from collections.abc import Hashable, Mapping
from typing import TypeVar

Name = TypeVar("Name", bound=Hashable)


def holm(p_values: Mapping[Name, float]) -> dict[Name, float]:
    """Return each p adjusted for the others (Holm 1979): compare it with the level as if it were alone.

    The smallest is multiplied by the number of tests, the next by one less, and so on; no adjusted p is below an
    earlier one, and none above 1.
    """
    adjusted: dict[Name, float] = {}
    highest = 0.0
    for place, (name, p) in enumerate(sorted(p_values.items(), key=lambda one: one[1])):
        highest = max(highest, min(1.0, p * (len(p_values) - place)))
        adjusted[name] = highest
    return {name: adjusted[name] for name in p_values}
