"""Serves the doors: binds the address, opens the parts, runs until a signal and closes everything."""

import errno
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn

from api import logs
from api.app import create_app
from api.parts import Parts, open_parts
from api.stopping import Server
from knowledge.failures import Unavailable
from knowledge.settings import Settings

GRACE_SECONDS = 10  # what a suggestion that is being written gets when the end comes; streams are told before
BACKLOG = 512
OnReady = Callable[[str], None]


class Stopped(BaseException):
    """A signal asked the server to end, and it has."""


class _Server(Server):
    """Tells the address once requests are answered, not before."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets=sockets)
        if self.started:
            self._on_ready()


def serve(settings: Settings, on_ready: OnReady) -> None:
    """Serve until SIGINT or SIGTERM; `on_ready` is given the address when it really answers.

    Raises:
        Unavailable: the address is taken or not this machine's, or a part does not open.
    """
    with bind(settings.host, settings.port) as listener, ends_by_signal():
        logs.set_up()
        _serve(settings, listener, on_ready)


def _serve(settings: Settings, listener: socket.socket, on_ready: OnReady) -> None:
    with open_parts(settings) as parts, _working(parts):
        config = uvicorn.Config(
            create_app(parts),
            log_config=None,
            access_log=False,
            backlog=BACKLOG,
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        host, port = listener.getsockname()[:2]
        _Server(config, lambda: on_ready(address(host, port))).run(sockets=[listener])


@contextmanager
def _working(parts: Parts) -> Iterator[None]:
    """Run a worker inside, unless others do the work."""
    if not parts.settings.worker:
        yield
        return
    from api.working import working

    with working(parts):
        yield


def address(host: str, port: int) -> str:
    """Return the address to open in a browser on this machine."""
    if host in ("0.0.0.0", "::"):  # noqa: S104 - everywhere includes here
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def bind(host: str, port: int) -> Iterator[socket.socket]:
    """Take an address before anything else is opened; port 0 takes a free one.

    Raises:
        Unavailable: somebody else listens there, or the address is not this machine's.
    """
    try:
        family, kind, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(family, kind)
    except OSError as error:
        raise Unavailable(f"{host} is no address to listen on.", "Set THREADLINE_HOST.") from error
    with listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(where)
            listener.listen(BACKLOG)
        except OSError as error:
            raise _taken(host, port, error) from error
        yield listener


def _taken(host: str, port: int, error: OSError) -> Unavailable:
    if error.errno == errno.EADDRINUSE:
        return Unavailable(
            f"Port {port} is in use.",
            "Stop the program that holds it, or choose another with --port.",
        )
    if error.errno == errno.EACCES:
        return Unavailable(f"Port {port} may not be used by this account.", "Choose one above 1023 with --port.")
    return Unavailable(f"{host} is not an address of this machine.", "Set THREADLINE_HOST or --host to one that is.")


@contextmanager
def ends_by_signal() -> Iterator[None]:
    """Let SIGINT and SIGTERM raise `Stopped` here."""

    # uvicorn stops in good order on a signal and then raises the signal again: here, not in the default
    # handler, which would end the process before the parts are closed.
    def stop(number: int, _frame: FrameType | None) -> None:
        raise Stopped(number)

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
