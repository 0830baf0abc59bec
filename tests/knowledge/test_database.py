"""The database opens, migrates and refuses what it cannot be."""

import os
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import StatementError

import knowledge.bot.tables
import knowledge.customers.attachment_tables
import knowledge.customers.codes
import knowledge.customers.link_tables
import knowledge.customers.outbox_tables
import knowledge.customers.presence
import knowledge.customers.privacy_tables
import knowledge.customers.resumes
import knowledge.customers.tables
import knowledge.library.tables
import knowledge.staff.tables
import knowledge.work.tables  # noqa: F401
from knowledge.customers.tables import CustomerRow
from knowledge.database import Base, Database, open_database
from knowledge.failures import Rejected, Unavailable


def test_migrations_make_the_tables_that_the_code_declares(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_again_changes_nothing(database: Database) -> None:
    open_database(database.engine.url.render_as_string(hide_password=False)).close()


def test_what_is_up_to_date_opens_while_somebody_writes(database: Database) -> None:
    with database.write() as session:
        session.add(CustomerRow(id="1", team="t", brand="b", created_at=datetime(2026, 1, 1, tzinfo=UTC)))
        session.flush()
        open_database(database.engine.url.render_as_string(hide_password=False)).close()


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://localhost/x"])
def test_other_databases_are_refused_with_the_remedy(url: str) -> None:
    with pytest.raises(Rejected, match="sqlite:////path"):
        open_database(url)


def test_a_server_that_is_down_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="does not answer"):
        open_database("postgresql://nobody@127.0.0.1:1/none")


def test_a_naive_time_is_refused_and_zones_come_back_as_utc(database: Database) -> None:
    row = {"id": "1", "team": "t", "brand": "b"}
    with pytest.raises(StatementError, match="zone"), database.write() as session:
        session.add(CustomerRow(**row, created_at=datetime(2026, 1, 1)))  # noqa: DTZ001
    east = datetime(2026, 1, 1, 5, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    with database.write() as session:
        session.add(CustomerRow(**row, created_at=east))
    with database.read() as session:
        read = session.get_one(CustomerRow, "1").created_at
    assert (read, read.tzinfo) == (datetime(2026, 1, 1, tzinfo=UTC), UTC)


def test_a_failed_unit_of_work_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.write() as session:
            session.add(CustomerRow(id="1", team="t", brand="b", created_at=datetime(2026, 1, 1, tzinfo=UTC)))
            session.flush()
            raise Rejected("no")

    with pytest.raises(Rejected):
        fail()
    with database.read() as session:
        assert session.get(CustomerRow, "1") is None


def test_nobody_else_can_read_the_record_even_in_a_shared_folder(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o777)
    before = os.umask(0)
    try:
        database = open_database(f"sqlite:///{folder / 'threadline.db'}")
        modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
        database.close()
    finally:
        os.umask(before)
    assert "threadline.db" in modes
    assert set(modes.values()) == {0o600}, modes
