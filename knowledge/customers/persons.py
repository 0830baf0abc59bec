"""Persons: which records are one person's, as the ledger of links says now; a record without links stands alone."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import cast

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from knowledge.customers.link_tables import MemberRow
from knowledge.ids import CustomerId
from knowledge.prepared import Prepared, among
from knowledge.scope import Scope

_SCOPED = (MemberRow.team == bindparam("team"), MemberRow.brand == bindparam("brand"))
_PERSON = select(MemberRow.person).where(*_SCOPED, MemberRow.customer == bindparam("customer")).scalar_subquery()
_RECORDS = Prepared(
    select(MemberRow.customer).where(*_SCOPED, MemberRow.person == _PERSON).order_by(MemberRow.customer)
)
_LINKED = select(MemberRow.customer, MemberRow.person).where(*_SCOPED)
_PERSONS = Prepared(_LINKED.where(among(MemberRow.customer, "records")))
_FELLOWS = Prepared(_LINKED.where(among(MemberRow.person, "persons")))
# One record stands for its whole person; several records are exactly those.
Whose = CustomerId | tuple[CustomerId, ...]


def persons_of(session: Session, scope: Scope, customers: Collection[CustomerId]) -> dict[CustomerId, CustomerId]:
    """Return the person of each record: the oldest record of theirs stands for all of them."""
    session.flush()
    linked = dict(_PERSONS.all(session, {**vars(scope), "records": list(customers)}))
    return {customer: linked.get(customer, customer) for customer in customers}


def with_fellows(session: Session, scope: Scope, customers: Collection[CustomerId]) -> dict[CustomerId, CustomerId]:
    """Return the person of each record, and of every other record of these persons."""
    of = persons_of(session, scope, customers)
    return of | dict(_FELLOWS.all(session, {**vars(scope), "persons": list(of.values())}))


def records_of(session: Session, scope: Scope, customer: CustomerId) -> tuple[CustomerId, ...]:
    """Return every record of the person that this record belongs to, the oldest first; itself when it is alone."""
    rows = _RECORDS.all(session, {"team": scope.team, "brand": scope.brand, "customer": customer})
    return tuple(cast(CustomerId, row) for (row,) in rows) or (customer,)


def meant(session: Session, scope: Scope, whose: Whose) -> tuple[CustomerId, ...]:
    """Return the records that are meant: all of a record's person, or exactly the several that are named."""
    return whose if isinstance(whose, tuple) else records_of(session, scope, whose)


def same_person(session: Session, scope: Scope, one: CustomerId, other: CustomerId) -> bool:
    """Tell whether two records are one person's."""
    persons = persons_of(session, scope, {one, other})
    return persons[one] == persons[other]


def join(pairs: Iterable[tuple[CustomerId, CustomerId]]) -> dict[CustomerId, CustomerId]:
    """Return the person of every record that occurs in a pair: connected components, named by their smallest id."""
    neighbours: Mapping[CustomerId, set[CustomerId]] = defaultdict(set)
    for one, other in pairs:
        neighbours[one].add(other)
        neighbours[other].add(one)
    persons: dict[CustomerId, CustomerId] = {}
    for start in sorted(neighbours):
        if start in persons:
            continue
        waiting = [start]
        while waiting:
            record = waiting.pop()
            if record not in persons:
                persons[record] = start
                waiting.extend(neighbours[record])
    return persons
