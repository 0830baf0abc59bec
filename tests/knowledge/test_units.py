"""A unit of work is stored as a whole or not at all, whichever way its statements take."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import IntegrityError, PendingRollbackError
from sqlalchemy.orm import Session

from knowledge import units
from knowledge.customers import timeline
from knowledge.customers.entries import Handle, NoteAdded
from knowledge.customers.identity import recognise
from knowledge.customers.tables import CustomerRow, EntryRow, PayloadRow
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database
from knowledge.ids import CustomerId
from knowledge.prepared import Prepared
from knowledge.scope import Scope
from knowledge.units import IDLE_UNITS
from tests.conftest import NOW

ORPHAN = {"entry": "nobody", "salt": b"s", "body": "x"}


def _customer(key: str) -> CustomerRow:
    scope = {"team": "main", "brand": "main"}
    return CustomerRow(id=key, name=key, preferences={}, attributes={}, created_at=NOW, **scope)


def _stored(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(CustomerRow.id).order_by(CustomerRow.id)))


def test_objects_statements_and_the_driver_share_one_transaction(database: Database, scope: Scope) -> None:
    with database.write() as session:
        session.add(_customer("a"))
        customer = recognise(session, scope, Handle("email", "a@b.example"), True, NOW)
        timeline.append(session, scope, NewEntry(customer, NoteAdded("hello", "kim"), NOW), NOW)
    assert set(_stored(database)) == {"a", customer}

    def stop() -> None:
        with database.write() as session:
            session.add(_customer("b"))
            timeline.append(session, scope, NewEntry(customer, NoteAdded("again", "kim"), NOW), NOW)
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        stop()
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(EntryRow)) == 1
    assert "b" not in _stored(database)


def test_what_only_waits_in_the_session_is_stored(database: Database) -> None:
    with database.write() as session:
        session.add(_customer("a"))
    with database.write() as session:
        found = session.get(CustomerRow, "a")
        assert found is not None
        found.name = "Ada"
    with database.read() as session:
        assert session.scalar(select(CustomerRow.name)) == "Ada"


def test_a_savepoint_is_undone_alone(database: Database) -> None:
    def fail(session: Session) -> None:
        with session.begin_nested():
            session.add(_customer("b"))
            session.flush()
            Prepared(insert(PayloadRow), *ORPHAN).run(session, ORPHAN)

    with database.write() as session:
        session.add(_customer("a"))
        with pytest.raises(IntegrityError):
            fail(session)
        session.add(_customer("c"))
    assert _stored(database) == ["a", "c"]


def test_nothing_is_stored_after_a_failure_that_somebody_swallowed(database: Database, scope: Scope) -> None:
    with database.write() as session:
        session.add(_customer("a"))

    def swallow() -> None:
        with database.write() as session:
            session.add(_customer("b"))
            session.flush()
            session.add(_customer("a"))
            with pytest.raises(IntegrityError):
                session.flush()
            timeline.append(session, scope, NewEntry(CustomerId("a"), NoteAdded("lost", "kim"), NOW), NOW)

    with pytest.raises(PendingRollbackError):
        swallow()
    assert _stored(database) == ["a"]
    with database.read() as session:
        assert timeline.last_seq(session, scope) == 0


def test_a_unit_begins_with_its_first_statement(database: Database) -> None:
    with database.write() as outer:
        with database.write() as inner:  # on SQLite it would wait for the outer one's lock
            inner.add(_customer("a"))
        outer.add(_customer("b"))
    assert _stored(database) == ["a", "b"]


def test_a_unit_gives_its_connection_back(database: Database) -> None:
    for number in range(40):  # more than the pool holds
        with database.write() as session:
            session.add(_customer(f"c{number:02}"))
        with pytest.raises(IntegrityError), database.write() as session:
            session.add(_customer(f"c{number:02}"))
    with database.write():
        pass
    assert len(_stored(database)) == 40


def test_a_unit_that_ended_well_is_taken_up_again_and_knows_nothing(database: Database) -> None:
    with database.write() as first:
        first.add(_customer("a"))
    kept = first.identity_map.values()
    with database.write() as second:
        assert (second is first, list(kept), second.in_transaction()) == (True, [], False)
        assert timeline.last_seq(second, Scope()) == 0
    with pytest.raises(ValueError, match="stop"), database.write() as third:
        raise ValueError("stop")
    with database.write() as fourth:
        assert fourth is not third


def test_few_units_are_kept(database: Database) -> None:
    with ExitStack() as together:
        units = [together.enter_context(database.write()) for _ in range(IDLE_UNITS + 2)]
        for number, unit in enumerate(units):
            unit.add(_customer(f"c{number}"))  # stored one after the other, at the end
    pool: Any = database.engine.pool
    assert pool.checkedout() == IDLE_UNITS
    assert len(_stored(database)) == IDLE_UNITS + 2


def test_units_of_many_threads_are_apart(database: Database, scope: Scope) -> None:
    with database.write() as session:
        session.add(_customer("a"))

    def work(number: int) -> None:
        for turn in range(20):
            new = NewEntry(CustomerId("a"), NoteAdded(f"{number}", "kim"), NOW, dedupe_key=f"{number}:{turn % 15}")
            with database.write() as session:
                timeline.append(session, scope, new, NOW)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(EntryRow)) == 60


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_an_idle_unit_whose_server_went_away_is_not_taken_up(database: Database) -> None:
    with database.write() as session:
        session.add(_customer("a"))
    end = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND state = 'idle'"
    )
    with database.read() as session:
        assert session.scalars(end).all()
    with database.write() as session:
        session.add(_customer("b"))
    assert _stored(database) == ["a", "b"]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize("rested", [0.0, units.IDLE_SECONDS + 1])
def test_a_reader_is_given_no_connection_that_has_gone(
    database: Database, monkeypatch: pytest.MonkeyPatch, rested: float
) -> None:
    with database.read() as one, database.read() as other:
        assert one.scalar(text("SELECT pg_backend_pid()")) != other.scalar(text("SELECT pg_backend_pid()"))
    monkeypatch.setattr("knowledge.database.monotonic", lambda: monotonic() + rested)
    end = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND state = 'idle'"
    )
    with database.read() as session:
        assert session.scalars(end).all()
    with database.read() as one, database.read() as other:
        assert one.scalar(text("SELECT pg_backend_pid()")) != other.scalar(text("SELECT pg_backend_pid()"))


def test_a_unit_that_rested_too_long_is_made_anew(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with database.write() as first:
        first.add(_customer("a"))
    monkeypatch.setattr(units, "monotonic", lambda: monotonic() + units.IDLE_SECONDS)
    with database.write() as second:
        second.add(_customer("b"))
    assert second is not first
    assert _stored(database) == ["a", "b"]
