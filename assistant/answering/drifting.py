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
from knowledge.customers.tables import EntryRow
from knowledge.customers.timeline import ENTRIES, read_row
from knowledge.ids import EntryId
from knowledge.scope import Scope, within

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
    query = ENTRIES.where(within(scope, EntryRow), EntryRow.kind == "bot_decided", when)
    found: list[tuple[EntryId, str]] = []
    for row in session.execute(query.order_by(EntryRow.at.desc(), EntryRow.seq.desc()).limit(most * 4)):
        entry = read_row(row)
        if isinstance(entry.payload, BotDecided) and entry.payload.question and len(found) < most:
            found.append((entry.id, entry.payload.question))
    return Asked(tuple(one for one, _ in found), tuple(question for _, question in found))


class Watch:
    """Compares them, and remembers the last answer for as long as nothing new was asked; it keeps no words."""

    def __init__(self, embed: Embed) -> None:
        self._embed = embed
        self._last: tuple[object, Drift] | None = None

    def look(self, before: Asked, since: Asked) -> Drift:
        """Return how far the new questions are from the known ones."""
        key = before.entries, since.entries
        if self._last is None or self._last[0] != key:
            rows = self._embed([*before.questions, *since.questions]) if before.questions and since.questions else None
            known = len(before.questions)
            found = Drift(1.0, known, len(since.questions)) if rows is None else drift(rows[:known], rows[known:])
            self._last = key, found
        return self._last[1]
