"""The ear hears another process's commit at once on PostgreSQL, and by time when nothing can be heard."""

import threading
import time

import pytest
from sqlalchemy import text

from knowledge.customers import timeline
from knowledge.database import Database, open_database
from knowledge.ear import Ear
from knowledge.scope import Scope


def announce(database: Database, scope: Scope) -> None:
    with database.write() as session:
        timeline.hold(session, scope)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_commit_elsewhere_is_heard_long_before_the_time_is_over(database: Database, scope: Scope) -> None:
    other = open_database(database.engine.url.render_as_string(hide_password=False))
    ear, stop = Ear(database), threading.Event()
    assert not ear.wait(0.01, stop)  # listens from here on
    begun = time.monotonic()
    speaking = threading.Timer(0.1, announce, (other, scope))
    speaking.start()
    assert ear.wait(20, stop)
    assert time.monotonic() - begun < 10
    speaking.join()
    ear.close()
    other.close()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_broken_connection_is_made_anew(database: Database, scope: Scope) -> None:
    ear, stop = Ear(database), threading.Event()
    ear.wait(0.01, stop)
    with database.engine.begin() as connection:
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND pid <> :me"),
            {"me": connection.scalar(text("SELECT pg_backend_pid()"))},
        )
    assert not ear.wait(0.1, stop)
    assert not ear.wait(0.1, stop)
    announce(database, scope)
    assert ear.wait(20, stop)
    ear.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_without_notifications_it_waits_its_time(database: Database) -> None:
    ear, stop = Ear(database), threading.Event()
    begun = time.monotonic()
    assert not ear.wait(0.05, stop)
    assert time.monotonic() - begun >= 0.04
    stop.set()
    assert not ear.wait(60, stop)
    ear.close()
