"""The timeline keeps what it is given, in order, once."""

import hashlib
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, event, select

from knowledge.customers import timeline
from knowledge.customers.entries import Handle, NoteAdded, OrderItem, OrderRecorded, as_json
from knowledge.customers.identity import recognise
from knowledge.customers.tables import EntryRow, PayloadRow
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database
from knowledge.failures import NotFound
from knowledge.ids import EntryId
from knowledge.scope import Scope
from tests.conftest import NOW


def test_what_was_appended_is_read_back(database: Database, scope: Scope) -> None:
    order = OrderRecorded("TF-1", "shipped", (OrderItem("Tent", 1, "T", Decimal("349.00")),), Decimal("349.00"), "GBP")
    with database.write() as session:
        customer = recognise(session, scope, Handle("email", "a@b.example"), True, NOW)
        appended = timeline.append(session, scope, NewEntry(customer, order, NOW), NOW)
    with database.read() as session:
        assert timeline.get_entry(session, scope, appended.id) == appended
        assert timeline.page(session, scope, customer=customer) == [appended]
    assert as_json(appended)["payload"]["total"] == "349.00"


def test_pages_go_back_in_time_without_gap_or_overlap(database: Database, scope: Scope) -> None:
    with database.write() as session:
        customer = recognise(session, scope, Handle("email", "a@b.example"), True, NOW)
        for number in (3, 1, 2, 2, 5, 4, 0):  # as they came; twice at the same minute
            note = NoteAdded(f"at {number}", "sara")
            timeline.append(session, scope, NewEntry(customer, note, NOW + timedelta(minutes=number)), NOW)
    with database.read() as session:
        seen: list[int] = []
        before: int | None = None
        while page := timeline.page(session, scope, customer=customer, before=before, limit=3):
            seen = [entry.seq for entry in page] + seen
            before = page[0].seq
        whole = [entry.seq for entry in timeline.page(session, scope, customer=customer, limit=100)]
    assert seen == whole == [7, 2, 3, 4, 1, 6, 5]


def test_a_dedupe_key_is_stored_once(database: Database, scope: Scope) -> None:
    with database.write() as session:
        customer = recognise(session, scope, Handle("email", "a@b.example"), True, NOW)
        first = timeline.append(session, scope, NewEntry(customer, NoteAdded("a", "s"), NOW, dedupe_key="k"), NOW)
        second = timeline.append(session, scope, NewEntry(customer, NoteAdded("b", "s"), NOW, dedupe_key="k"), NOW)
    assert first == second


def test_the_digest_proves_the_payload_and_dies_with_its_salt(database: Database, scope: Scope) -> None:
    with database.write() as session:
        customer = recognise(session, scope, Handle("email", "a@b.example"), True, NOW)
        entry = timeline.append(session, scope, NewEntry(customer, NoteAdded("secret", "s"), NOW), NOW)
    with database.write() as session:
        payload = session.scalars(select(PayloadRow)).one()
        digest = session.scalars(select(EntryRow.digest)).one()
        assert digest == hashlib.sha256(payload.salt + payload.body.encode()).hexdigest()
        session.execute(delete(PayloadRow))
    with database.read() as session:
        forgotten = timeline.get_entry(session, scope, entry.id)
    assert (forgotten.seq, forgotten.kind, forgotten.payload) == (entry.seq, "note_added", None)


def test_a_missing_entry_is_not_found(database: Database, scope: Scope) -> None:
    with database.read() as session, pytest.raises(NotFound):
        timeline.get_entry(session, scope, EntryId("nope"))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_is_new_is_read_by_number_without_sorting_all_there_is(database: Database, scope: Scope) -> None:
    plans: list[str] = []

    def explain(connection: object, cursor: object, statement: str, parameters: tuple[object, ...], *_: object) -> None:
        if statement.startswith("SELECT"):
            with database.engine.connect() as other:
                rows = other.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                plans.append("; ".join(row[-1] for row in rows))

    with database.read() as session:
        event.listen(session.connection().engine, "before_cursor_execute", explain)
        timeline.after(session, scope, 5)
        timeline.last_seq(session, scope)
    event.remove(session.get_bind().engine, "before_cursor_execute", explain)
    assert len(plans) == 2
    assert not any("TEMP B-TREE" in plan or "ix_entries" in plan for plan in plans), plans
