"""Blocking: which records are compared at all, by what they agree on. All pairs of many would take for ever."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from knowledge.customers.profiles import Profile

Block = tuple[str, ...]
# Records are compared only when they agree on all of one of these. None is shared by more than a few in a hundred of a
# town's people: pairs grow with the square.
BLOCKS: Sequence[Block] = (
    ("family_name", "given_name"),
    ("email",),
    ("phone",),
    ("birth_date",),
    ("postcode", "house_number"),
    ("postcode", "given_initial"),
    ("postcode", "family_start"),
    ("street", "house_number"),
    ("street", "postcode"),
    ("city", "house_number"),
    ("city", "given_name"),
    ("city", "family_name"),
    ("city", "birth_year"),
    ("city", "birth_day"),
    ("area", "given_name"),
    ("area", "family_name"),
    ("area", "birth_year"),
    ("area", "birth_day"),
    ("family_start", "birth_year"),
    ("family_name", "birth_day"),
    ("given_name", "birth_year"),
    ("given_name", "birth_day"),
)
KEYS = ("given_initial", "family_start", "birth_year", "birth_day", "area")
_DAY = re.compile(r"(\d{4})-(\d\d-\d\d)")


def keys_of(values: Mapping[str, str]) -> dict[str, str]:
    """Return the keys of a profile: parts of what it says that a slip elsewhere leaves as they are."""
    born = _DAY.fullmatch(values.get("birth_date", ""))
    given, family, postcode = (values.get(field, "") for field in ("given_name", "family_name", "postcode"))
    outward, _, inward = postcode.partition(" ")
    keys = {
        "given_initial": given[:1],
        "family_start": family[:3],
        "birth_year": born[1] if born else "",
        "birth_day": born[2] if born else "",
        "area": outward if inward else postcode[:3],
    }
    return {key: value for key, value in keys.items() if value}


def with_keys(profile: Profile) -> dict[str, str]:
    """Return what a profile says, and its keys."""
    return {**profile.values, **keys_of(profile.values)}


def some_meet(profiles: Iterable[Profile]) -> bool:
    """Tell whether any two records agree on a block: else there is nothing to compare."""
    told = [with_keys(profile) for profile in profiles]
    return any(agreeing(told, block) for block in BLOCKS)


def agreeing(told: Iterable[Mapping[str, str | None]], block: Block) -> int:
    """Return how many pairs of records agree on a block; what nobody told agrees with nothing."""
    groups = Counter(values for one in told if all(values := tuple(map(one.get, block))))
    return sum(size * (size - 1) // 2 for size in groups.values())
