"""Fixtures of the kill tests: real processes, killed with SIGKILL at seeded random moments.

RECOVERY_ROUNDS sets how many times each part is killed (default 3; a long run takes 30 or more).
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROUNDS = int(os.environ.get("RECOVERY_ROUNDS", "3"))
START_SECONDS = 180.0  # a start takes 3 s on a quiet machine
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def chance() -> random.Random:
    return random.Random(20261122)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start the program in an empty folder; what still runs at the end is killed."""
    running: list[subprocess.Popen[str]] = []
    environ = {name: value for name, value in os.environ.items() if not name.startswith("THREADLINE_")}
    environ["THREADLINE_DATA_DIR"] = str(tmp_path / "data")
    program = str(Path(sys.executable).with_name("threadline"))

    def start(*words: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [program, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path, env=environ
        )
        running.append(process)
        return process

    yield start
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


def kill(process: "subprocess.Popen[str]") -> bool:
    """Kill with SIGKILL; returns whether the process still ran."""
    alive = process.poll() is None
    if alive:
        os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=20)
    return alive


def wait_until(true: Callable[[], bool], process: "subprocess.Popen[str]", seconds: float = START_SECONDS) -> None:
    """Wait until something is true or the process has ended by itself."""
    deadline = time.monotonic() + seconds
    while not true() and process.poll() is None:
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.002)
