"""The application: joins routers, limits, access and failures, and follows the record while it runs."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import cache
from importlib.metadata import version

from fastapi import Depends, FastAPI
from starlette.routing import BaseRoute

from api import failures, pages
from api.access import check_table, enforce
from api.following import Follower
from api.limits import SecurityHeaders
from api.parts import Parts
from api.privacy import looking
from api.routes import ROUTERS
from api.routes.chat import ResumeThrottles, session_throttle
from api.routes.login import LoginThrottles
from api.sessions import secret_of
from api.turns import Turns
from evals.simulation.practice import Room
from knowledge.customers.lags import Lags
from knowledge.customers.live import Tail, Watcher

# How often it is written down how late readers were, in seconds.
KEEP_SECONDS = 60.0
DESCRIPTION = """
Staff routes take the token of `POST /login` as `Authorization: Bearer …` or the console's cookie; chat routes take the
token of `POST /chat/session`. Every failure is a problem: `error` (a stable word), `message`, `remedy`.
"""


def create_app(parts: Parts) -> FastAPI:
    """Return the application over these parts.

    Raises:
        LookupError: a route is missing from the table of access.
        Rejected: the secret that is set is too short.
    """
    secret_of(parts.settings)
    app = _bare(parts.settings.max_body_bytes)
    app.router.routes = list(_doors(parts.settings.max_body_bytes))
    app.state.parts = parts
    app.state.login_throttles = LoginThrottles()
    app.state.turns = Turns()
    app.state.practice = Room()
    app.state.session_throttle = session_throttle()
    app.state.resume_throttles = ResumeThrottles()
    app.add_middleware(SecurityHeaders)
    failures.install(app, pages.failure_page)
    check_table(app)
    return app


def _bare(max_body_bytes: int) -> FastAPI:
    return FastAPI(
        title="Threadline",
        version=version("threadline"),
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        lifespan=_live,
        max_body_size=max_body_bytes,
        dependencies=[Depends(enforce), Depends(looking.keep)],
    )


@cache
def _doors(max_body_bytes: int) -> Sequence[BaseRoute]:
    """Return every route. What they read and answer is worked out once for all applications of a process: it takes
    half a second."""
    house = _bare(max_body_bytes)
    for router in ROUTERS:
        house.include_router(router)
    house.include_router(pages.router)
    pages.mount_static(house)
    return tuple(house.routes)


@asynccontextmanager
async def _live(app: FastAPI) -> AsyncIterator[None]:
    """Run the follower and the watcher; when the end comes, streams end first."""
    parts: Parts = app.state.parts
    app.state.stopping = stopping = asyncio.Event()
    app.state.follower = Follower(parts.search)
    lags = Lags(parts.database, parts.scope, parts.clock)
    app.state.tail = Tail(parts.database, parts.scope, lags)
    keeping = asyncio.create_task(_keep(lags, stopping))
    watcher = Watcher(parts.database, parts.scope)
    app.state.follower.start()
    watcher.start()
    try:
        yield
    finally:
        stopping.set()
        await keeping
        await asyncio.to_thread(watcher.stop)
        await asyncio.to_thread(app.state.follower.stop)
        await asyncio.to_thread(app.state.tail.close)
        await asyncio.to_thread(app.state.practice.close)


async def _keep(lags: Lags, stopping: asyncio.Event) -> None:
    """Write down from time to time, and at the end, how late readers were."""
    while not stopping.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), KEEP_SECONDS)
        await asyncio.to_thread(lags.keep)
