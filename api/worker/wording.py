"""Wording at work: when a conversation changes hands, the model of the settings puts it in words for whoever comes."""

from datetime import timedelta

from api.parts import Parts
from api.worker.work import Reaction
from handoff.wording import put_in_words
from knowledge.customers.entries import ConversationAssigned, Entry
from knowledge.failures import NotFound


def put(parts: Parts, entry: Entry) -> None:
    """Put the conversation of an entry in words; nothing without a model, or while the bot has it."""
    bots = isinstance(entry.payload, ConversationAssigned) and entry.payload.owner == "bot"
    if parts.chat is None or entry.conversation is None or entry.payload is None or bots:
        return
    try:
        put_in_words(parts.database, parts.scope, parts.chat, entry.conversation, parts.clock())
    except NotFound:  # the customer was forgotten meanwhile
        return


WORD = Reaction(
    "word", frozenset({"conversation_assigned", "conversation_offered"}), put, quiet=timedelta(seconds=1),
    within=timedelta(hours=1),
)  # fmt: skip
