"""Understanding what came in: mood, issue and facts of each message; every day, which records are alike."""

from datetime import datetime, timedelta

from api.parts import Parts
from api.worker.work import Job, Reaction, Retries
from assistant.fact_reading import note_facts
from assistant.grouping import group
from assistant.mood import note_mood
from knowledge.customers import matching
from knowledge.customers.entries import Entry


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


GROUP = Reaction("group", frozenset({"message_received"}), group_by_issue, within=timedelta(days=14))
MOOD = Reaction("mood", frozenset({"message_received"}), hear_the_mood, within=timedelta(days=14))
FACTS = Reaction(
    "facts", frozenset({"message_received"}), read_facts, within=timedelta(days=14), retries=Retries(attempts=3)
)
ALIKE = Job("alike", timedelta(days=1), suggest_links)
