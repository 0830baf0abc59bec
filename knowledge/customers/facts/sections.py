"""Sections: a record told shortly, as its own values and those of each list in it."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from knowledge.customers.facts.records import Detail, Record, is_id
from knowledge.customers.facts.values import find_values

# What a colleague looks up in the tool itself: money of offers, seats, stamps of systems, parts of addresses.
_LEFT_OUT = re.compile(
    r"price|seat|creat|updat|stamp|source|brand|country|province|zip|url|api|square|"
    r"_time_|^status$|minutes|image|instruction|description|version|hash",
    re.IGNORECASE,
)
_KEPT_STATUS = re.compile(
    r"cancel|deliver|ship|refund|return|pending|process|paid|confirm|fail|unavail|succe", re.IGNORECASE
)
MOST_WORDS = 60
# More words than these in common are no search any more, but things that hardly differ.
MOST_SHARED = 6
_ADDRESS = re.compile(r"addr", re.IGNORECASE)


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
    details = [one for one in record.details if one.value.lower() not in known]
    own = [one for one in details if is_own(one) and not _ADDRESS.search(one.path[0])]
    found = [_section("", list(dict.fromkeys(_told(one) for one in own if _worth(one))))]
    address = [one.value for one in details if is_own(one) and _ADDRESS.search(one.path[0])]
    found.append(_section("address", list(dict.fromkeys(address))))
    nested = [one for one in details if not is_own(one)]
    for name, lists in groupby(nested, lambda one: one.path[0]):
        items = [tuple(_told(one) for one in item if one.value not in known) for item in _items(list(lists))]
        found.append(_section(name, _by_day(list(dict.fromkeys(filter(None, items))))))
        known |= {one.value for one in nested if one.path[0] == name and is_id(one.key)}
    return [one for one in found if one.text]


def is_own(detail: Detail) -> bool:
    """Tell whether a detail is the record's own: its value, or one of a plain object in it (a name's parts)."""
    return not detail.group or (len(detail.group) == 1 and detail.group[0] < 0 and len(detail.path) == 2)


def _items(details: Sequence[Detail]) -> Iterator[list[Detail]]:
    """Yield the details of each item of a list, without what is not worth telling; a thing's own id once."""
    for _, item in groupby(details, _item):
        yield [one for one in dict.fromkeys(item) if _worth(one)]


def _by_day(items: Sequence[Sequence[str]]) -> list[str]:
    """Return each item of a list in words; of neighbours on the same day only the first tells it, before the rest."""
    days = [next((value for value in item if is_day(value)), "") for item in items]
    if not any(day and day == other for day, other in pairwise(days)):
        return [" ".join(item) for item in items]
    told = []
    for before, day, item in zip(["", *days], days, items, strict=False):
        rest = [value for value in item if value != day]
        told.append(" ".join(rest if day == before else [day, *rest]).strip())
    return told


def _item(detail: Detail) -> tuple[int, ...]:
    """Return which item of a list (or which object of several) a detail is in, however deep."""
    place = next((at for at, one in enumerate(detail.group) if one >= 0), 1)
    return detail.group[: place + 1]


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
    for item in filter(None, items):
        if sum(len(one.split()) for one in [*kept, item]) > MOST_WORDS:
            break
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


def shared_text(records: Sequence[Record]) -> str:
    """Return in a few words what all items of a result have in common, which is what was looked for: "JFK SEA"."""
    items: dict[int, list[Detail]] = {}
    for record in records:
        items.setdefault(record.item, []).extend(one for one in record.details if _tells_search(one))
    first, *others = items.values()
    values = dict.fromkeys(one.value for one in first)
    shared = [value for value in values if all(any(one.value == value for one in item) for item in others)]
    return " ".join(shared) if len(" ".join(shared).split()) <= MOST_SHARED else ""


def _tells_search(detail: Detail) -> bool:
    return _worth(detail) and not is_id(detail.key) and bool(re.fullmatch(r"[^\W\d_].*", detail.value))


def is_day(value: str) -> bool:
    """Tell whether a value is a day and nothing else."""
    found = find_values(value)
    return len(found) == 1 and found[0].type == "date" and found[0].text == value
