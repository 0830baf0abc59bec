"""Live following: the newest entries are read once for all who listen, older ones by whoever is behind."""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy.exc import OperationalError

from knowledge.customers import timeline
from knowledge.customers.entries import Entry
from knowledge.customers.lags import Lags
from knowledge.customers.persons import Whose
from knowledge.database import Database
from knowledge.ear import Ear
from knowledge.ids import ConversationId, CustomerId
from knowledge.scope import Scope

BATCH = 500
READERS = 4
Read = TypeVar("Read")


@dataclass(frozen=True)
class Following:
    """What one reader follows: every entry, or those of a customer's record or records, of a conversation, or both."""

    customer: Whose | None = None
    conversation: ConversationId | None = None

    @property
    def records(self) -> tuple[CustomerId, ...] | None:
        """The records that are followed, `None` for all. Who is one person is settled when following begins."""
        return self.customer if self.customer is None or isinstance(self.customer, tuple) else (self.customer,)

    def wants(self, entry: Entry) -> bool:
        """Tell whether the entry is for this reader."""
        theirs = self.records is None or entry.customer in self.records
        return theirs and (self.conversation is None or entry.conversation == self.conversation)


ALL = Following()


class Tail:
    """The newest entries of a scope, shared by the readers of one event loop.

    A commit costs one read, however many listen. The threads are its own: whatever else waits in the process's common
    ones does not hold up a stream.
    """

    def __init__(self, database: Database, scope: Scope, lags: Lags | None = None) -> None:
        self._database, self._scope, self._lags = database, scope, lags
        self._followers = 0
        # Since when somebody has followed without a break, `None` while nobody does.
        self._heard_since: datetime | None = None
        self._threads = ThreadPoolExecutor(READERS, "timeline-reader")
        # All entries with `_begins` < seq <= `_ends`, in order; nothing is known before the first read.
        self._kept: deque[Entry] = deque()
        self._begins = self._ends = -1
        self._running: asyncio.Task[None] | None = None
        self._next: asyncio.Task[None] | None = None

    async def follow(self, cursor: int, what: Following = ALL) -> AsyncIterator[Entry | None]:
        """Yield every entry after the cursor, for ever: first what is there, then what comes.

        Nothing is lost (the ear is open before each read) or doubled (each read starts after the last one's end).
        Yields `None` after a quiet quarter of a minute, so that the caller can tell the other end that it lives.
        """
        with self._followed():
            while True:
                listener = self._database.bell.listen()
                entries, cursor, more = await self._after(cursor, what)
                for entry in entries:
                    yield entry
                if not more and not await listener.wait(seconds=15):
                    yield None

    @contextmanager
    def _followed(self) -> Iterator[None]:
        if not self._followers and self._lags:
            self._heard_since = self._lags.clock()
        self._followers += 1
        try:
            yield
        finally:
            self._followers -= 1
            if not self._followers:
                self._heard_since = None

    async def in_thread(self, read: Callable[[], Read]) -> Read:
        """Run what reads the database in one of the tail's own threads."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, read)

    def close(self) -> None:
        """Wait for the reads that run and end the threads; no reader may come afterwards."""
        self._threads.shutdown()

    async def _after(self, cursor: int, what: Following) -> tuple[list[Entry], int, bool]:
        """Return the entries after the cursor, the cursor after them, and whether more wait to be read."""
        await self._refresh()
        if cursor < self._begins:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._read_behind, cursor, what)
        found: list[Entry] = []
        for entry in reversed(self._kept):
            if entry.seq <= cursor:
                break
            if what.wants(entry):
                found.append(entry)
        return found[::-1], max(cursor, self._ends), False

    async def _refresh(self) -> None:
        """Read what is new. Who is woken joins a read that has not begun: one that runs may have missed the news."""
        if self._next is None:
            self._next = asyncio.ensure_future(self._read_on(self._running))
        await asyncio.shield(self._next)

    async def _read_on(self, before: "asyncio.Task[None] | None") -> None:
        if before is not None:
            await asyncio.wait([before])
        self._running, self._next = asyncio.current_task(), None
        loop = asyncio.get_running_loop()
        self._keep(*await loop.run_in_executor(self._threads, self._read_newest, self._ends))

    def _keep(self, entries: list[Entry], ends: int) -> None:
        """Take in what was read. A gap empties what is kept: readers then read what they miss by themselves."""
        if self._begins < 0 or len(entries) == BATCH:
            self._kept.clear()
            self._begins = self._ends = ends
            return
        if self._lags and self._heard_since:  # what came while nobody listened was late for nobody
            self._lags.note(one for one in entries if one.recorded_at >= self._heard_since)
        for entry in entries:
            if entry.kind == "erased":
                self._forget(entry.customer)
            self._kept.append(entry)
            self._ends = entry.seq
        while len(self._kept) > BATCH:
            self._begins = self._kept.popleft().seq

    def _forget(self, customer: CustomerId) -> None:
        """Drop what a forgotten customer's entries said, as their rows did."""
        self._kept = deque(replace(one, payload=None) if one.customer == customer else one for one in self._kept)

    def _read_newest(self, ends: int) -> tuple[list[Entry], int]:
        with self._database.read() as session:
            entries = timeline.after(session, self._scope, ends, limit=BATCH) if ends >= 0 else []
            return entries, timeline.last_seq(session, self._scope)

    def _read_behind(self, cursor: int, what: Following) -> tuple[list[Entry], int, bool]:
        with self._database.read() as session:
            last = timeline.last_seq(session, self._scope)  # before the entries: they are all there up to it
            entries = timeline.after(
                session, self._scope, cursor, customer=what.records, conversation=what.conversation, limit=BATCH
            )
        if len(entries) == BATCH:
            return entries, entries[-1].seq, True
        return entries, max(cursor, last, entries[-1].seq if entries else 0), False


class Watcher:
    """Rings the bell when another process wrote, in a thread.

    On PostgreSQL it is told so. It also asks every `seconds`, with one cheap query: a notification may be lost.
    """

    def __init__(self, database: Database, scope: Scope, seconds: float = 0.25) -> None:
        self._database, self._scope, self._seconds = database, scope, seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="timeline-watcher", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Stop watching and wait for the thread."""
        self._stop.set()
        self._thread.join(timeout=5)
        self._database.bell.ring()

    def _watch(self) -> None:
        ear, seen = Ear(self._database), self._last()
        while not self._stop.is_set():
            heard = ear.wait(self._seconds, self._stop)
            last = seen if heard else self._last(seen)
            if heard or last != seen:
                seen = last
                self._database.bell.ring()
        ear.close()

    def _last(self, seen: int = 0) -> int:
        try:
            with self._database.read() as session:
                return timeline.last_seq(session, self._scope)
        except OperationalError:
            # A busy or restarting server: the next round asks again, readers poll nothing meanwhile.
            return seen
