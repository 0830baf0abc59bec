"""Streams under a hard deadline: whatever the other side does, the caller is free again in time."""

import asyncio
import queue
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")
_CLOSE_SECONDS = 5.0
# Pieces that wait to be read; a faster sender waits too.
_MAX_WAITING = 1_000


class _End:
    """Marks the end of a stream."""


async def _calm(pieces: "queue.SimpleQueue[T | _End]") -> None:
    """Let a sender that is faster than its reader wait."""
    while pieces.qsize() > _MAX_WAITING:  # noqa: ASYNC110 - the reader is a thread without events
        await asyncio.sleep(0.01)


class StreamRunner(Generic[T]):
    """Runs async streams on an event loop in a thread of its own and hands their pieces to ordinary code.

    A socket time-out alone cannot do this: a server that sends one byte now and then never lets it expire.
    """

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="model-streams", daemon=True)
        self._thread.start()

    def within(self, seconds: float, source: Callable[[], AsyncIterator[T]]) -> Iterator[T]:
        """Yield what `source()` yields, for at most `seconds` in all.

        Raises:
            TimeoutError: time is up; the stream is cancelled.
        """
        pieces: queue.SimpleQueue[T | _End] = queue.SimpleQueue()
        deadline = monotonic() + seconds

        async def pump() -> None:
            stream = source()
            try:
                async for piece in stream:
                    pieces.put(piece)
                    await _calm(pieces)
            finally:
                if isinstance(stream, AsyncGenerator):
                    await stream.aclose()

        future = asyncio.run_coroutine_threadsafe(pump(), self._loop)
        future.add_done_callback(lambda _done: pieces.put(_End()))
        try:
            while True:
                piece = self._next(pieces, deadline)
                if isinstance(piece, _End):
                    future.result(0)  # raises what ended the stream, if anything did
                    return
                yield piece
        finally:
            future.cancel()

    @staticmethod
    def _next(pieces: "queue.SimpleQueue[T | _End]", deadline: float) -> "T | _End":
        left = deadline - monotonic()
        if left <= 0:
            raise TimeoutError
        try:
            return pieces.get(timeout=left)
        except queue.Empty:
            raise TimeoutError from None

    def close(self, last: Callable[[], Awaitable[None]]) -> None:
        """Cancel what still runs, await `last()` on the loop, and end the thread."""
        if not self._thread.is_alive():
            return

        async def finish() -> None:
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            with suppress(TimeoutError):  # whoever hangs is left behind with the thread
                await asyncio.wait_for(asyncio.gather(*others, return_exceptions=True), _CLOSE_SECONDS)
            await last()

        asyncio.run_coroutine_threadsafe(finish(), self._loop).result(2 * _CLOSE_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_CLOSE_SECONDS)
        self._loop.close()
