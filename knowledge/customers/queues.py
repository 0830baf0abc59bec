"""Following a queue: what enters, happens in and leaves a list of conversations, as the fold of the entries tells."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import Literal

from sqlalchemy.orm import Session

from knowledge.customers.conversations import Conversation, Wanted, fold, step
from knowledge.customers.entries import Entry
from knowledge.customers.live import Tail
from knowledge.customers.tables import EntryRow
from knowledge.customers.timeline import ENTRIES, read_row
from knowledge.database import Database
from knowledge.ids import ConversationId
from knowledge.scope import Scope, within

Change = Literal["entered", "changed", "left", "erased"]
# So many conversations' states a reader remembers; any other is read again.
REMEMBERED = 2_000


@dataclass(frozen=True)
class Move:
    """An entry and what it did to the queue: its conversation came in, had news, or went out of it.

    `erased`: the customer was forgotten; none of their conversations is in any queue any more.
    """

    entry: Entry
    change: Change


def fits(state: Conversation | None, wanted: Wanted) -> bool:
    """Tell whether a conversation belongs into a list, as `list_conversations` does; `wanted.customer` is not asked."""
    if state is None:
        return False
    return (
        wanted.status in (None, state.status)
        and (wanted.owner is None or wanted.owner == (state.owner or ""))
        and wanted.waiting in (None, state.waiting)
        and wanted.resolved in (None, state.status == "resolved")
    )


class Queue:
    """One reader of a queue: the states of the conversations it has seen, as of the last entry it read.

    What an entry does follows from the entries before it alone, never from what the rows say now: who comes back with
    a cursor is told the same as who stayed.
    """

    def __init__(self, database: Database, scope: Scope, wanted: Wanted) -> None:
        self._database, self._scope, self._wanted = database, scope, wanted
        self._states: dict[ConversationId, Conversation | None] = {}

    async def follow(self, tail: Tail, cursor: int) -> AsyncIterator[Move | None]:
        """Yield every move after the cursor, for ever; `None` after a quiet while, as `Tail.follow` does."""
        async for entry in tail.follow(cursor):
            if entry is None:
                yield None
                continue
            change = await self._take(tail, entry)
            if change is not None:
                yield Move(entry, change)

    async def _take(self, tail: Tail, entry: Entry) -> Change | None:
        if entry.kind == "erased":
            self._forget(entry)
            return "erased"
        mine = entry.conversation
        if mine is None:
            return None
        # An opening has nothing before it; any other conversation is read once, up to this entry.
        if mine not in self._states and entry.kind != "conversation_opened":
            self._states[mine] = await tail.in_thread(partial(self._read, mine, entry.seq))
        before = self._states.pop(mine, None)
        after = self._states[mine] = step(before, entry)
        if len(self._states) > REMEMBERED:
            del self._states[next(iter(self._states))]
        return _change(fits(before, self._wanted), fits(after, self._wanted))

    def _forget(self, entry: Entry) -> None:
        theirs = [one for one, state in self._states.items() if state is not None and state.customer == entry.customer]
        for one in theirs:
            self._states[one] = None

    def _read(self, conversation: ConversationId, until: int) -> Conversation | None:
        with self._database.read() as session:
            return state_before(session, self._scope, conversation, until)


def state_before(session: Session, scope: Scope, conversation: ConversationId, seq: int) -> Conversation | None:
    """Return the state of a conversation as of the entries before this one."""
    query = ENTRIES.where(within(scope, EntryRow), EntryRow.conversation == conversation, EntryRow.seq < seq)
    return fold(read_row(row) for row in session.execute(query.order_by(EntryRow.seq)))


def _change(was: bool, is_in: bool) -> Change | None:
    if is_in:
        return "changed" if was else "entered"
    return "left" if was else None
