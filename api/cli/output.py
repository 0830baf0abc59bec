"""What the terminal shows: results on standard output, everything else on standard error."""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

if TYPE_CHECKING:
    from rich.console import Console

# How often a long command says where it is, when nobody can see a bar.
SECONDS_BETWEEN_LINES = 5.0

AsJson = Annotated[bool, typer.Option("--json", help="Write the result as JSON, and nothing else, to standard output.")]


class Counted(Protocol):
    """Takes how many are done, and of how many when that is known."""

    def __call__(self, done: int, total: int | None = None, /) -> None:
        """Show it."""


_KEPT = {ord("\n"), ord("\t")}
_STEERING = {
    code: None
    for span in (range(0x20), range(0x7F, 0xA0), range(0x202A, 0x202F), range(0x2066, 0x206A))
    for code in span
    if code not in _KEPT
}


def clean(text: str) -> str:
    """Return text without characters that steer a terminal: it may come from a customer or an article."""
    return text.translate(_STEERING)


def write(text: str = "", end: str = "\n") -> None:
    """Write a line of the result to standard output."""
    sys.stdout.write(clean(text) + end)


def tell(text: str) -> None:
    """Tell the person at the terminal something that is no result (standard error)."""
    sys.stderr.write(clean(text) + "\n")


def write_json(value: object) -> None:
    """Write the result as JSON, the only thing on standard output."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")


def write_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write rows as a table that fits the terminal; cells wrap, nothing is cut, and the first column stays whole."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for number, column in enumerate(columns):
        table.add_column(column, overflow="fold", no_wrap=number == 0)
    for row in rows:
        table.add_row(*(Text(clean(str(cell))) for cell in row))
    console().print(table)


def console(*, stderr: bool = False) -> "Console":
    """Return a console that honours NO_COLOR and COLUMNS; when nobody watches, long lines stay whole."""
    from rich.console import Console

    stream: Any = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else 120
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False)


@contextmanager
def counting(what: str) -> Iterator[Counted]:
    """Show a progress bar on standard error, or a line now and then where no terminal watches.

    Yields `report(done, total)`.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(what, total=None)
        told_at = monotonic()

        def report(done: int, total: int | None = None, /) -> None:
            nonlocal told_at
            bar.update(task, completed=done, total=total)
            if bar.disable and monotonic() - told_at > SECONDS_BETWEEN_LINES:
                told_at = monotonic()
                tell(f"{what}: {done}" + (f" of {total}" if total else ""))

        yield report
