"""Moments of the past: each human reply, with the conversation as it stood before it, and the reply hidden."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from knowledge.customers import timeline
from knowledge.customers.entries import MessageReceived, MessageSent
from knowledge.database import Database
from knowledge.ids import ConversationId, CustomerId, EntryId
from knowledge.scope import Scope

# Entries read at once while the record is walked through.
STEP = 500
# Who answers without being a person.
MACHINES = frozenset({"bot"})


@dataclass(frozen=True)
class Moment:
    """A human's reply to a customer who had written: `seq` is the reply's place, `said` its text."""

    reply: EntryId
    seq: int
    at: datetime
    conversation: ConversationId
    customer: CustomerId
    channel: str
    said: str


def read_moments(database: Database, scope: Scope, *, limit: int | None = None, seed: int = 0) -> tuple[Moment, ...]:
    """Return the first human reply of every conversation a customer began, oldest first; a seeded `limit` of them.

    Only the first: what comes later depends on that reply, which another configuration would have changed.
    """
    with database.read() as session:
        moments = list(_moments(session, scope))
    if limit is not None and limit < len(moments):
        moments = random.Random(seed).sample(moments, limit)  # noqa: S311  a sample, no secret
    return tuple(sorted(moments, key=lambda one: (one.at, one.seq)))


def _moments(session: Session, scope: Scope) -> Iterator[Moment]:
    asked: set[ConversationId] = set()
    answered: set[ConversationId] = set()
    cursor = 0
    while entries := timeline.after(session, scope, cursor, limit=STEP):
        cursor = entries[-1].seq
        for entry in entries:
            where, said = entry.conversation, entry.payload
            if where is None or where in answered:
                continue
            if isinstance(said, MessageReceived):
                asked.add(where)
            elif isinstance(said, MessageSent) and where in asked and not said.holding and said.author not in MACHINES:
                answered.add(where)
                yield Moment(entry.id, entry.seq, entry.at, where, entry.customer, said.channel, said.text)
