"""Preferring: what a customer prefers, as a colleague writes it down."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.customers import timeline
from knowledge.customers.entries import Entry
from knowledge.customers.record import get_customer
from knowledge.customers.record_entries import PreferenceSet
from knowledge.customers.tables import CustomerRow
from knowledge.customers.timeline import NewEntry
from knowledge.failures import Rejected
from knowledge.ids import CustomerId
from knowledge.scope import Scope, within

MOST = 50


def prefer(session: Session, scope: Scope, customer: CustomerId, said: PreferenceSet, now: datetime) -> Entry | None:
    """Write a preference down; `None` when it is known already. An empty value takes it out of every record of theirs.

    Raises:
        NotFound: there is no such customer.
        Rejected: they have too many preferences already.
    """
    timeline.hold(session, scope)
    person = get_customer(session, scope, customer)
    if person.preferences.get(said.name, "") == said.value:
        return None
    if said.value and len({*person.preferences, said.name}) > MOST:
        raise Rejected(f"A customer has at most {MOST} preferences.", "Take one out first: an empty value does.")
    query = select(CustomerRow).where(within(scope, CustomerRow), CustomerRow.id.in_(person.records))
    rows = sorted(session.scalars(query), key=lambda row: (row.external_key is None, row.id))
    for row in rows:
        row.preferences = {
            name: value for name, value in (row.preferences or {}).items() if said.value or name != said.name
        }
    if said.value:
        # The record whose word goes first, as it does in `record.get_customer`.
        rows[0].preferences = {**rows[0].preferences, said.name: said.value}
    return timeline.append(session, scope, NewEntry(CustomerId(rows[0].id), said, now), now)
