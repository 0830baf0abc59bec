"""Understanding what comes in: each message is put to its issue after the customer has said it."""

from datetime import timedelta

from api.parts import Parts
from api.worker.work import Reaction
from assistant.grouping import group
from knowledge.customers.entries import Entry


def group_by_issue(parts: Parts, entry: Entry) -> None:
    """Put the conversation of a message to the issue it belongs to."""
    if entry.conversation is not None and entry.payload is not None:
        group(parts.database, parts.scope, parts.search.embedder, entry.conversation, parts.clock())


GROUP = Reaction("group", frozenset({"message_received"}), group_by_issue, within=timedelta(days=14))
