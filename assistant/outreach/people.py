"""Everybody with what triggers look at, one person at a time."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.outreach.firing import Entries, Others, others_of
from assistant.outreach.triggers import Plan
from assistant.outreach.whens import SameProblem
from knowledge.customers import persons, remaining
from knowledge.customers.entries import Entry
from knowledge.customers.tables import CustomerRow, EntryRow
from knowledge.ids import CustomerId
from knowledge.scope import Scope, within

# What some trigger looks at; entries of other kinds are not read.
KINDS = (
    "order_recorded",
    "product_event",
    "account_recorded",
    "page_viewed",
    "survey_answered",
    "message_received",
    "message_sent",
    "mood_noted",
)
_AT_ONCE = 500


def everybody(session: Session, scope: Scope) -> Iterator[tuple[CustomerId, Entries]]:
    """Yield every person with all their entries of `KINDS`, over all records that are theirs."""
    ids = [CustomerId(one) for one in session.scalars(select(CustomerRow.id).where(within(scope, CustomerRow)))]
    whose = persons.persons_of(session, scope, ids)
    records: dict[CustomerId, list[CustomerId]] = {}
    for one in sorted(ids):
        records.setdefault(whose.get(one, one), []).append(one)
    people = sorted(records)
    for start in range(0, len(people), _AT_ONCE):
        batch = people[start : start + _AT_ONCE]
        entries: dict[CustomerId, list[Entry]] = {one: [] for one in batch}
        owners = {record: person for person in batch for record in records[person]}
        for entry in remaining.of_kinds(session, scope, list(owners), KINDS):
            entries[owners[entry.customer]].append(entry)
        yield from entries.items()


def others(session: Session, scope: Scope, plan: Plan) -> Others:
    """Return what triggers need to know of other customers; nothing is read where none needs it."""
    days = {one.when.event: one.when.days for one in plan.triggers if isinstance(one.when, SameProblem)}
    if not days:
        return Others()
    named = select(EntryRow.customer).where(within(scope, EntryRow), EntryRow.kind == "product_event").distinct()
    had = {CustomerId(one) for one in session.scalars(named)}
    told = {person: entries for person, entries in everybody(session, scope) if had & {one.customer for one in entries}}
    return others_of(told, days)
