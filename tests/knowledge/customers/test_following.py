"""Replay from any cursor, then live: together the whole timeline, once, in order, however late a commit is."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.customers import timeline
from knowledge.customers.entries import Handle, NoteAdded
from knowledge.customers.identity import recognise
from knowledge.customers.live import Tail, Watcher
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database, open_database
from knowledge.scope import Scope
from tests.conftest import NOW

# Thousandths of a second that a writer dawdles between drawing a number and committing it, entry by entry.
dawdling = st.lists(st.lists(st.integers(0, 8), min_size=1, max_size=6), min_size=2, max_size=4)
readers = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 9)), min_size=1, max_size=5)


async def read(database: Database, scope: Scope, tail: Tail, begin: tuple[int, int], total: int, cut: int) -> list[int]:
    """Follow from some entries before the start, as one who was away; come back after every `cut` entries."""
    start, skip = begin
    cursor = first = max(0, start - skip)
    seen: list[int] = []
    while sum(seq > start for seq in seen) < total:
        taken = 0
        async for entry in tail.follow(cursor):
            if entry is not None:
                seen.append(entry.seq)
                cursor, taken = entry.seq, taken + 1
            if taken == cut or sum(seq > start for seq in seen) == total:
                break
    with database.read() as session:
        assert seen == [entry.seq for entry in timeline.after(session, scope, first)]
    return seen


@given(dawdling=dawdling, readers=readers)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_replay_and_live_are_the_whole_timeline(
    database: Database, scope: Scope, dawdling: list[list[int]], readers: list[tuple[int, int]]
) -> None:
    other = open_database(database.engine.url.render_as_string(hide_password=False))  # as another process is
    watcher = Watcher(database, scope, seconds=0.02)
    watcher.start()
    with database.write() as session:
        customer = recognise(session, scope, Handle("email", "a@b.example"), True, NOW)
        start = timeline.last_seq(session, scope)
    go = threading.Event()

    def write(writer: int) -> None:
        go.wait(10)
        for number, wait in enumerate(dawdling[writer]):
            with (database, other)[writer % 2].write() as session:
                timeline.append(session, scope, NewEntry(customer, NoteAdded(f"{writer}:{number}", "s"), NOW), NOW)
                time.sleep(wait / 1000)

    total = sum(map(len, dawdling))

    async def read_all() -> list[list[int]]:
        tail = Tail(database, scope)
        reading = [
            asyncio.ensure_future(read(database, scope, tail, (start, skip), total, cut)) for skip, cut in readers
        ]
        await asyncio.sleep(0)
        go.set()
        try:
            return await asyncio.wait_for(asyncio.gather(*reading), 30)
        finally:
            tail.close()

    with ThreadPoolExecutor(len(dawdling)) as pool:
        writing = [pool.submit(write, writer) for writer in range(len(dawdling))]
        seen = asyncio.run(read_all())
        for done in writing:
            done.result()
    watcher.stop()
    other.close()
    assert all(one[-total:] == seen[0][-total:] for one in seen)
