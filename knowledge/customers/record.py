"""The record: who a customer is, with every handle they are known by."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.customers import identity, names, persons, standards
from knowledge.customers.entries import Handle
from knowledge.customers.link_tables import MemberRow
from knowledge.customers.tables import CustomerRow, HandleRow
from knowledge.failures import NotFound
from knowledge.ids import CustomerId, new_id
from knowledge.scope import Scope, within


@dataclass(frozen=True)
class KnownHandle:
    """A handle and whether it is proven to be this customer's."""

    handle: Handle
    verified: bool


@dataclass(frozen=True)
class Customer:
    """A person as we know them, over all records that are linked to be theirs."""

    id: CustomerId
    name: str
    language: str
    timezone: str
    preferences: Mapping[str, object]
    attributes: Mapping[str, object]
    handles: tuple[KnownHandle, ...]
    created_at: datetime
    # Every record that is theirs, the oldest first; `id` is the oldest.
    records: tuple[CustomerId, ...] = ()

    @property
    def display_name(self) -> str:
        """The name, else an address, else a word that offends nobody."""
        if self.name:
            return self.name
        named = [known.handle.value for known in self.handles if known.handle.kind != "chat"]
        return named[0] if named else "Visitor"


@dataclass(frozen=True)
class NewCustomer:
    """What a source tells us about a person; `external_key` is their id over there."""

    external_key: str
    name: str = ""
    language: str = ""
    timezone: str = ""
    preferences: Mapping[str, object] = field(default_factory=dict)
    attributes: Mapping[str, object] = field(default_factory=dict)
    handles: tuple[KnownHandle, ...] = ()


def save_customer(session: Session, scope: Scope, new: NewCustomer, now: datetime) -> CustomerId:
    """Create or update the customer of this external key and add their handles.

    A verified handle that already stands for a record without external key adopts that record; one that is proven
    to be somebody else's is kept as a claim.
    """
    row = _by_key(session, scope, new.external_key) or _adopt(session, scope, new, now)
    if row is None:
        row = CustomerRow(id=new_id(), team=scope.team, brand=scope.brand, created_at=now)
        session.add(row)
    row.external_key = new.external_key
    row.name = new.name or row.name or ""
    # What is no language or time zone that we know stays as it was told; the completeness report counts it as wrong.
    row.language = standards.language(new.language) or new.language or row.language or ""
    row.timezone = standards.time_zone(new.timezone) or new.timezone or row.timezone or ""
    row.preferences = {**(row.preferences or {}), **new.preferences}
    row.attributes = {**(row.attributes or {}), **new.attributes}
    session.flush()
    customer = cast(CustomerId, row.id)
    for known in new.handles:
        identity.add_handle(session, scope, customer, known.handle, known.verified, now)
    return customer


def find_by_key(session: Session, scope: Scope, external_key: str) -> CustomerId | None:
    """Return the customer that a source knows under this id, if any."""
    row = _by_key(session, scope, external_key)
    return cast(CustomerId, row.id) if row else None


def get_customer(session: Session, scope: Scope, customer: CustomerId) -> Customer:
    """Return the person that a record belongs to.

    Raises:
        NotFound: there is none of this id in the scope.
    """
    found = get_customers(session, scope, [customer])
    if customer not in found:
        raise NotFound("There is no such customer.")
    return found[customer]


def get_customers(session: Session, scope: Scope, customers: Collection[CustomerId]) -> dict[CustomerId, Customer]:
    """Return the persons of several records at once, by the id of the record; unknown ids are left out."""
    known = _load(session, scope, customers)
    return {customer: known[customer] for customer in customers if customer in known}


def _by_key(session: Session, scope: Scope, external_key: str) -> CustomerRow | None:
    return session.scalar(
        select(CustomerRow).where(within(scope, CustomerRow), CustomerRow.external_key == external_key)
    )


def _adopt(session: Session, scope: Scope, new: NewCustomer, now: datetime) -> CustomerRow | None:
    """The record that a verified handle of theirs began and nobody has named yet, unless it may be somebody else's."""
    for known in new.handles:
        holder = identity.find_fresh(session, scope, known.handle, now) if known.verified else None
        row = session.get(CustomerRow, holder) if holder else None
        if row is not None and row.external_key is None and names.compare(row.name, new.name) == "same":
            return row
    return None


def _load(session: Session, scope: Scope, customers: Collection[CustomerId]) -> dict[CustomerId, Customer]:
    """Return the persons of these records, by the id of each record of theirs."""
    of = persons.persons_of(session, scope, customers)
    members = session.execute(
        select(MemberRow.customer, MemberRow.person).where(MemberRow.person.in_(list(of.values())))
    )
    of |= {cast(CustomerId, customer): cast(CustomerId, person) for customer, person in members}
    rows = session.scalars(select(CustomerRow).where(within(scope, CustomerRow), CustomerRow.id.in_(list(of))))
    grouped: dict[CustomerId, list[CustomerRow]] = {}
    for row in rows:
        grouped.setdefault(of[cast(CustomerId, row.id)], []).append(row)
    handles = _handles(session, list(of))
    people = {person: _merge(person, records, handles) for person, records in grouped.items()}
    return {customer: people[person] for customer, person in of.items() if person in people}


def _merge(person: CustomerId, rows: list[CustomerRow], handles: Mapping[str, list[KnownHandle]]) -> Customer:
    """One person of their records: a source's word goes before our own guess, an older record before a newer."""
    rows = sorted(rows, key=lambda row: (row.external_key is None, row.id))
    known = [handle for row in rows for handle in handles.get(row.id, ())]
    proven = {one.handle for one in known if one.verified}
    told = dict.fromkeys(KnownHandle(one.handle, one.handle in proven) for one in known)
    return Customer(
        id=person,
        name=next((row.name for row in rows if row.name), ""),
        language=next((row.language for row in rows if row.language), ""),
        timezone=next((row.timezone for row in rows if row.timezone), ""),
        preferences={key: value for row in reversed(rows) for key, value in (row.preferences or {}).items()},
        attributes={key: value for row in reversed(rows) for key, value in (row.attributes or {}).items()},
        handles=tuple(sorted(told, key=lambda one: not one.verified)),
        created_at=min(row.created_at for row in rows),
        records=tuple(cast(CustomerId, row.id) for row in sorted(rows, key=lambda row: row.id)),
    )


def _handles(session: Session, customers: Collection[CustomerId]) -> dict[str, list[KnownHandle]]:
    handles: dict[str, list[KnownHandle]] = {}
    for row in session.scalars(
        select(HandleRow)
        .where(HandleRow.customer.in_(list(customers)))
        .order_by(HandleRow.verified.desc(), HandleRow.created_at, HandleRow.id)
    ):
        known = KnownHandle(Handle(row.kind, row.value), row.verified and not row.shared)
        handles.setdefault(row.customer, []).append(known)
    return handles
