"""Following loses nothing and doubles nothing, whatever happens between the readers and the writers."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

from knowledge.customers import timeline
from knowledge.customers.entries import Handle, NoteAdded
from knowledge.customers.identity import recognise
from knowledge.customers.live import Watcher, follow
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
    async for entry in follow(database, scope, cursor):
        if entry is not None:
            seen.append(entry.seq)
        if len(seen) >= count:
            break
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
