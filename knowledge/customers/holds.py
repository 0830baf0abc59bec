"""Legal hold: while a law or a dispute asks for it, a person's record is neither erased nor shortened."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.customers import persons, record, remaining, timeline
from knowledge.customers.entries import Entry
from knowledge.customers.inbox import clean
from knowledge.customers.privacy_entries import HoldSet
from knowledge.customers.seldom import of_kinds
from knowledge.customers.tables import EntryRow
from knowledge.customers.timeline import NewEntry
from knowledge.failures import Conflict
from knowledge.ids import CustomerId
from knowledge.scope import Scope

KIND = "hold_set"
_MAX_REASON_CHARS = 500


def fold(entries: Iterable[Entry]) -> dict[CustomerId, HoldSet]:
    """Return the holds that stand, by record; of two at the same moment the one that holds counts."""
    latest: dict[CustomerId, tuple[datetime, bool, HoldSet]] = {}
    for entry in entries:
        said = entry.payload
        if isinstance(said, HoldSet):
            found = (entry.at, said.on, said)
            known = latest.get(entry.customer, found)
            latest[entry.customer] = max(known, found, key=lambda one: one[:2])
    return {customer: said for customer, (_, on, said) in latest.items() if on}


def set_hold(session: Session, scope: Scope, customer: CustomerId, said: HoldSet, now: datetime) -> Entry:
    """Place or lift a hold.

    Raises:
        NotFound: there is no such customer.
        Rejected: no reason is given, or it is too long.
    """
    clean(said.reason, 1, _MAX_REASON_CHARS)
    timeline.hold(session, scope)
    record.get_customer(session, scope, customer)
    return timeline.append(session, scope, NewEntry(customer, said, now), now)


def hold_on(session: Session, scope: Scope, records: Collection[CustomerId]) -> HoldSet | None:
    """Return a hold that stands on one of these records, if any."""
    return next(iter(fold(remaining.of_kinds(session, scope, records, [KIND])).values()), None)


def refuse_held(session: Session, scope: Scope, records: Collection[CustomerId]) -> None:
    """Raise Conflict, with who placed it and why, when a hold stands on one of these records."""
    held = hold_on(session, scope, records)
    if held is not None:
        raise Conflict(
            f"A legal hold by {held.author} forbids erasing this record: {held.reason}",
            "Lift it first, when its reason no longer holds: threadline privacy hold --lift.",
        )


def held_records(session: Session, scope: Scope) -> set[CustomerId]:
    """Return every record on hold, those of the same person included."""
    named = session.scalars(select(EntryRow.customer).where(of_kinds(scope, KIND)).distinct())
    standing = fold(remaining.of_kinds(session, scope, [CustomerId(one) for one in named], [KIND]))
    return {one for customer in standing for one in persons.records_of(session, scope, customer)}
