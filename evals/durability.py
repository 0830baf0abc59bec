"""Durability: a worker killed with SIGKILL at every step boundary of a delivery; what was lost and what was doubled.

The drill is the product's own (`python -m api.worker.drill`), run in processes of its own: this room knows no door.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

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


def count_kills(stride: int = 1) -> Kills:
    """Kill at every `stride`-th boundary, with each kind of provider; the run that nobody kills counts too.

    Raises:
        Unavailable: the drill itself broke.
    """
    rows = [row for provider in PROVIDERS for row in _drill(stride, provider)]
    return Kills(
        sum(row["killed"] for row in rows), sum(row["lost"] for row in rows), sum(row["doubled"] for row in rows)
    )


def kill_figures(stride: int = 1) -> Iterator[Figure]:
    """Yield what was lost and what was doubled."""
    kills = count_kills(stride)
    settings = {"stride": stride, "providers": list(PROVIDERS), "database": "sqlite"}
    for name, value in (("lost", kills.lost), ("doubled", kills.doubled)):
        yield Figure(f"durability/kill9/{name}", float(value), "messages", kills.killed, settings=settings)


def _drill(stride: int, provider: str) -> list[dict[str, int]]:
    words = [sys.executable, "-m", "api.worker.drill", str(stride), provider]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)  # noqa: S603
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode or not rows or rows[-1]["killed"]:
        raise Unavailable(f"The drill broke: {done.stderr[-500:]}")
    return rows
