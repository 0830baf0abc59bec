"""Serving: the web server that ends live streams first when it stops."""

import socket

import uvicorn
from fastapi import FastAPI

from knowledge.settings import Settings

# What may still run when the server is told to stop (a suggestion that is being written), in seconds.
GRACE_SECONDS = 10


class Server(uvicorn.Server):
    """A server whose live streams end when it is told to stop; uvicorn alone would wait for them for ever."""

    def __init__(self, app: FastAPI, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then stop as uvicorn does."""
        self._app.state.stopping.set()
        await super().shutdown(sockets)


def server_of(app: FastAPI, settings: Settings) -> Server:
    """Return the server of an application, ready to `run()`; port 0 takes any free one."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return Server(app, config)
