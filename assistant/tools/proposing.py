"""Proposals: a person says yes or no to what the bot may not do by itself; a yes is carried out at most once."""

from dataclasses import dataclass
from datetime import datetime

from assistant.answering.seeing import caller_of
from assistant.tools.toolbox import Toolbox
from knowledge.customers import timeline
from knowledge.customers.bot_entries import ActionProposed, ActionSettled
from knowledge.customers.conversations import get_conversation
from knowledge.customers.entries import Entry
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database
from knowledge.failures import Conflict, NotFound
from knowledge.ids import ConversationId, EntryId
from knowledge.scope import Scope


@dataclass(frozen=True)
class Say:
    """A colleague's yes or no to a proposal."""

    proposal: EntryId
    approved: bool
    author: str


def settle(toolbox: Toolbox, database: Database, scope: Scope, said: Say, now: datetime) -> Entry:
    """Settle a proposal. A yes is written down before it is carried out: killed in between, it is not done twice.

    Returns the entry of the tool's use, or of the refusal.

    Raises:
        NotFound: there is no such proposal.
        Conflict: it was settled before.
    """
    with database.write() as session:
        timeline.hold(session, scope)
        entry = timeline.get_entry(session, scope, said.proposal)
        proposed = entry.payload
        if not isinstance(proposed, ActionProposed) or entry.conversation is None:
            raise NotFound("There is no such proposal.")
        key = f"settled:{said.proposal}"
        if timeline.find(session, scope, key) is not None:
            raise Conflict("Somebody has decided about it already.", "Look at the timeline.")
        caller = caller_of(session, scope, get_conversation(session, scope, ConversationId(entry.conversation)))
        settled = ActionSettled(said.proposal, said.approved, said.author, "proposed")
        done = timeline.append(session, scope, NewEntry(entry.customer, settled, now, entry.conversation, key), now)
    if not said.approved:
        return done
    used = toolbox.carry_out(caller, proposed.tool, proposed.arguments)
    with database.write() as session:
        told = type(used)(**{**vars(used), "author": said.author})
        return timeline.append(session, scope, NewEntry(entry.customer, told, now, entry.conversation), now)
