"""The projection: rows of conversations and issues follow their entries, in the transaction that appends them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlalchemy.orm import Session

from knowledge.customers import issue_rows
from knowledge.customers.conversations import STATES, Conversation, changes_of, row_of, state_of, step
from knowledge.customers.entries import Entry
from knowledge.customers.tables import ConversationRow
from knowledge.ids import ConversationId
from knowledge.prepared import Parameters, Prepared, among
from knowledge.scope import Scope

_ONE = Prepared(STATES.where(ConversationRow.id == bindparam("id")))
_MANY = Prepared(STATES.where(among(ConversationRow.id, "ids")))
_INSERT = Prepared(insert(ConversationRow), *ConversationRow.__table__.c.keys())


@cache
def _update(*names: str) -> Prepared:
    """Write these columns alone: any other may stand in an index, which would be written anew."""
    changes: dict[str, Any] = {name: bindparam(name) for name in names}
    return Prepared(update(ConversationRow).where(ConversationRow.id == bindparam("known")).values(changes))


def project(session: Session, scope: Scope, entries: Sequence[Entry]) -> None:
    """Bring the rows of the entries' conversations up to date: each is read once and written once."""
    before = _states(session, dict.fromkeys(entry.conversation for entry in entries if entry.conversation))
    after = dict(before)
    for entry in entries:
        if entry.conversation is not None:
            state = step(after.get(entry.conversation), entry)
            if state is not None:
                after[entry.conversation] = state
    opened = [row_of(state) for key, state in after.items() if key not in before]
    if opened:
        _INSERT.run(session, *({**row, "team": scope.team, "brand": scope.brand} for row in opened))
    changed: defaultdict[tuple[str, ...], list[Parameters]] = defaultdict(list)
    for key, state in before.items():
        if changes := changes_of(state, after[key]):
            changed[tuple(changes)].append({**changes, "known": key})
    for names, rows in changed.items():
        _update(*names).run(session, *rows)
    issue_rows.follow(session, scope, before, after)


def _states(session: Session, conversations: Iterable[ConversationId]) -> dict[ConversationId, Conversation]:
    wanted = list(conversations)
    if not wanted:
        return {}
    if len(wanted) == 1:
        row = _ONE.first(session, {"id": wanted[0]})
        return {wanted[0]: state_of(row)} if row else {}
    return {state.id: state for state in map(state_of, _MANY.all(session, {"ids": wanted}))}
