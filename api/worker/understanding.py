"""Understanding what comes in: each message's mood, and the issue that it belongs to."""

from datetime import timedelta

from api.parts import Parts
from api.worker.work import Reaction
from assistant.grouping import group
from assistant.mood import note_mood
from knowledge.customers.entries import Entry


def group_by_issue(parts: Parts, entry: Entry) -> None:
    """Put the conversation of a message to the issue it belongs to."""
    if entry.conversation is not None and entry.payload is not None:
        group(parts.database, parts.scope, parts.search.embedder, entry.conversation, parts.clock())


def hear_the_mood(parts: Parts, entry: Entry) -> None:
    """Append how a message sounds."""
    note_mood(parts.database, parts.scope, entry, parts.clock())


GROUP = Reaction("group", frozenset({"message_received"}), group_by_issue, within=timedelta(days=14))
MOOD = Reaction("mood", frozenset({"message_received"}), hear_the_mood, within=timedelta(days=14))
