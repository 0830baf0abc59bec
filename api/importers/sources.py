"""The sources of an import: files read one after the other, each row with the place it came from."""

import os
import sys
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from api.importers.rows import Given
from knowledge.failures import Rejected

Numbered = tuple[int, Given]


@dataclass(frozen=True)
class Options:
    """What readers are told.

    `ours`: our own addresses (`support@shop.example`) and domains (`@shop.example`), lower case. `trust_addresses`: the
    source has checked that e-mail addresses and phone numbers belong to whom it says. `mapping`: the text of a mapping
    file and its name.
    """

    ours: frozenset[str] = frozenset()
    trust_addresses: bool = False
    mapping: tuple[str, str] | None = None


class Source(Protocol):
    """One file or folder, read as rows; each row comes with the number of the record it was made of (from 1)."""

    name: str

    def __iter__(self) -> Iterator[Numbered]:
        """Read it from the beginning."""

    def total(self) -> int | None:
        """Return how many records it holds, `None` where nobody can tell."""


class Lines:
    """A file of JSON lines as they are, or standard input (`-`)."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._path = path

    def __iter__(self) -> Iterator[Numbered]:
        with sys.stdin.buffer if self.name == "-" else self._path.open("rb") as stream:
            yield from enumerate(stream, start=1)

    def total(self) -> int | None:
        """Return how many lines the file has."""
        if self.name == "-":
            return None
        with self._path.open("rb") as stream:
            return sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 20), b""))


class Gathered:
    """The rows of several sources, one after the other; `place` says where a row came from."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources
        self._begins: list[tuple[int, str]] = []
        self._numbers = array("Q")

    def __iter__(self) -> Iterator[Given]:
        for source in self._sources:
            self._begins.append((len(self._numbers), source.name))
            for number, row in source:
                self._numbers.append(number)
                yield row

    def place(self, line: int) -> tuple[str, int]:
        """Return the source of a row counted over all of them (the first is 1), and the number of its record there."""
        name = next(name for begin, name in reversed(self._begins) if begin < line)
        return name, self._numbers[line - 1]

    def total(self) -> int | None:
        """Return how many records there are, `None` where nobody can tell."""
        totals = [source.total() for source in self._sources]
        return None if None in totals else sum(total or 0 for total in totals)


Open = Callable[[Path, Options], Source]


def readable(path: Path) -> Path:
    """Return the path.

    Raises:
        Rejected: there is no file or folder that can be read.
    """
    if str(path) != "-" and not ((path.is_file() or path.is_dir()) and os.access(path, os.R_OK)):
        raise Rejected(f"{path} is no file that can be read.", "Name files, or - for standard input.")
    return path
