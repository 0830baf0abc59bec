"""Lags are counted in narrow classes, kept by day, and added up over processes and restarts."""

import asyncio
from datetime import date, datetime, timedelta

import pytest

from knowledge.customers import timeline
from knowledge.customers.entries import Entry, Handle, NoteAdded
from knowledge.customers.identity import recognise
from knowledge.customers.lags import LEAST, MOST, Lags, lags_of, seconds_of, step_of
from knowledge.customers.live import Tail
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database
from knowledge.ids import CustomerId
from knowledge.scope import Scope
from tests.conftest import NOW


class Clock:
    """Stands still unless it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def customer(database: Database, scope: Scope) -> CustomerId:
    with database.write() as session:
        return recognise(session, scope, Handle("email", "a@b.example"), True, NOW)


def write(database: Database, scope: Scope, customer: CustomerId, now: datetime, happened: datetime) -> Entry:
    with database.write() as session:
        return timeline.append(session, scope, NewEntry(customer, NoteAdded("x", "s"), happened), now)


@pytest.mark.parametrize("seconds", [0.0, 0.001, 0.0011, 0.02, 0.25, 1.0, 7.0, 3600.0])
def test_a_class_holds_its_lag_and_is_a_tenth_wide(seconds: float) -> None:
    step = step_of(seconds)
    assert seconds <= seconds_of(step) * (1 + 1e-9)
    assert step == 0 or seconds > seconds_of(step - 1) * (1 - 1e-9)
    assert seconds_of(0) == LEAST
    assert step_of(10**9) == MOST


def test_what_processes_saw_adds_up(database: Database, scope: Scope, customer: CustomerId) -> None:
    clock = Clock()
    one, other = Lags(database, scope, clock), Lags(database, scope, clock)
    entry = write(database, scope, customer, NOW, NOW)
    old = write(database, scope, customer, NOW, NOW - timedelta(days=3))  # imported: it tells nothing of readers
    clock.now = NOW + timedelta(milliseconds=250)
    one.note([entry, old])
    other.note([entry, entry])
    for lags in (one, other, one):  # nothing is counted twice
        lags.keep()
    clock.now = NOW + timedelta(days=1)
    one.note([entry])
    one.keep()
    with database.read() as session:
        found = lags_of(session, scope)
        assert lags_of(session, Scope(team="other")) == {}
    assert found == {NOW.date(): {step_of(0.25): 3}, date(2026, 11, 21): {step_of(86_400): 1}}


def test_only_what_somebody_waited_for_is_counted(database: Database, scope: Scope, customer: CustomerId) -> None:
    clock = Clock()
    lags = Lags(database, scope, clock)

    async def listen(tail: Tail, cursor: int, wanted: int) -> None:
        following = tail.follow(cursor)
        waiting = asyncio.ensure_future(anext(following))
        await asyncio.sleep(0.05)
        for number in range(wanted):
            await asyncio.to_thread(write, database, scope, customer, clock.now, clock.now)
            clock.now += timedelta(seconds=2)
            entry = await waiting
            assert entry is not None
            if number + 1 < wanted:
                waiting = asyncio.ensure_future(anext(following))
        await following.aclose()

    async def twice() -> None:
        tail = Tail(database, scope, lags)
        with database.read() as session:
            last = timeline.last_seq(session, scope)
        await listen(tail, last, 2)
        write(database, scope, customer, clock.now, clock.now)  # nobody listens
        clock.now += timedelta(hours=1)
        with database.read() as session:
            last = timeline.last_seq(session, scope)
        await listen(tail, last, 1)
        tail.close()

    asyncio.run(asyncio.wait_for(twice(), 20))
    lags.keep()
    with database.read() as session:
        counted = lags_of(session, scope)
    assert sum(sum(steps.values()) for steps in counted.values()) == 3
    assert all(seconds_of(step) < 3 for steps in counted.values() for step in steps)
