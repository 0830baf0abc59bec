"""Completeness: how many customers have each field filled, and with something that meets the standards."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from knowledge.customers.link_tables import MemberRow
from knowledge.customers.standards import FIELDS, Standards, language, time_zone, value_of
from knowledge.customers.tables import CustomerRow, HandleRow
from knowledge.scope import Scope, within

_PHONES = frozenset({"phone", "sms", "whatsapp"})


@dataclass(frozen=True)
class Filled:
    """A field: of how many persons it is filled, and how many of those say what the standards do not know."""

    field: str
    required: bool
    filled: int
    wrong: int


@dataclass(frozen=True)
class Completeness:
    """All persons, those with every required field filled and right, and each field."""

    customers: int
    complete: int
    fields: tuple[Filled, ...]


def measure(session: Session, scope: Scope, standards: Standards) -> Completeness:
    """Return how complete the records are, a person's records taken together."""
    good: dict[str, set[str]] = defaultdict(set)
    wrong: dict[str, set[str]] = defaultdict(set)
    people: set[str] = set()
    for person, name, is_right in _said(session, scope, standards):
        people.add(person)
        if name:
            (good if is_right else wrong)[person].add(name)
    required = frozenset((*standards.required, *(n for n, one in standards.attributes.items() if one.required)))
    names = (*FIELDS, *standards.attributes)
    filled = Counter(name for person in people for name in good[person] | wrong[person])
    bad = Counter(name for person in people for name in wrong[person] - good[person])
    complete = sum(required <= good[person] for person in people)
    fields = tuple(Filled(name, name in required, filled[name], bad[name]) for name in names)
    return Completeness(len(people), complete, fields)


def _said(session: Session, scope: Scope, standards: Standards) -> Iterator[tuple[str, str, bool]]:
    """Yield person, field (empty: only that there is this person), and whether what it says is right."""
    person = func.coalesce(MemberRow.person, CustomerRow.id)
    rows = select(
        person, CustomerRow.name, CustomerRow.language, CustomerRow.timezone, CustomerRow.attributes
    ).join_from(CustomerRow, MemberRow, MemberRow.customer == CustomerRow.id, isouter=True)
    for who, name, tongue, zone, attributes in session.execute(rows.where(within(scope, CustomerRow))):
        yield who, "", True
        if name:
            yield who, "name", True
        yield from ((who, field, right) for field, right in _told(tongue, zone, attributes or {}, standards))
    handles = (
        select(person, HandleRow.kind)
        .join_from(HandleRow, CustomerRow, CustomerRow.id == HandleRow.customer)
        .outerjoin(MemberRow, MemberRow.customer == CustomerRow.id)
        .where(within(scope, HandleRow), HandleRow.kind.in_([*_PHONES, "email"]))
    )
    for who, kind in session.execute(handles.distinct()):
        yield who, "phone" if kind in _PHONES else kind, True


def _told(tongue: str, zone: str, attributes: Mapping[str, Any], standards: Standards) -> Iterable[tuple[str, bool]]:
    if tongue:
        yield "language", language(tongue) == tongue
    if zone:
        yield "timezone", time_zone(zone) == zone
    for name, declared in standards.attributes.items():
        if attributes.get(name) not in (None, "", []):
            yield name, _is_right(declared, attributes[name])


def _is_right(declared: Any, value: Any) -> bool:
    try:
        return bool(value_of(declared, value) == value)
    except ValueError:
        return False
