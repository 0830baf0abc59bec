"""Drifting: what customers asked before a certificate and since, compared on the record."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from assistant.answering.drift import Drift, drift
from knowledge.customers.bot_entries import BotDecided
from knowledge.customers.seldom import of_kinds
from knowledge.customers.tables import EntryRow
from knowledge.customers.timeline import ENTRIES, read_row
from knowledge.database import Database
from knowledge.ids import EntryId
from knowledge.scope import Scope

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
KNOWN, FRESH = 200, 50


@dataclass(frozen=True)
class Asked:
    """Questions that the bot decided about, with the entries they come from, the latest first."""

    entries: tuple[EntryId, ...]
    questions: tuple[str, ...]


def asked_before_and_since(session: Session, scope: Scope, certified_at: datetime) -> tuple[Asked, Asked]:
    """Return the latest questions before a certificate was made, and the latest since."""
    before = _asked(session, scope, EntryRow.at <= certified_at, KNOWN)
    return before, _asked(session, scope, EntryRow.at > certified_at, FRESH)


def _asked(session: Session, scope: Scope, when: ColumnElement[bool], most: int) -> Asked:
    query = ENTRIES.where(of_kinds(scope, "bot_decided"), when)
    found: list[tuple[EntryId, str]] = []
    for row in session.execute(query.order_by(EntryRow.at.desc(), EntryRow.seq.desc()).limit(most * 4)):
        if len(found) == most:
            break
        entry = read_row(row)
        if isinstance(entry.payload, BotDecided) and entry.payload.question:
            found.append((entry.id, entry.payload.question))
    return Asked(tuple(one for one, _ in found), tuple(question for _, question in found))


class Watch:
    """Compares them, and remembers the latest vectors and what they said; it keeps no words."""

    def __init__(self, embed: Embed) -> None:
        self._embed = embed
        self._vectors: dict[EntryId, NDArray[np.float32]] = {}
        self._last: tuple[object, Drift] | None = None

    def since(self, database: Database, scope: Scope, certified_at: datetime) -> Drift:
        """Return how far what is asked since a certificate is from what was asked before it.

        Raises:
            Unavailable: the embedder cannot be used.
        """
        with database.read() as session:
            asked = asked_before_and_since(session, scope, certified_at)
        return self.look(*asked)  # no model is asked inside the transaction

    def look(self, before: Asked, since: Asked) -> Drift:
        """Return how far the new questions are from the known ones; only those not seen before are embedded."""
        key = before.entries, since.entries
        if self._last is None or self._last[0] != key:
            rows = self._rows([*before.entries, *since.entries], [*before.questions, *since.questions])
            known = len(before.questions)
            self._last = key, drift(rows[:known], rows[known:])
        return self._last[1]

    def _rows(self, entries: Sequence[EntryId], questions: Sequence[str]) -> NDArray[np.float32]:
        kept = self._vectors
        fresh = {one: text for one, text in zip(entries, questions, strict=True) if one not in kept}
        made = dict(zip(fresh, self._embed(list(fresh.values())), strict=True)) if fresh else {}
        self._vectors = {one: kept[one] if one in kept else made[one] for one in entries}
        return np.array([self._vectors[one] for one in entries])
