"""Sections: a record told shortly, as its own values and those of each list in it."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from knowledge.customers.facts.records import Detail, Record, is_id
from knowledge.customers.facts.values import find_values

# What a colleague looks up in the tool itself: money of offers, seats, stamps of systems, parts of addresses.
_LEFT_OUT = re.compile(
    r"price|seat|creat|updat|stamp|source|brand|country|province|zip|addr|url|api|square|"
    r"_time_|^status$|minutes|image|instruction|description|version|hash",
    re.IGNORECASE,
)
_KEPT_STATUS = re.compile(
    r"cancel|deliver|ship|refund|return|pending|process|paid|confirm|fail|unavail|succe", re.IGNORECASE
)
MOST_WORDS = 28


@dataclass(frozen=True)
class Section:
    """Part of a record: the name of its list (empty: the record's own values), and its values told in words."""

    name: str
    text: str
    values: tuple[str, ...]


def sections_of(record: Record, given: Collection[str] = ()) -> list[Section]:
    """Return what is worth telling of a record, its own values first; empty sections are left out.

    Of its own values, its id and those `given` (in lower case) are known anyway.
    """
    known = {record.id.lower(), *given}
    own = [one for one in record.details if is_own(one) and one.value.lower() not in known]
    found = [_section("", [_told(one) for one in own if _worth(one)])]
    nested = [one for one in record.details if not is_own(one)]
    for name, details in groupby(nested, lambda one: one.path[0]):
        items = [" ".join(_told(one) for one in item) for item in _items(list(details)) if item]
        found.append(_section(name, items))
    return [one for one in found if one.text]


def is_own(detail: Detail) -> bool:
    """Tell whether a detail is the record's own: its value, or one of a plain object in it (a name's parts)."""
    return not detail.group or (len(detail.group) == 1 and detail.group[0] < 0 and len(detail.path) == 2)


def _items(details: Sequence[Detail]) -> Iterator[list[Detail]]:
    """Yield the details of each item of a list, without what is not worth telling; a thing's own id once."""
    for _, item in groupby(details, lambda one: one.group):
        yield [one for one in dict.fromkeys(item) if _worth(one)]


def _worth(detail: Detail) -> bool:
    if detail.key.lower() == "status":
        return bool(_KEPT_STATUS.search(detail.value))
    return not _LEFT_OUT.search(detail.key) and len(detail.value.split()) <= 6


def _told(detail: Detail) -> str:
    """Return the value, with its key before it where the value alone says nothing: numbers, yes and no."""
    value = detail.value
    if (
        is_id(detail.key)
        or detail.key in {"amount", "balance", "last_four"}
        or not re.fullmatch(r"-?\d+(?:\.\d+)?|yes|no|true|false", value)
    ):
        return value
    return f"{re.sub(r'(?<=[a-z])(?=[A-Z])', ' ', detail.key).replace('_', ' ').lower()} {value}"


def _section(name: str, items: Sequence[str]) -> Section:
    kept: list[str] = []
    for item in dict.fromkeys(items):
        if item and sum(len(one.split()) for one in [*kept, item]) <= MOST_WORDS:
            kept.append(item)
    return Section(name.replace("_", " "), ", ".join(kept), tuple(kept))


def options_text(records: Sequence[Record]) -> str:
    """Return several things of one kind in a line: their ids, those of one day after that day."""
    days: dict[str, list[str]] = {}
    for record in records:
        day = next((one.value for one in record.details if is_day(one.value)), "")
        days.setdefault(day, []).append(record.id)
    parts = [" ".join([day, *dict.fromkeys(one for one in ids if one)]).strip() for day, ids in days.items()]
    return ", ".join(part for part in parts if part)


def is_day(value: str) -> bool:
    """Tell whether a value is a day and nothing else."""
    found = find_values(value)
    return len(found) == 1 and found[0].type == "date" and found[0].text == value
