"""The projection: rows of conversations follow their entries, in the transaction that appends them."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from knowledge.customers.conversations import Conversation, row_of, state_of, step
from knowledge.customers.entries import Entry
from knowledge.customers.tables import ConversationRow
from knowledge.ids import ConversationId
from knowledge.prepared import Prepared
from knowledge.scope import Scope

_COLUMNS = tuple(ConversationRow.__table__.c.keys())
# What a step can change; the rest stands in indexes that an update would write anew.
_CHANGING = (
    "channel",
    "address_kind",
    "address_value",
    "status",
    "status_at",
    "owner",
    "owner_at",
    "opened_at",
    "last_at",
    "last_received_at",
    "last_sent_at",
    "last_text",
    "last_text_at",
    "messages",
)
_ALL = select(*ConversationRow.__table__.c)
_ONE = Prepared(_ALL.where(ConversationRow.id == bindparam("id")))
_INSERT = Prepared(insert(ConversationRow), *_COLUMNS)
_UPDATE = Prepared(
    update(ConversationRow)
    .where(ConversationRow.id == bindparam("known"))
    .values({name: bindparam(name) for name in _CHANGING})
)


def project(session: Session, scope: Scope, entries: Sequence[Entry]) -> None:
    """Bring the rows of the entries' conversations up to date: each is read once and written once."""
    before = _states(session, dict.fromkeys(entry.conversation for entry in entries if entry.conversation))
    after = dict(before)
    for entry in entries:
        if entry.conversation is not None:
            state = step(after.get(entry.conversation), entry)
            if state is not None:
                after[entry.conversation] = state
    opened = [state for key, state in after.items() if key not in before]
    changed = [state for key, state in after.items() if key in before and state != before[key]]
    if opened:
        _INSERT.run(session, *({**row_of(state), "team": scope.team, "brand": scope.brand} for state in opened))
    if changed:
        _UPDATE.run(session, *({**row_of(state), "known": state.id} for state in changed))


def _states(session: Session, conversations: Iterable[ConversationId]) -> dict[ConversationId, Conversation]:
    wanted = list(conversations)
    if not wanted:
        return {}
    if len(wanted) == 1:
        row = _ONE.first(session, {"id": wanted[0]})
        return {wanted[0]: state_of(dict(zip(_COLUMNS, row, strict=True)))} if row else {}
    rows: Any = session.execute(_ALL.where(ConversationRow.id.in_(wanted))).mappings()
    return {row["id"]: state_of(row) for row in rows}
