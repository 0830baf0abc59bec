"""Tasks by name: each module in evals/tasks registers what it can ask; there is no list to edit."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import evals.tasks
from evals.core.cases import Task
from evals.core.stage import Stage

Make = Callable[[Stage], Task]


@dataclass(frozen=True)
class Offered:
    """A task that can be run; `gate` ones are run by `threadline evals check`, on cases from examples/ alone."""

    name: str
    about: str
    make: Make
    gate: bool = False


_TASKS: dict[str, Offered] = {}


def task(name: str, *, gate: bool = False) -> Callable[[Make], Make]:
    """Register the decorated function as the maker of the task `name`; its docstring says what is asked.

    Raises:
        ValueError: another task has that name.
    """

    def register(make: Make) -> Make:
        if name in _TASKS:
            raise ValueError(f"two tasks are named {name}")
        _TASKS[name] = Offered(name, (make.__doc__ or "").strip().splitlines()[0], make, gate)
        return make

    return register


def tasks() -> Mapping[str, Offered]:
    """Every task by its name."""
    for module in sorted(pkgutil.iter_modules(evals.tasks.__path__), key=lambda one: one.name):
        importlib.import_module(f"evals.tasks.{module.name}")
    return dict(sorted(_TASKS.items()))
