"""Live following: replay after a cursor, then wait for the bell and read again."""

import asyncio
import threading
from collections.abc import AsyncIterator

from sqlalchemy.exc import OperationalError

from knowledge.customers import timeline
from knowledge.customers.entries import Entry
from knowledge.database import Database
from knowledge.ids import ConversationId, CustomerId
from knowledge.scope import Scope

BATCH = 500


async def follow(
    database: Database,
    scope: Scope,
    cursor: int,
    *,
    customer: CustomerId | None = None,
    conversation: ConversationId | None = None,
) -> AsyncIterator[Entry | None]:
    """Yield every entry after the cursor, for ever: first what is there, then what comes.

    Nothing is lost (the ear is open before each read) or doubled (each read starts after the last entry yielded).
    Yields `None` after a quiet quarter of a minute, so that the caller can tell the other end that it lives.
    """
    while True:
        listener = database.bell.listen()
        entries = await asyncio.to_thread(_read, database, scope, cursor, customer, conversation)
        for entry in entries:
            cursor = entry.seq
            yield entry
        if len(entries) < BATCH and not await listener.wait(seconds=15):
            yield None


def _read(
    database: Database,
    scope: Scope,
    cursor: int,
    customer: CustomerId | None,
    conversation: ConversationId | None,
) -> list[Entry]:
    with database.read() as session:
        return timeline.after(session, scope, cursor, customer=customer, conversation=conversation, limit=BATCH)


class Watcher:
    """Rings the bell when another process wrote: one cheap query every `seconds`, in a thread."""

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
        seen = self._last()
        while not self._stop.wait(self._seconds):
            last = self._last(seen)
            if last != seen:
                seen = last
                self._database.bell.ring()

    def _last(self, seen: int = 0) -> int:
        try:
            with self._database.read() as session:
                return timeline.last_seq(session, self._scope)
        except OperationalError:
            # A busy or restarting server: the next round asks again, readers poll nothing meanwhile.
            return seen
