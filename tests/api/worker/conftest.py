"""Fixtures of the worker: parts over a real database, a worker that looks often and takes others for dead soon."""

import time
from collections.abc import Callable

import pytest

from api.worker.worker import Pace

QUICK = Pace(look=0.02, poll=0.02, beat=0.1, dead_after=0.6, grace=2.0)


@pytest.fixture
def until() -> Callable[[Callable[[], object]], None]:
    """Wait until something is true."""

    def until(true: Callable[[], object], seconds: float = 20.0) -> None:
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, "it took too long"
            time.sleep(0.01)

    return until
