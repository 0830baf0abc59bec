"""Stopping: a web server that ends live streams first, because uvicorn alone would wait for them."""

import socket

import uvicorn
from fastapi import FastAPI


class Server(uvicorn.Server):
    """A server of our application that tells its live streams before it stops."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then stop as uvicorn does."""
        app = self.config.app
        if isinstance(app, FastAPI):
            app.state.stopping.set()
        await super().shutdown(sockets)
