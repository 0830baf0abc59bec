"""Two workers, one killed with SIGKILL at its work: the other does it within a minute, and what waits is done once."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from knowledge.customers.entries import Handle
from knowledge.customers.inbox import Incoming, receive
from knowledge.database import Database
from knowledge.scope import Scope
from tests.recovery.conftest import kill

LABORER = Path(__file__).with_name("laborer.py")
Labor = Callable[[str], "subprocess.Popen[bytes]"]


@pytest.fixture
def labor(tmp_path: Path, database: Database) -> Iterator[Labor]:
    """Start a worker under a name; what still runs at the end is killed."""
    running = []
    url = database.engine.url.render_as_string(hide_password=False)

    def labor(name: str) -> "subprocess.Popen[bytes]":
        running.append(subprocess.Popen([sys.executable, str(LABORER), str(tmp_path), url, name]))
        return running[-1]

    yield labor
    for process in running:
        if process.poll() is None:
            process.kill()
            process.wait()


def test_the_other_worker_finishes_within_a_minute(
    labor: Labor, database: Database, scope: Scope, tmp_path: Path
) -> None:
    (tmp_path / "hold-first").touch()
    first = labor("first")
    _wait(lambda: list(tmp_path.glob("ready-first")))
    time.sleep(0.5)  # its cursor stands
    now = datetime.now(UTC)
    with database.write() as session:
        for number in range(3):
            said = Incoming("email", Handle("email", f"{number}@example.com"), "Hello", now)
            receive(session, scope, said, now)
    _wait(lambda: list(tmp_path.glob("begun-first-*")))
    second = labor("second")
    _wait(lambda: list(tmp_path.glob("ready-second")))
    killed = time.monotonic()
    assert kill(first)
    _wait(lambda: len(list(tmp_path.glob("done-second-*"))) == 3)
    assert time.monotonic() - killed < 60
    assert not list(tmp_path.glob("done-first-*"))
    second.terminate()
    second.wait(20)


def _wait(true: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)
