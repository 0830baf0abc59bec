"""What was said: the words that facts are read from, whoever spoke them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from knowledge.customers.bot_entries import ToolUsed
from knowledge.customers.entries import Entry, MessageReceived, MessageSent, NoteAdded, OrderRecorded, dump
from knowledge.ids import ConversationId

Speaker = Literal["customer", "agent", "tool"]
# Longer words are read up to here: nobody tells more facts in one message, and reading stays linear.
MOST_CHARS = 20_000


@dataclass(frozen=True)
class Said:
    """One message or result: `source` names the entry it stands in, `at` when it was said.

    The bot speaks as an agent. A tool's `text` may be JSON: an order as the shop told it, a lookup's result.
    """

    source: str
    speaker: Speaker
    text: str
    at: datetime
    conversation: ConversationId | None = None
    internal: bool = False


def said_of(entries: Iterable[Entry]) -> list[Said]:
    """Return what was said in these entries, in their order; forgotten ones say nothing."""
    found: list[Said] = []
    for entry in entries:
        match entry.payload:
            case MessageReceived(text=text):
                found.append(_said(entry, "customer", text))
            case MessageSent(text=text):
                found.append(_said(entry, "agent", text))
            case NoteAdded(text=text):
                found.append(_said(entry, "agent", text, internal=True))
            case ToolUsed(outcome="done", told=text) if text:
                found.append(_said(entry, "tool", text))
            case OrderRecorded() as order:
                told = {key: value for key, value in json.loads(dump(order)).items() if value and key != "kind"}
                found.append(_said(entry, "tool", json.dumps(told, ensure_ascii=False)))
    return found


def _said(entry: Entry, speaker: Speaker, text: str, *, internal: bool = False) -> Said:
    return Said(entry.id, speaker, text[:MOST_CHARS], entry.at, entry.conversation, internal)
