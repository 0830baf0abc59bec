"""The record: who a customer is, with every handle they are known by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from knowledge.customers import identity
from knowledge.customers.entries import Handle
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
    """A person as we know them."""

    id: CustomerId
    name: str
    language: str
    timezone: str
    preferences: Mapping[str, object]
    attributes: Mapping[str, object]
    handles: tuple[KnownHandle, ...]
    created_at: datetime

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
    row = _by_key(session, scope, new.external_key) or _adopt(session, scope, new)
    if row is None:
        row = CustomerRow(id=new_id(), team=scope.team, brand=scope.brand, created_at=now)
        session.add(row)
    row.external_key = new.external_key
    row.name = new.name or row.name or ""
    row.language = new.language or row.language or ""
    row.timezone = new.timezone or row.timezone or ""
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
    """Return a customer.

    Raises:
        NotFound: there is none of this id in the scope.
    """
    found = _load(session, scope, [customer])
    if not found:
        raise NotFound("There is no such customer.")
    return found[0]


def get_customers(session: Session, scope: Scope, customers: list[CustomerId]) -> dict[CustomerId, Customer]:
    """Return several customers at once, by id; unknown ids are left out."""
    return {customer.id: customer for customer in _load(session, scope, customers)}


def list_customers(
    session: Session, scope: Scope, *, words: str = "", limit: int = 50, offset: int = 0
) -> list[Customer]:
    """Return customers by name; `words` must occur in the name or in a handle."""
    query = select(CustomerRow.id).where(within(scope, CustomerRow))
    for word in words.split()[:8]:
        pattern = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        owners = select(HandleRow.customer).where(within(scope, HandleRow), HandleRow.value.ilike(pattern, escape="\\"))
        named = CustomerRow.name.ilike(pattern, escape="\\")
        query = query.where(or_(named, CustomerRow.id.in_(owners)))
    ids = session.scalars(
        query.order_by(CustomerRow.name == "", CustomerRow.name, CustomerRow.id).limit(limit).offset(offset)
    ).all()
    known = get_customers(session, scope, [cast(CustomerId, found) for found in ids])
    return [known[cast(CustomerId, found)] for found in ids]


def _by_key(session: Session, scope: Scope, external_key: str) -> CustomerRow | None:
    return session.scalar(
        select(CustomerRow).where(within(scope, CustomerRow), CustomerRow.external_key == external_key)
    )


def _adopt(session: Session, scope: Scope, new: NewCustomer) -> CustomerRow | None:
    for known in new.handles:
        holder = identity.find(session, scope, known.handle) if known.verified else None
        row = session.get(CustomerRow, holder) if holder else None
        if row is not None and row.external_key is None:
            return row
    return None


def _load(session: Session, scope: Scope, customers: list[CustomerId]) -> list[Customer]:
    rows = session.scalars(select(CustomerRow).where(within(scope, CustomerRow), CustomerRow.id.in_(customers))).all()
    handles: dict[str, list[KnownHandle]] = {row.id: [] for row in rows}
    for handle in session.scalars(
        select(HandleRow)
        .where(HandleRow.customer.in_(list(handles)))
        .order_by(HandleRow.verified.desc(), HandleRow.created_at, HandleRow.id)
    ):
        handles[handle.customer].append(KnownHandle(Handle(handle.kind, handle.value), handle.verified))
    return [
        Customer(
            id=cast(CustomerId, row.id),
            name=row.name,
            language=row.language,
            timezone=row.timezone,
            preferences=row.preferences,
            attributes=row.attributes,
            handles=tuple(handles[row.id]),
            created_at=row.created_at,
        )
        for row in rows
    ]
