"""The bell: wakes readers after a commit. It carries no data; a lost or doubled ring is harmless."""

import asyncio
import threading

# What a commit is announced under to other processes, on PostgreSQL.
CHANNEL = "threadline"


class Bell:
    """Rung from any thread, awaited from any event loop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sleepers: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    def ring(self) -> None:
        """Wake everyone who waits now."""
        with self._lock:
            sleepers, self._sleepers = self._sleepers, set()
        for loop, rung in sleepers:
            if not loop.is_closed():
                loop.call_soon_threadsafe(rung.set)

    def listen(self) -> "Listener":
        """Start listening: a ring from now on is heard, even before `wait` is called."""
        listener = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._sleepers.add(listener)
        return Listener(self, listener)

    def _forget(self, listener: tuple[asyncio.AbstractEventLoop, asyncio.Event]) -> None:
        with self._lock:
            self._sleepers.discard(listener)


class Listener:
    """One reader's ear, good for one ring."""

    def __init__(self, bell: Bell, listener: tuple[asyncio.AbstractEventLoop, asyncio.Event]) -> None:
        self._bell = bell
        self._listener = listener

    async def wait(self, seconds: float) -> bool:
        """Wait for a ring, at most `seconds`. Returns whether it rang."""
        try:
            await asyncio.wait_for(self._listener[1].wait(), seconds)
        except TimeoutError:
            return False
        finally:
            self._bell._forget(self._listener)
        return True
