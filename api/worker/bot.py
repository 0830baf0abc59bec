"""The bot at work: a reaction to what customers write or prove, after a short quiet so that a burst is one turn."""

from datetime import timedelta

from api.parts import Parts
from api.worker.work import Reaction
from assistant.bot import attend
from knowledge.customers.entries import Entry
from knowledge.failures import NotFound

# Between two short messages people pause less than this.
QUIET = timedelta(seconds=2)
# Whoever wrote longer ago than this is not surprised with an automatic answer.
LATE = timedelta(minutes=30)


def answer(parts: Parts, entry: Entry) -> None:
    """Let the bot look at the conversation that an entry belongs to."""
    if entry.conversation is None or entry.payload is None:
        return
    try:
        attend(parts.bot, parts.database, parts.scope, entry.conversation, parts.clock())
    except NotFound:  # the customer was forgotten meanwhile
        return


BOT = Reaction("bot", frozenset({"message_received", "identity_proven"}), answer, quiet=QUIET, within=LATE)
