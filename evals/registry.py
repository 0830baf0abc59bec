"""Parts of `python -m evals`: each module in evals/parts registers what it measures; there is no list to edit."""

import importlib
import pkgutil
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import evals.parts
from evals.figures import Figure


def say(text: str) -> None:
    """Write a line of progress."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@dataclass(frozen=True)
class Asked:
    """What a run was asked for: `data` and `examples` are folders, `build` is where a part may keep what is dear.

    `quick` asks fewer questions; `cases` is how many a part asks that calls a language model, drawn by its seed. `say`
    writes a line of progress.
    """

    data: Path
    examples: Path
    build: Path
    now: datetime
    quick: bool = False
    cases: int = 40
    say: Callable[[str], None] = say


Measured = Callable[[Asked], Iterable[Figure]]


@dataclass(frozen=True)
class Part:
    """A part: how to measure it, how long that takes on one core, and which of its figures must be 0.

    `models` parts call a language model and run only when asked for (`make evals-models`); `own` parts bring or make
    their cases and need no outside data; `alone` parts measure time, so that nothing else may run beside them.
    """

    name: str
    measure: Measured
    seconds: int
    never: re.Pattern[str] | None = None
    models: bool = False
    own: bool = False
    alone: bool = False

    def happened(self, figures: Iterable[Figure]) -> list[Figure]:
        """The figures that count what must not happen, and counted some."""
        return [one for one in figures if self.never and self.never.search(one.name) and one.value > 0]


_PARTS: dict[str, Part] = {}


def part(name: str, *, seconds: int, never: str = "", **more: bool) -> Callable[[Measured], Measured]:
    """Register the decorated function as the part `name`, which takes about so many `seconds` on one core.

    `never` is a pattern: a figure whose name it finds counts what must not happen, and above 0 the run fails.
    `models`, `own` and `alone` are as in `Part`.

    Raises:
        ValueError: another part has that name.
    """

    def register(measure: Measured) -> Measured:
        if name in _PARTS:
            raise ValueError(f"two parts are named {name}")
        _PARTS[name] = Part(name, measure, seconds, re.compile(never) if never else None, **more)
        return measure

    return register


def parts() -> Mapping[str, Part]:
    """Every part by its name, the modules of evals/parts in the order of their names."""
    for module in sorted(pkgutil.iter_modules(evals.parts.__path__), key=lambda one: one.name):
        importlib.import_module(f"evals.parts.{module.name}")
    return dict(_PARTS)
