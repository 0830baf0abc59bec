"""Moments of the past: each human reply, with the conversation as it stood before it, and the reply hidden."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from knowledge.customers import timeline
from knowledge.customers.entries import MessageReceived, MessageSent, SuggestionJudged
from knowledge.database import Database
from knowledge.ids import ConversationId, CustomerId, EntryId
from knowledge.library.language import detect_language
from knowledge.scope import Scope

# Entries read at once while the record is walked through.
STEP = 500
# Of what a customer wrote so much tells the language.
MOST_CHARS = 1_000
# Who answers without being a person.
MACHINES = frozenset({"bot"})


@dataclass(frozen=True)
class Moment:
    """A human's reply to a customer who had written: `seq` is the reply's place, `said` its text.

    `verdict` is what the agent made of the suggestion it began as, empty where there was none. `language` is that of
    what the customer had written, empty where it does not tell; `returning` customers had written of something before.
    """

    reply: EntryId
    seq: int
    at: datetime
    conversation: ConversationId
    customer: CustomerId
    channel: str
    said: str
    verdict: str = ""
    language: str = ""
    returning: bool = False

    @property
    def slices(self) -> dict[str, str]:
        """What it can be told apart by."""
        told = {"channel": self.channel, "language": self.language, "verdict": self.verdict}
        return {name: value for name, value in told.items() if value} | {
            "customer": "returning" if self.returning else "new"
        }


def read_moments(database: Database, scope: Scope, *, limit: int | None = None, seed: int = 0) -> tuple[Moment, ...]:
    """Return the first human reply of every conversation a customer began, oldest first; a seeded `limit` of them.

    Only the first: what comes later depends on that reply, which another configuration would have changed.
    """
    with database.read() as session:
        return _sampled(_moments(session, scope), limit, seed)


def read_feedback(database: Database, scope: Scope, *, limit: int | None = None, seed: int = 0) -> tuple[Moment, ...]:
    """Return every reply that began as a suggestion, with what the agent made of it: `accepted` or `edited`.

    The text that was sent is what a person found right, so it stands as the reference of the case.
    """
    with database.read() as session:
        return _sampled(_used(session, scope), limit, seed)


def _sampled(found: Iterator[Moment], limit: int | None, seed: int) -> tuple[Moment, ...]:
    moments = list(found)
    if limit is not None and limit < len(moments):
        moments = random.Random(seed).sample(moments, limit)  # noqa: S311  a sample, no secret
    return tuple(sorted(moments, key=lambda one: (one.at, one.seq)))


def _used(session: Session, scope: Scope) -> Iterator[Moment]:
    """A reply and the verdict on its suggestion are appended together, the reply first."""
    sent: dict[EntryId, Moment] = {}
    cursor = 0
    while entries := timeline.after(session, scope, cursor, limit=STEP):
        cursor = entries[-1].seq
        for entry in entries:
            where, said = entry.conversation, entry.payload
            if where is not None and isinstance(said, MessageSent) and said.suggestion is not None:
                sent[entry.id] = Moment(entry.id, entry.seq, entry.at, where, entry.customer, said.channel, said.text)
            elif isinstance(said, SuggestionJudged) and said.sent is not None and said.sent in sent:
                yield replace(sent.pop(said.sent), verdict=said.verdict)


def _moments(session: Session, scope: Scope) -> Iterator[Moment]:
    asked: dict[ConversationId, str] = {}
    answered: set[ConversationId] = set()
    writers: dict[CustomerId, set[ConversationId]] = {}
    cursor = 0
    while entries := timeline.after(session, scope, cursor, limit=STEP):
        cursor = entries[-1].seq
        for entry in entries:
            where, said = entry.conversation, entry.payload
            if where is None or where in answered:
                continue
            if isinstance(said, MessageReceived):
                asked[where] = f"{asked.get(where, '')} {said.text[:MOST_CHARS]}"[-MOST_CHARS:]
                writers.setdefault(entry.customer, set()).add(where)
            elif isinstance(said, MessageSent) and where in asked and not said.holding and said.author not in MACHINES:
                answered.add(where)
                moment = Moment(entry.id, entry.seq, entry.at, where, entry.customer, said.channel, said.text)
                returning = bool(writers.get(entry.customer, set()) - {where})
                yield replace(moment, language=detect_language(asked.pop(where)), returning=returning)
