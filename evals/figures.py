"""Figures: what was measured, with everything that is needed to believe it, kept in a JSON list."""

import hashlib
import json
import os
import platform
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

from evals.intervals import Interval
from knowledge.failures import Rejected

BLOCK = 1 << 20
PREFIX = 12


@dataclass(frozen=True)
class Circumstances:
    """Where and when a run was made. `load` is the load average (1 min) as the run began."""

    commit: str
    machine: str
    load: float
    at: str


@dataclass(frozen=True)
class Figure:
    """One measured number, named area/data/metric; `low` to `high` holds it at 95 %.

    `baseline` gives the same quantity of each peer, measured in the same run; `data` the first digits
    of the data's SHA-256.
    """

    name: str
    value: float
    unit: str
    n: int
    low: float | None = None
    high: float | None = None
    baseline: Mapping[str, float] = field(default_factory=dict)
    seed: int | None = None
    data: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)


def figure(name: str, interval: Interval, unit: str, **more: Any) -> Figure:
    """Make a figure of an interval; `more` are the other fields of `Figure`."""
    return Figure(name, interval.value, unit, interval.n, interval.low, interval.high, **more)


def circumstances(root: Path, now: datetime) -> Circumstances:
    """Read commit, machine and load as they are now."""
    machine = f"{_processor()}, {os.cpu_count()} cores, {_memory_gib()} GiB"
    return Circumstances(
        commit=_commit(root),
        machine=f"{machine}, Python {platform.python_version()}",
        load=round(os.getloadavg()[0], 2),
        at=now.isoformat(timespec="seconds"),
    )


def digest(paths: Iterable[Path]) -> str:
    """The first 12 digits of the SHA-256 over the files' bytes, in the order of their names."""
    total = hashlib.sha256()
    for path in sorted(paths):
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                total.update(block)
    return total.hexdigest()[:PREFIX]


def keep(path: Path, figures: Iterable[Figure], run: Circumstances, more: Mapping[str, Any] | None = None) -> None:
    """Put the figures into the list at `path`: those of the same name are replaced, others stay.

    `more` is kept with each of them, such as the part that made it and how long that took.

    Raises:
        Rejected: what stands at `path` is no list of figures.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock")):
        rows = {row["name"]: row for row in stored(path)}
        rows.update({one.name: asdict(one) | asdict(run) | dict(more or {}) for one in figures})
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps([rows[name] for name in sorted(rows)], indent=1) + "\n")
        fresh.replace(path)


def table(figures: Iterable[Figure]) -> str:
    """The figures as lines for a person: name, value, interval, n, peers."""
    lines = [("figure", "value", "95 % interval", "n", "peers")]
    lines += [_row(one) for one in figures]
    widths = [max(len(line[column]) for line in lines) for column in range(5)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def _row(one: Figure) -> tuple[str, str, str, str, str]:
    between = "" if one.low is None or one.high is None else f"{_short(one.low)} to {_short(one.high)}"
    peers = ", ".join(f"{peer} {_short(value)}" for peer, value in one.baseline.items())
    return one.name, f"{_short(one.value)} {one.unit}".strip(), between, str(one.n), peers


def _short(value: float) -> str:
    return f"{value:.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:.4g}"


def stored(path: Path) -> list[dict[str, Any]]:
    """Read the list of figures at `path`; none where there is no file.

    Raises:
        Rejected: what stands there is no list of figures.
    """
    if not path.exists():
        return []
    try:
        rows = json.loads(path.read_text())
    except json.JSONDecodeError:
        rows = None
    if not isinstance(rows, list) or not all(isinstance(row, dict) and "name" in row for row in rows):
        raise Rejected(f"{path} holds no list of figures.", "Move it away and run again.")
    return rows


def _commit(root: Path) -> str:
    def git(*words: str) -> str:
        done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, check=False)  # noqa: S603, S607
        return done.stdout.strip() if done.returncode == 0 else ""

    commit = git("rev-parse", "--short=12", "HEAD")
    if not commit:
        return "none"
    return f"{commit}+changes" if git("status", "--porcelain", "--untracked-files=no") else commit


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory_gib() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)
