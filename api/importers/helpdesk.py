"""Answers of other help desks' APIs, kept as files: contacts and conversations become rows.

Each system is a pair of functions: `notice` takes in what a document says of people and conversations, `rows` turns
one into rows. Files are read twice, because a message may stand before the contact that it is of, or in another file.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from api.importers.chatwoot import Chatwoot
from api.importers.documents import Document, documents_of
from api.importers.intercom import Intercom
from api.importers.rows import Unreadable
from api.importers.sources import Numbered, Options, Source
from api.importers.zendesk import Zendesk


class System(Protocol):
    """What is known of one system's people and conversations, and how its documents become rows."""

    def notice(self, document: Document) -> bool:
        """Take in what a document says of people and conversations; returns whether it says anything we know."""

    def rows(self, document: Document) -> Iterator[dict[str, Any]]:
        """Yield the rows of a document; none when it is of a kind we do not know."""


class Known:
    """What all files of an import say of people and conversations: a message may stand in another file than its own."""

    def __init__(self, paths: Sequence[Path], system: System) -> None:
        self.system = system
        self._paths = paths

    @cached_property
    def _numbers(self) -> Mapping[Path, frozenset[int]]:
        return {path: frozenset(self._notice(path)) for path in self._paths}

    def _notice(self, path: Path) -> Iterator[int]:
        for number, one in documents_of(path):
            if not isinstance(one, Unreadable) and self.system.notice(one):
                yield number

    def numbers(self, path: Path) -> frozenset[int]:
        """Return which documents of a file say anything we know."""
        return self._numbers[path]


class Answers:
    """A file of one system's answers."""

    def __init__(self, path: Path, known: Known) -> None:
        self.name = str(path)
        self._path = path
        self._known = known

    def __iter__(self) -> Iterator[Numbered]:
        numbers = self._known.numbers(self._path)
        told: set[str] = set()
        for number, document in documents_of(self._path):
            if isinstance(document, Unreadable):
                yield number, document
            elif number not in numbers:
                yield number, Unreadable("no conversation, message or contact of this system", document)
            else:
                yield from ((number, row) for row in self._known.system.rows(document) if _is_new(row, told))

    def total(self) -> int | None:
        """Nobody can tell without reading it."""
        return None


def _is_new(row: dict[str, Any], told: set[str]) -> bool:
    """Whether a row says something that was not told yet: the same contact stands with each conversation of theirs."""
    if row["type"] != "customer":
        return True
    content = sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()
    is_new = content not in told
    told.add(content)
    return is_new


SYSTEMS: Mapping[str, Callable[[bool], System]] = {"chatwoot": Chatwoot, "zendesk": Zendesk, "intercom": Intercom}


def open_answers(paths: Sequence[Path], system: str, options: Options) -> list[Source]:
    """Open files with answers of one system; they are read as one."""
    known = Known(paths, SYSTEMS[system](options.trust_addresses))
    return [Answers(path, known) for path in paths]
