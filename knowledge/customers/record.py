"""The record: who a customer is, with every handle they are known by."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from knowledge.customers import identity, names, persons, standards
from knowledge.customers.entries import Handle
from knowledge.customers.tables import CustomerRow, HandleRow
from knowledge.failures import NotFound
from knowledge.ids import CustomerId, new_id
from knowledge.prepared import Prepared, among
from knowledge.scope import Scope

_TABLE, _HANDLE = CustomerRow.__table__.c, HandleRow.__table__.c
_MINE = (_TABLE.team == bindparam("team"), _TABLE.brand == bindparam("brand"))
_INSERT = Prepared(insert(CustomerRow), *_TABLE.keys())
_HANDLES = Prepared(
    select(_HANDLE.customer, _HANDLE.kind, _HANDLE.value, _HANDLE.verified, _HANDLE.shared)
    .where(among(_HANDLE.customer, "customers"))
    .order_by(_HANDLE.verified.desc(), _HANDLE.created_at, _HANDLE.id)
)


class _Row(NamedTuple):
    """What a record says, by the names of its columns."""

    id: CustomerId
    external_key: str | None
    name: str
    language: str
    timezone: str
    preferences: Mapping[str, object] | None
    attributes: Mapping[str, object] | None
    created_at: datetime


_TOLD = select(*(_TABLE[name] for name in _Row._fields)).where(*_MINE)
_ROWS = Prepared(_TOLD.where(among(_TABLE.id, "ids")))
_BY_KEY = Prepared(_TOLD.where(_TABLE.external_key == bindparam("key")))


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
    before = _by_key(session, scope, new.external_key) or _adopt(session, scope, new, now)
    if before is None:
        customer = CustomerId(new_id())
        _INSERT.run(session, {"id": customer, **vars(scope), "created_at": now, **_told(new)})
    else:
        customer = CustomerId(before.id)
        after = _after(before, _told(new))
        if any(getattr(before, name) != value for name, value in after.items()):
            row = session.get_one(CustomerRow, customer)
            for name, value in after.items():
                setattr(row, name, value)
            session.flush()
    for one in new.handles:
        identity.add_handle(session, scope, customer, one.handle, one.verified, now)
    return customer


def _told(new: NewCustomer) -> dict[str, Any]:
    """The columns that a source tells of."""
    return {
        "external_key": new.external_key,
        "name": new.name,
        # What is no language or time zone that we know stays as it was told; the completeness report counts it.
        "language": standards.language(new.language) or new.language,
        "timezone": standards.time_zone(new.timezone) or new.timezone,
        "preferences": dict(new.preferences),
        "attributes": dict(new.attributes),
    }


def _after(before: _Row | CustomerRow, told: Mapping[str, Any]) -> dict[str, Any]:
    """What is told anew wins; what is not stays."""
    return {
        "external_key": told["external_key"],
        **{name: told[name] or getattr(before, name) for name in ("name", "language", "timezone")},
        "preferences": {**(before.preferences or {}), **told["preferences"]},
        "attributes": {**(before.attributes or {}), **told["attributes"]},
    }


def find_by_key(session: Session, scope: Scope, external_key: str) -> CustomerId | None:
    """Return the customer that a source knows under this id, if any."""
    found = _by_key(session, scope, external_key)
    return found.id if found else None


def _by_key(session: Session, scope: Scope, external_key: str) -> _Row | None:
    session.flush()
    found = _BY_KEY.first(session, {**vars(scope), "key": external_key})
    return _Row._make(found) if found else None


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
    of = persons.with_fellows(session, scope, customers)
    session.flush()
    grouped: dict[CustomerId, list[_Row]] = {}
    for row in map(_Row._make, _ROWS.all(session, {**vars(scope), "ids": list(of)})):
        grouped.setdefault(of[row.id], []).append(row)
    handles = _handles(session, list(of))
    people = {person: _merge(person, records, handles) for person, records in grouped.items()}
    return {customer: people[person] for customer, person in of.items() if person in people}


def _merge(person: CustomerId, rows: list[_Row], handles: Mapping[str, list[KnownHandle]]) -> Customer:
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
        records=tuple(sorted(row.id for row in rows)),
    )


def _handles(session: Session, customers: Collection[CustomerId]) -> dict[str, list[KnownHandle]]:
    handles: dict[str, list[KnownHandle]] = {}
    for customer, kind, value, verified, shared in _HANDLES.all(session, {"customers": list(customers)}):
        handles.setdefault(customer, []).append(KnownHandle(Handle(kind, value), verified and not shared))
    return handles
