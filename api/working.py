"""Runs a worker until a signal: alone, or inside the server."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from api import logs
from api.parts import Parts, open_parts
from api.serving import ends_by_signal
from knowledge.settings import Settings


def run(settings: Settings, on_ready: Callable[[str], None]) -> None:
    """Run a worker until SIGINT or SIGTERM; `on_ready` is given its name once it works.

    Raises:
        Unavailable: a part does not open.
    """
    logs.set_up()
    with ends_by_signal(), open_parts(settings) as parts, working(parts) as name:
        on_ready(name)
        threading.Event().wait()


@contextmanager
def working(parts: Parts) -> Iterator[str]:
    """Run a worker over these parts; yields its name."""
    from api.work import works
    from api.worker.worker import Pace, open_worker

    with open_worker(parts, works(), Pace(threads=parts.settings.worker_threads)) as worker:
        yield worker.name
