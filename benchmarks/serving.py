"""The server as a whole: how fast it is up again, what it holds at rest, and how fast `--help` answers."""

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.environment import BUILD, ROOT, variables
from benchmarks.lines import resident_mb
from evals.figures import Figure, figure
from evals.intervals import quantile_interval

SEED = 20261122
HELP_RUNS = 7
WARM_STARTS = 3
REST_SECONDS = 5
FIRST_START_SECONDS = 300
Say = Callable[[str], None]


def help_seconds() -> Figure:
    """Wall time of `threadline --help`, median of several."""
    taken = []
    for _ in range(HELP_RUNS + 1):
        started = time.perf_counter()
        subprocess.run([_program(), "--help"], env=variables(0), cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        taken.append(time.perf_counter() - started)
    return figure("cli/help/seconds", quantile_interval(taken[1:], 0.5, seed=SEED), "s", seed=SEED)


def server_figures(say: Say) -> list[Figure]:
    """Load the demo once, then start it again and again; memory once it has come to rest."""
    folder = BUILD / "bench" / "demo"
    say("demo: first start, which loads it")
    with _demo(folder) as (_, seconds):
        say(f"demo: first start answered after {seconds:.1f} s")
    taken, held = [], 0.0
    for number in range(WARM_STARTS):
        with _demo(folder) as (process, seconds):
            taken.append(seconds)
            say(f"demo: start {number + 2} answered after {seconds:.1f} s")
            if number + 1 == WARM_STARTS:
                time.sleep(REST_SECONDS)
                held = sum(resident_mb(one) for one in _family(process))
    return [
        figure("start/warm/seconds", quantile_interval(taken, 0.5, seed=SEED), "s", seed=SEED),
        Figure("server/rest/rss_mb", held, "MB", 1, settings={"after_seconds": REST_SECONDS}),
    ]


@contextmanager
def _demo(folder: Path) -> Iterator[tuple[int, float]]:
    """The demo server: its process id and the seconds until /health answered 200."""
    port = _free_port()
    env = variables(0) | {"THREADLINE_DATA_DIR": str(folder)}
    log = BUILD / "bench" / "logs" / "demo.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as output:
        started = time.perf_counter()
        process = subprocess.Popen(
            [_program(), "demo", "--port", str(port)], env=env, cwd=ROOT, stdout=output, stderr=output
        )
        try:
            yield process.pid, _until_healthy(process, port, started, log)
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _until_healthy(process: subprocess.Popen[bytes], port: int, started: float, log: Path) -> float:
    while time.perf_counter() - started < FIRST_START_SECONDS:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as reply:
                if reply.status == 200 and json.load(reply):
                    return time.perf_counter() - started
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.02)
    raise RuntimeError(f"The demo does not answer:\n{log.read_text()[-2000:]}")


def _family(process: int) -> list[int]:
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [process, *(one for child in children for one in _family(int(child)))]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _program() -> str:
    return str(Path(sys.executable).parent / "threadline")
