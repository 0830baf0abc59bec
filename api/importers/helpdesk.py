"""Answers of other help desks' APIs, kept as files: contacts and conversations become rows.

Each system is a pair of functions: `notice` takes in what a document says of people and conversations, `rows` turns
one into rows. Files are read twice, because a message may stand before the contact that it is of.
"""

import json
from collections.abc import Iterator
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


class Answers:
    """A file of one system's answers."""

    def __init__(self, path: Path, system: System) -> None:
        self.name = str(path)
        self._path = path
        self._system = system

    def __iter__(self) -> Iterator[Numbered]:
        known = {number for number, document in documents_of(self._path) if self._system.notice(document)}
        told: set[str] = set()
        for number, document in documents_of(self._path):
            if number not in known:
                yield number, Unreadable("no conversation, message or contact of this system", document)
            for row in self._system.rows(document):
                if _is_new(row, told):
                    yield number, row

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


def open_chatwoot(path: Path, options: Options) -> Source:
    """Open answers of Chatwoot's application API."""
    return Answers(path, Chatwoot(options.trust_addresses))


def open_zendesk(path: Path, options: Options) -> Source:
    """Open answers of Zendesk's ticketing API."""
    return Answers(path, Zendesk(options.trust_addresses))


def open_intercom(path: Path, options: Options) -> Source:
    """Open answers of Intercom's API."""
    return Answers(path, Intercom(options.trust_addresses))
