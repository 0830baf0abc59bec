"""Following loses nothing and doubles nothing, whatever happens between the readers and the writers."""

import asyncio
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event

from knowledge.customers import live, timeline
from knowledge.customers.entries import Entry, Handle, NoteAdded
from knowledge.customers.identity import recognise
from knowledge.customers.live import Following, Tail, Watcher
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database, open_database
from knowledge.ids import CustomerId
from knowledge.scope import Scope
from tests.conftest import NOW

WRITERS, EACH = 4, 25


def customer_of(database: Database, scope: Scope) -> CustomerId:
    with database.write() as session:
        return recognise(session, scope, Handle("email", "a@b.example"), True, NOW)


def write(database: Database, scope: Scope, customer: CustomerId, text: str) -> None:
    with database.write() as session:
        timeline.append(session, scope, NewEntry(customer, NoteAdded(text, "s"), NOW), NOW)


async def read(database: Database, scope: Scope, cursor: int, count: int) -> list[int]:
    seen: list[int] = []
    tail = Tail(database, scope)
    async for entry in tail.follow(cursor):
        if entry is not None:
            seen.append(entry.seq)
        if len(seen) >= count:
            break
    tail.close()
    return seen


def test_readers_that_are_cut_and_resume_see_everything_once(database: Database, scope: Scope) -> None:
    customer = customer_of(database, scope)
    total = WRITERS * EACH

    def writes(writer: int) -> None:
        for number in range(EACH):
            write(database, scope, customer, f"{writer}:{number}")

    async def reading() -> list[int]:
        seen: list[int] = []
        while len(seen) < total:  # cut after every 7 entries, resumed after the last one seen
            seen += await read(database, scope, seen[-1] if seen else 0, min(7, total - len(seen)))
        return seen

    with ThreadPoolExecutor(WRITERS) as pool:
        writing = [pool.submit(writes, writer) for writer in range(WRITERS)]
        seen = asyncio.run(asyncio.wait_for(reading(), 60))
        for done in writing:
            done.result()
    with database.read() as session:
        assert seen == [entry.seq for entry in timeline.after(session, scope, 0)]


def test_a_commit_that_comes_late_is_not_passed_over(database: Database, scope: Scope) -> None:
    """A writer draws its number, then dawdles; another must wait, so no reader can get ahead of the first."""
    customer = customer_of(database, scope)
    drawn, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with database.write() as session:
            timeline.append(session, scope, NewEntry(customer, NoteAdded("slow", "s"), NOW), NOW)
            drawn.set()
            go_on.wait(10)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(slow)
        assert drawn.wait(10)
        second = pool.submit(write, database, scope, customer, "fast")
        with database.read() as session:
            assert timeline.after(session, scope, 0) == []
        assert not second.done()
        go_on.set()
        first.result(), second.result()
    with database.read() as session:
        assert [entry.payload.text for entry in timeline.after(session, scope, 0)] == ["slow", "fast"]  # type: ignore[union-attr]


def test_another_process_is_heard_through_the_watcher(database: Database, scope: Scope) -> None:
    customer = customer_of(database, scope)
    other = open_database(database.engine.url.render_as_string(hide_password=False))
    watcher = Watcher(database, scope, seconds=0.05)
    watcher.start()

    async def reading() -> list[int]:
        waiting = asyncio.create_task(read(database, scope, 0, 1))
        await asyncio.sleep(0.2)
        await asyncio.to_thread(write, other, scope, customer, "from elsewhere")
        return await asyncio.wait_for(waiting, 5)

    try:
        assert len(asyncio.run(reading())) == 1
    finally:
        watcher.stop()
        other.close()


def test_reading_does_not_wait_behind_other_slow_work(database: Database, scope: Scope) -> None:
    customer = customer_of(database, scope)
    write(database, scope, customer, "here")
    done = threading.Event()

    async def reading() -> list[int]:
        drafts = [asyncio.ensure_future(asyncio.to_thread(done.wait, 20)) for _ in range(64)]
        try:
            return await asyncio.wait_for(read(database, scope, 0, 1), 5)
        finally:
            done.set()
            await asyncio.gather(*drafts)

    assert len(asyncio.run(reading())) == 1


async def take(entries: AsyncIterator[Entry | None], count: int) -> list[int]:
    seen: list[int] = []
    while len(seen) < count:
        entry = await anext(entries)
        if entry is not None:
            seen.append(entry.seq)
    return seen


def test_a_commit_costs_one_read_however_many_listen(database: Database, scope: Scope) -> None:
    customer, listeners, commits = customer_of(database, scope), 100, 5
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))

    async def listening() -> None:
        tail = Tail(database, scope)
        readers = [asyncio.create_task(take(tail.follow(0), commits)) for _ in range(listeners)]
        await asyncio.sleep(0.2)
        asked.clear()
        for number in range(commits):
            await asyncio.to_thread(write, database, scope, customer, f"{number}")
            await asyncio.sleep(0.1)
        seen = await asyncio.wait_for(asyncio.gather(*readers), 10)
        assert all(one == seen[0] for one in seen)
        tail.close()

    asyncio.run(listening())
    reads = [statement for statement in asked if statement.startswith("SELECT entries.")]
    assert commits <= len(reads) <= 4 * commits


@pytest.mark.parametrize("batch", [1, 2, 500])
def test_whoever_is_behind_catches_up_with_the_others(
    database: Database, scope: Scope, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(live, "BATCH", batch)
    customer = customer_of(database, scope)
    with database.write() as session:
        other = recognise(session, scope, Handle("email", "c@d.example"), True, NOW)

    def writes() -> None:
        for number in range(20):
            write(database, scope, (customer, other)[number % 2], f"{number}")

    async def listening() -> list[list[int]]:
        tail = Tail(database, scope)
        early = [asyncio.create_task(take(tail.follow(0, Following(whose)), 20)) for whose in (customer, other)]
        await asyncio.to_thread(writes)
        late = [asyncio.create_task(take(tail.follow(start), 40 - start)) for start in (0, 7, 30)]
        await asyncio.to_thread(writes)
        try:
            return await asyncio.wait_for(asyncio.gather(*early, *late), 20)
        finally:
            tail.close()

    seen = asyncio.run(listening())
    with database.read() as session:
        stored = timeline.after(session, scope, 0)
    every = [entry.seq for entry in stored]
    mine, theirs = ([one.seq for one in stored if one.customer == whose] for whose in (customer, other))
    assert seen == [mine, theirs, every, every[7:], every[30:]]
