"""What remains: entries read by kind, and conversations brought in line once payloads are gone."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from knowledge.customers import issue_rows, timeline
from knowledge.customers.conversations import fold, row_of
from knowledge.customers.entries import Entry
from knowledge.customers.tables import ConversationRow, EntryRow
from knowledge.ids import ConversationId, CustomerId, IssueId
from knowledge.scope import Scope, within


def of_kinds(
    session: Session, scope: Scope, customers: Collection[CustomerId], kinds: Collection[str] = ()
) -> list[Entry]:
    """Return every entry of these customers, of these kinds only when there are any, in the order they happened."""
    query = timeline.ENTRIES.where(within(scope, EntryRow), EntryRow.customer.in_(customers))
    if kinds:
        query = query.where(EntryRow.kind.in_(kinds))
    return _read(session, query.order_by(EntryRow.at, EntryRow.seq))


def of_conversation(session: Session, conversation: ConversationId) -> list[Entry]:
    """Return every entry of a conversation, in the order of their commits."""
    return _read(session, timeline.ENTRIES.where(EntryRow.conversation == conversation).order_by(EntryRow.seq))


def project_again(session: Session, scope: Scope, conversation: ConversationId) -> None:
    """Make the rows what their entries still lead to; a conversation that has lost its beginning has none."""
    mine = ConversationRow.id == conversation
    before = session.scalar(select(ConversationRow.issue).where(mine))
    state = fold(of_conversation(session, conversation))
    if state is None:
        session.execute(delete(ConversationRow).where(mine))
    else:
        session.execute(update(ConversationRow).where(mine).values(row_of(state)))
    issue_rows.project(session, scope, {IssueId(one) for one in (before, state and state.issue) if one})


def _read(session: Session, query: Select[*tuple[Any, ...]]) -> list[Entry]:
    return [timeline.read_row(row) for row in session.execute(query)]
