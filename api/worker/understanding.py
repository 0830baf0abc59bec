"""Understanding what came in: mood, issue and facts of each message; every day, which records are alike."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from api.parts import Parts
from api.worker.work import Job, Reaction, Retries
from assistant.understanding.fact_reading import note_facts
from assistant.understanding.grouping import group
from assistant.understanding.mood import note_mood
from knowledge.customers import matching, timeline
from knowledge.customers.entries import Entry
from knowledge.scope import Scope


def group_by_issue(parts: Parts, entry: Entry) -> None:
    """Put the conversation of a message to the issue it belongs to."""
    if entry.conversation is not None and entry.payload is not None:
        group(parts.database, parts.scope, parts.search.embedder, entry.conversation, parts.clock())


def hear_the_mood(parts: Parts, entry: Entry) -> None:
    """Append how a message sounds."""
    note_mood(parts.database, parts.scope, entry, parts.clock())


def read_facts(parts: Parts, entry: Entry) -> None:
    """Append what a model reads in a message beside code, where one is to."""
    if parts.fact_reader is not None:
        note_facts(parts.database, parts.scope, parts.fact_reader, entry, parts.clock())


def suggest_links(parts: Parts, now: datetime) -> None:
    """Put up the pairs of records that look like one person's, for somebody to look at; it links nothing."""
    if parts.settings.identity_suggestions:
        matching.suggest(parts.database, parts.scope, now)


def _lately(session: Session, scope: Scope) -> int:
    """Begin with what was imported before a worker first came, as far back as a later import would be taken up."""
    return timeline.before_lately(session, scope, _WITHIN)


_WITHIN, _KINDS = timedelta(days=14), frozenset({"message_received"})
GROUP = Reaction("group", _KINDS, group_by_issue, within=_WITHIN, begin=_lately)
MOOD = Reaction("mood", _KINDS, hear_the_mood, within=_WITHIN, begin=_lately)
FACTS = Reaction("facts", _KINDS, read_facts, within=_WITHIN, retries=Retries(attempts=3))
ALIKE = Job("alike", timedelta(days=1), suggest_links)
