"""Runs parts one after another or side by side, tells how long it takes, and goes on where an earlier run stopped."""

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from evals.figures import Circumstances, Figure, circumstances, keep
from evals.lanes import side_by_side
from evals.registry import Asked, parts
from knowledge.failures import Failure, NotFound

ROOT = Path(__file__).parents[1]
# What a figure can depend on beside the data: the code that makes it and the company it is asked about.
SOURCES = ("knowledge", "retrieval", "assistant", "handoff", "evals", "examples")


@dataclass(frozen=True)
class Outcome:
    """What came of one part: its figures, or why it was left out (data missing) or failed.

    `before` says that the figures are those of an earlier run of the same code on the same data.
    """

    name: str
    figures: tuple[Figure, ...] = ()
    seconds: float = 0.0
    run: Circumstances | None = None
    left_out: str = ""
    failed: str = ""
    before: bool = False


def measure(name: str, asked: Asked, root: Path = ROOT) -> Outcome:
    """Measure one part. Whatever goes wrong in it is told, so that the other parts still run."""
    run, started = circumstances(root, asked.now), time.perf_counter()
    try:
        figures = tuple(parts()[name].measure(asked))
    except NotFound as missing:
        return Outcome(name, left_out=f"{name}: left out. {missing}")
    except Failure as failure:
        return Outcome(name, failed=f"{name}: failed. {failure}")
    except Exception as error:  # noqa: BLE001  the runner: one part's mistake must not cost the others' figures
        return Outcome(name, failed=f"{name}: failed. {type(error).__name__}: {error}")
    return Outcome(name, figures, time.perf_counter() - started, run)


def _died(name: str) -> Outcome:
    return Outcome(name, failed=f"{name}: failed. Its process was killed: is the memory enough? `--jobs 1` takes less.")


@dataclass(frozen=True)
class Suite:
    """Runs parts for `asked`, `jobs` at a time, keeps their figures at `out`; `resume` skips what is done."""

    asked: Asked
    out: Path
    jobs: int = 1
    resume: bool = False

    def run(self, names: Sequence[str]) -> Iterator[Outcome]:
        """Yield the outcome of every part as it ends; its figures are kept by then."""
        done = _done(self._ledger)
        keys = _keys(names, self.asked)
        fresh = [name for name in names if not (self.resume and done.get(name, {}).get("key") == keys[name])]
        for name in names:
            if name not in fresh:
                yield Outcome(name, _restored(self.out, done[name]["figures"]), done[name]["seconds"], before=True)
        expected = {name: float(done.get(name, {}).get("seconds", parts()[name].seconds)) for name in fresh}
        if fresh:
            self.asked.say(f"{len(fresh)} parts, about {_minutes(_takes(expected, self.jobs))}, {self.jobs} at a time")
        with _progress(expected) as advance:
            for outcome in self._outcomes(sorted(fresh, key=lambda name: -expected[name])):
                if outcome.run is not None:
                    part = {"part": outcome.name, "seconds": round(outcome.seconds, 1)}
                    keep(self.out, outcome.figures, outcome.run, part)
                    self._note(outcome, keys[outcome.name])
                advance(outcome.name)
                yield outcome

    @property
    def _ledger(self) -> Path:
        return self.out.with_suffix(".done.json")

    def _outcomes(self, names: Sequence[str]) -> Iterator[Outcome]:
        """Measure side by side what may be, the longest first; what measures time runs alone, at the end."""
        beside = [name for name in names if self.jobs > 1 and not parts()[name].alone]
        if beside:
            yield from side_by_side(partial(measure, asked=self.asked), beside, self.jobs, _died)
        for name in names:
            if name not in beside:
                self.asked.say(f"== {name}")
                yield measure(name, self.asked)

    def _note(self, outcome: Outcome, key: str) -> None:
        done = _done(self._ledger)
        names = [one.name for one in outcome.figures]
        done[outcome.name] = {"key": key, "seconds": round(outcome.seconds, 1), "figures": names}
        fresh = self._ledger.with_suffix(".new")
        fresh.write_text(json.dumps(done, indent=1) + "\n")
        fresh.replace(self._ledger)


def sources(root: Path = ROOT) -> str:
    """The digest of everything a figure can depend on beside its data: code and demo company."""
    total = hashlib.sha256()
    for room in SOURCES:
        for path in sorted((root / room).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                total.update(f"{path.relative_to(root)}\n".encode())
                total.update(path.read_bytes())
    return total.hexdigest()


def able() -> int:
    """How many parts may run at a time here: two where there are two cores and 8 GiB of free memory, else one."""
    try:
        lines = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
        free = int(lines["MemAvailable"].split()[0])
    except (OSError, KeyError, ValueError):
        return 1
    return 2 if (os.cpu_count() or 1) > 1 and free >= 8 << 20 else 1


def _takes(expected: Mapping[str, float], jobs: int) -> float:
    """Seconds until all are done: side by side at best, never less than the longest, then what runs alone."""
    alone = sum(seconds for name, seconds in expected.items() if parts()[name].alone)
    beside = [seconds for name, seconds in expected.items() if not parts()[name].alone]
    return alone + max(sum(beside) / jobs, max(beside, default=0.0))


def _keys(names: Iterable[str], asked: Asked) -> dict[str, str]:
    files = sorted(path for path in asked.data.glob("*/**/*") if path.is_file()) if asked.data.is_dir() else []
    listed = "\n".join(f"{path.relative_to(asked.data)} {path.stat().st_size}" for path in files)
    what = f"{asked.quick}\n{sources()}\n{listed}"
    return {name: hashlib.sha256(f"{name}\n{what}".encode()).hexdigest() for name in names}


def _done(ledger: Path) -> dict[str, Any]:
    try:
        read = json.loads(ledger.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}  # nothing is done that cannot be shown to be
    return read if isinstance(read, dict) else {}


def _restored(out: Path, names: Sequence[str]) -> tuple[Figure, ...]:
    fields = Figure.__dataclass_fields__
    rows: dict[str, Mapping[str, Any]] = {row["name"]: row for row in json.loads(out.read_text())}
    return tuple(Figure(**{name: rows[one][name] for name in fields}) for one in names if one in rows)


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


@contextmanager
def _progress(expected: Mapping[str, float]) -> Iterator[Callable[[str], None]]:
    """Show a bar on a terminal that fills with the seconds each part is expected to take."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("parts", total=sum(expected.values()) or 1.0)
        yield lambda name: bar.update(task, advance=expected[name], description=f"after {name}")
