"""Live streams: entries as server-sent events that resume where they were cut and end when they should."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Query, Request
from fastapi.sse import ServerSentEvent
from starlette.concurrency import run_in_threadpool

from api.access import PartsHere, identify
from api.failures import NotLoggedIn
from api.sessions import tokens_of
from knowledge.customers import timeline
from knowledge.customers.entries import Entry
from knowledge.customers.live import Following, Tail

# How often a stream looks whether its caller may still listen, in seconds.
CHECK_SECONDS = 15.0
MAX_SEQ = 2**62
# What every stream begins with: proxies pass an answer on with its first bytes, not with its headers.
BEGIN = ServerSentEvent(comment="listening", retry=1_000)
Item = TypeVar("Item")


def cursor_of(
    parts: PartsHere,
    after: Annotated[int | None, Query(ge=0, le=MAX_SEQ, description="Start after the entry with this seq.")] = None,
    last_event_id: Annotated[int | None, Header(ge=0, le=MAX_SEQ, description="Sent by browsers; wins.")] = None,
) -> int:
    """Return the `seq` a stream starts after: where the last one was cut, or as asked, or now."""
    for given in (last_event_id, after):
        if given is not None:
            return given
    with parts.database.read() as session:
        return timeline.last_seq(session, parts.scope)


CursorHere = Annotated[int, Depends(cursor_of)]


async def listen(request: Request, cursor: int, what: Following) -> AsyncIterator[Entry]:
    """Yield what comes after the cursor until the server stops or the caller's login ends.

    The browser then comes back by itself.
    """
    tail: Tail = request.app.state.tail
    async for entry in while_welcome(request, tail.follow(cursor, what)):
        yield entry


async def while_welcome(request: Request, source: AsyncIterator[Item | None]) -> AsyncIterator[Item]:
    """Yield what comes from `source` until the server stops or the caller's login ends; `None` says only: it lives."""
    loop = asyncio.get_running_loop()
    checked = loop.time()
    async for item in until(request.app.state.stopping, source):
        if loop.time() - checked >= CHECK_SECONDS:
            checked = loop.time()
            if not await run_in_threadpool(still_welcome, request):
                return
        if item is not None:
            yield item


def still_welcome(request: Request) -> bool:
    """Tell whether whoever listens may still do so."""
    before = request.state.caller
    try:
        now = identify(request.app.state.parts, tokens_of(request))
    except NotLoggedIn:
        return False
    return bool(now.roles == before.roles)


async def until(stopping: asyncio.Event, source: AsyncIterator[Item]) -> AsyncIterator[Item]:
    """Yield what comes from `source` until it ends or `stopping` is set, even while nothing comes."""
    halt = asyncio.ensure_future(stopping.wait())
    step: asyncio.Future[Item] | None = None
    try:
        while True:
            step = asyncio.ensure_future(_next(source))
            done, _ = await asyncio.wait((step, halt), return_when=asyncio.FIRST_COMPLETED)
            if step not in done:
                return
            try:
                item = step.result()
            except _End:
                return
            yield item
    finally:
        halt.cancel()
        if step is not None:
            step.cancel()


class _End(Exception):
    """The source has no more; a future cannot carry StopAsyncIteration out of a generator."""


async def _next(source: AsyncIterator[Item]) -> Item:
    try:
        return await anext(source)
    except StopAsyncIteration as end:
        raise _End from end


async def in_thread(stopping: asyncio.Event, work: Callable[[Callable[[Item], None]], None]) -> AsyncIterator[Item]:
    """Run `work` in a thread and yield what it reports, as it reports it.

    The work goes on to its end when the reader leaves: what it stores is stored either way.
    """
    loop = asyncio.get_running_loop()
    reports: asyncio.Queue[Item | None] = asyncio.Queue()

    def report(item: Item | None) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(reports.put_nowait, item)

    async def read() -> AsyncIterator[Item]:
        while (item := await reports.get()) is not None:
            yield item

    async def run() -> None:
        try:
            await asyncio.to_thread(work, report)
        finally:
            report(None)

    working = asyncio.ensure_future(run())
    async for item in until(stopping, read()):
        yield item
    if working.done():
        working.result()
