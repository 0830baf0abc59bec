"""Those for whom a trigger may have gone off, with what it looks at: one batch of people in memory at a time."""

from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import groupby, islice

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from assistant.outreach.firing import Entries, Others, others_of
from assistant.outreach.looking import Reading
from assistant.outreach.triggers import Plan
from assistant.outreach.whens import SameProblem
from knowledge.customers import remaining
from knowledge.customers.entries import Entry
from knowledge.customers.link_tables import MemberRow
from knowledge.customers.tables import CustomerRow, EntryRow
from knowledge.ids import CustomerId
from knowledge.scope import Scope, within

_AT_ONCE = 500


def reached(session: Session, scope: Scope, read: Reading) -> Iterator[tuple[CustomerId, Entries]]:
    """Yield every person who is to be read with their entries of `read.kinds`, over all records that are theirs."""
    if not read.since:
        return
    rows = session.execute(_records(scope, read).execution_options(yield_per=_AT_ONCE * 4))
    people = groupby(rows, key=lambda row: row.person)
    records = ((CustomerId(person), [CustomerId(row.id) for row in group]) for person, group in people)
    while batch := list(islice(records, _AT_ONCE)):
        entries: dict[CustomerId, list[Entry]] = {person: [] for person, _ in batch}
        owners = {record: person for person, mine in batch for record in mine}
        for entry in remaining.of_kinds(session, scope, list(owners), read.kinds):
            entries[owners[entry.customer]].append(entry)
        yield from entries.items()


def _records(scope: Scope, read: Reading) -> Select[str, str]:
    """Every record of every person one of whose records has an entry that may have set something off."""
    seen = aliased(MemberRow)
    kinds = or_(*(_since(kind, at) for kind, at in read.since.items()))
    wanted = (
        select(func.coalesce(seen.person, EntryRow.customer))
        .outerjoin_from(EntryRow, seen, and_(within(scope, seen), seen.customer == EntryRow.customer))
        .where(within(scope, EntryRow), kinds)
    )
    person = func.coalesce(MemberRow.person, CustomerRow.id)
    return (
        select(CustomerRow.id, person.label("person"))
        .outerjoin_from(CustomerRow, MemberRow, and_(within(scope, MemberRow), MemberRow.customer == CustomerRow.id))
        .where(within(scope, CustomerRow), person.in_(wanted))
        .order_by(person, CustomerRow.id)
    )


def _since(kind: str, at: datetime | None) -> ColumnElement[bool]:
    of_kind = EntryRow.kind == kind
    return of_kind if at is None else and_(of_kind, EntryRow.at > at)


def records_of(session: Session, scope: Scope, persons: Collection[CustomerId]) -> dict[CustomerId, CustomerId]:
    """Return every record of each of these people, with the one under which they were written to."""
    mine, told = aliased(MemberRow), aliased(MemberRow)
    linked = session.execute(
        select(mine.customer, told.customer.label("asked"))
        .join(told, and_(within(scope, told), told.person == mine.person))
        .where(within(scope, mine), told.customer.in_(persons))
    )
    alone = {one: one for one in persons}
    return alone | {CustomerId(row.customer): CustomerId(row.asked) for row in linked}


def others(session: Session, scope: Scope, plan: Plan) -> Others:
    """Return what triggers need to know of other customers; nothing is read where none needs it."""
    days = {one.when.event: one.when.days for one in plan.triggers if isinstance(one.when, SameProblem)}
    if not days:
        return Others()
    kinds = ("product_event", "message_received")
    return others_of(reached(session, scope, Reading(kinds, {"product_event": None})), days)
