"""Old articles beside newer ones: which they are, and whether two sentences give different numbers."""

import re
from collections.abc import Sequence

from assistant.sentences import stem
from knowledge.customers.entries import PassageUsed

# An article is old when another one about as near to the question (in cosine) states a date so many months later.
OLD_MONTHS = 24
ABOUT_AS_NEAR = 0.15
_DATE = re.compile(r"\b(\d{4})(?:-(\d{2}))?")
_QUANTITY = re.compile(r"(\d+(?:[.,]\d+)*)\s*[-–]?\s*([^\W\d_]+|%)")


def stale_passages(passages: Sequence[PassageUsed]) -> frozenset[str]:
    """Return the ids of passages whose article is old, or undated, beside a newer one about as near."""
    return frozenset(
        one.passage
        for one in passages
        if any(
            _months(other.stated_date) - _months(one.stated_date) >= OLD_MONTHS
            and (other.similarity or 0.0) >= (one.similarity or 0.0) - ABOUT_AS_NEAR
            for other in passages
        )
    )


def disagree(one: str, other: str) -> bool:
    """Tell whether both give a number of the same thing ("28 days", "60 days"), and not the same number."""
    ours, theirs = quantities(one), quantities(other)
    return any(ours[unit].isdisjoint(theirs[unit]) for unit in ours.keys() & theirs.keys())


def _months(stated: str) -> int:
    found = _DATE.search(stated)
    return 12 * int(found[1]) + int(found[2] or 1) if found else 0


def quantities(text: str) -> dict[str, set[str]]:
    """Return the numbers that a text gives of each thing ("28 days": day → 28)."""
    found: dict[str, set[str]] = {}
    for number, name in _QUANTITY.findall(text):
        found.setdefault(stem(name.lower()), set()).add(number)
    return found
